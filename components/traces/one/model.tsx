"use client";

import { createContext, use, useCallback, useEffect, useMemo, useRef } from "react";
import type { TraceHandle } from "#lib/live/trace/client.ts";
import type { TraceHead } from "#lib/live/trace/messages.ts";
import { type Folding, opened, shownRows } from "#lib/tracing/view/fold.ts";
import { keyOf, rowOf } from "#lib/tracing/view/keys.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { neighbour, placesOf } from "./steps.ts";
import { useAnswer } from "./use-trace.ts";
import type { ViewControl } from "./use-trace-view.ts";
import type { Zoom } from "./view-state.ts";

type How = "push" | "replace";

/** One trace as its page has it: what came, what the address says of it, and how to change that. */
export interface TraceModel extends ViewControl {
  readonly handle: TraceHandle;
  readonly head: TraceHead;
  readonly picture: TracePicture;
  /** Row of the selected span; -1: none, or one that isn't there. */
  readonly selected: number;
  readonly folding: Folding;
  /** The rows of the timeline, folded ones left out. */
  readonly rows: Uint32Array;
  /** What is found, in the timeline's order; null: nothing is looked for, or the answer isn't there yet. */
  readonly hits: Uint32Array | null;
  readonly failures: Uint32Array;
  readonly range: Zoom;
  /** By row: its place in the unfolded timeline. */
  readonly places: Uint32Array;
  /** Selects a span and opens what it lies under; null: none. */
  readonly select: (row: number | null, how?: How) => void;
  readonly fold: (folding: Folding) => void;
  /** To the next span: of what is found, or else of all rows that are shown. */
  readonly step: (by: 1 | -1) => void;
  readonly stepFailure: (by: 1 | -1) => void;
}

const TraceContext = createContext<TraceModel | null>(null);
export const TraceProvider = TraceContext.Provider;

export function useModel(): TraceModel {
  const model = use(TraceContext);
  if (model === null) throw new Error("useModel outside TraceProvider");
  return model;
}

export function useTraceModel(
  handle: TraceHandle,
  head: TraceHead,
  picture: TracePicture,
  control: ViewControl,
): TraceModel {
  const { view, change } = control;
  const ids = picture.spanIds;
  const selected = useMemo(() => (view.span === null ? -1 : rowOf(ids, view.span)), [ids, view.span]);
  const { levels, turned } = view;
  const folding = useMemo<Folding>(
    () => ({ levels, turned: new Set(turned.map((key) => rowOf(ids, key)).filter((row) => row >= 0)) }),
    [ids, levels, turned],
  );
  const rows = useMemo(() => shownRows(picture, folding), [picture, folding]);
  const places = useMemo(() => placesOf(picture.order), [picture]);
  const failures = useMemo(() => picture.order.filter((row) => picture.failed[row] === 1), [picture]);
  const ask = useMemo(() => (view.find.trim() === "" ? null : { text: view.find }), [view.find]);
  const answer = useAnswer(handle, picture, "search", ask);
  const hits = answer?.answer ?? null;
  /** What is looked for now hasn't been answered yet. */
  const late = ask !== null && answer?.of !== ask;
  const range = useMemo<Zoom>(() => {
    const whole = { from: 0, to: Math.max(1, picture.totalNs) };
    if (view.zoom === null || view.zoom.from >= whole.to) return whole;
    return { from: view.zoom.from, to: Math.min(whole.to, view.zoom.to) };
  }, [picture, view.zoom]);

  const keysOf = useCallback(
    ({ levels: depth, turned: some }: Folding) => ({ levels: depth, turned: [...some].map((row) => keyOf(ids, row)) }),
    [ids],
  );
  const select = useCallback(
    (row: number | null, how: How = "push") => {
      if (row === null) change({ span: null }, how);
      else change({ span: keyOf(ids, row), ...keysOf(opened(picture, folding, row)) }, how);
    },
    [change, ids, keysOf, picture, folding],
  );
  const fold = useCallback((next: Folding) => change(keysOf(next), "replace"), [change, keysOf]);
  const go = useCallback(
    (by: 1 | -1) => {
      const found = hits !== null && hits.length > 0;
      const next = neighbour(found ? hits : rows, places, selected, by, found);
      if (next >= 0) select(next, "replace");
    },
    [hits, rows, places, selected, select],
  );
  // Who types and presses Enter at once is taken to what was typed, not to what was found before.
  const waiting = useRef<1 | -1 | null>(null);
  const step = useCallback(
    (by: 1 | -1) => {
      if (late) waiting.current = by;
      else go(by);
    },
    [late, go],
  );
  useEffect(() => {
    if (late || waiting.current === null) return;
    const by = waiting.current;
    waiting.current = null;
    if (ask !== null) go(by);
  }, [late, ask, go]);
  const stepFailure = useCallback(
    (by: 1 | -1) => {
      const next = neighbour(failures, places, selected, by, true);
      if (next >= 0) select(next, "replace");
    },
    [failures, places, selected, select],
  );
  return {
    ...{ handle, head, picture, view, change, selected, folding, rows, hits, failures, range, places },
    ...{ select, fold, step, stepFailure },
  };
}
