"use client";

import { startTransition, useEffect, useState } from "react";
import { askRows, type Rows } from "#components/shell/ask-rows.ts";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { keepSame } from "./keep-same.ts";

const NONE: Rows = { rows: [], total: 0 };

/** Rows sorted by pain, asked for again with each new graph, find, hide or trace, and when groups were opened to the search; the ones before stay until the next arrive. */
export function useRows(text: string, limit: number): Rows {
  const live = useLive();
  const { at, folded, find, trace } = useLiveStatus();
  const { revision } = find;
  const traced = trace?.revision ?? null;
  const foldedAt = folded?.at ?? null;
  const [rows, setRows] = useState(NONE);
  useEffect(() => {
    if (live === null || at === null) return;
    let current = true;
    void askRows(live, text, limit).then((answer) => {
      if (current && answer !== null) startTransition(() => setRows((before) => keepSame(before, answer)));
    });
    return () => {
      current = false;
    };
  }, [live, at, foldedAt, revision, traced, text, limit]);
  // Without a graph there are none: who looked before may have seen others.
  return at === null ? NONE : rows;
}
