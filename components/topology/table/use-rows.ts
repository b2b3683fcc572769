"use client";

import { startTransition, useEffect, useRef, useState } from "react";
import { askRows, type Rows } from "#components/shell/ask-rows.ts";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { keepSame } from "./keep-same.ts";

/** New numbers come in a burst of work for page and worker: their rows wait until the picture is drawn. */
const AFTER_PICTURE_MS = 250;
const NONE: Rows = { rows: [], total: 0 };

/** Rows sorted by pain, asked for again with each new graph, find, hide or trace, and when groups were opened to the search; the ones before stay until the next arrive. */
export function useRows(text: string, limit: number): Rows {
  const live = useLive();
  const { at, graphs, folded, find, trace } = useLiveStatus();
  const { revision } = find;
  const traced = trace?.revision ?? null;
  const foldedAt = folded?.at ?? null;
  const [rows, setRows] = useState(NONE);
  const asked = useRef("");
  useEffect(() => {
    if (live === null || at === null) return;
    let current = true;
    const question = JSON.stringify([text, limit, foldedAt, revision, traced]);
    const ask = () => {
      asked.current = question;
      void askRows(live, text, limit).then((answer) => {
        if (current && answer !== null) startTransition(() => setRows((before) => keepSame(before, answer)));
      });
    };
    const timer = asked.current === question ? setTimeout(ask, AFTER_PICTURE_MS) : undefined;
    if (timer === undefined) ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [live, at, graphs, foldedAt, revision, traced, text, limit]);
  // Without a graph there are none: who looked before may have seen others.
  return at === null ? NONE : rows;
}
