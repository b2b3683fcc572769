"use client";

import { useEffect, useState } from "react";
import type { FileAnswer } from "#lib/live/trace/files.ts";
import type { FileQuestion, FileQuestions } from "#lib/live/trace/files-session.ts";
import { useOpener } from "./opener.tsx";

/** What the worker answers to a question about files; null until it has. `question`: memoised. */
export function useFileAnswer<Kind extends FileQuestion>(kind: Kind, question: FileQuestions[Kind]["ask"]) {
  const { ask } = useOpener();
  const [found, take] = useState<FileAnswer<Kind> | null>(null);
  useEffect(() => {
    let wanted = true;
    void ask(kind, question).then((answer) => {
      if (wanted) take(answer);
    });
    return () => {
      wanted = false;
    };
  }, [ask, kind, question]);
  return { found, take };
}
