"use client";

import { type RefObject, useMemo, useRef } from "react";
import { type Command, useCommands } from "./commands.tsx";

/** The field that filters a page's list, and the command with its key that goes there. `of`: "the services". */
export function useFilterCommand(of: string): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  const commands = useMemo<readonly Command[]>(
    () => [{ id: "filter-list", title: `Filter ${of}`, keys: "/", run: () => field.current?.focus() }],
    [of],
  );
  useCommands(commands);
  return field;
}
