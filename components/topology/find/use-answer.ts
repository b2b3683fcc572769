"use client";

import { useEffect, useState } from "react";
import { useLive } from "#components/shell/live-context.tsx";
import { type Answer, NO_ANSWER } from "./typing.ts";

/** The worker's help for a text and a place in it; the last answer stays until the next one arrives. */
export function useAnswer(text: string, cursor: number): Answer {
  const live = useLive();
  const [answer, setAnswer] = useState(NO_ANSWER);
  useEffect(() => {
    if (live === null) return;
    let current = true;
    void live.assist(text, cursor).then((assistance) => {
      if (current && assistance !== null) setAnswer({ text, cursor, ...assistance });
    });
    return () => {
      current = false;
    };
  }, [live, text, cursor]);
  return answer;
}
