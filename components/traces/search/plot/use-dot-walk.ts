"use client";

import { type KeyboardEvent, useState } from "react";
import type { Brush } from "../state.ts";
import { brushAround, type Dot, type Plot } from "./dots.ts";
import { traceWords } from "./tip.tsx";

/** The plot by keys: from dot to dot in the order of time, open, and mark what lies between two of them. */
export function useDotWalk(
  { dots }: Plot,
  {
    pointed,
    brush,
    onPoint,
    onBrush,
    onOpen,
  }: {
    readonly pointed: string | null;
    readonly brush: Brush | null;
    readonly onPoint: (key: string | null) => void;
    readonly onBrush: (brush: Brush | null) => void;
    readonly onOpen: (dot: Dot) => void;
  },
) {
  const [said, say] = useState("");
  /** Where marking began. */
  const [corner, setCorner] = useState<Dot | null>(null);
  const here = dots.findIndex(({ key }) => key === pointed);
  const to = (index: number) => {
    const dot = dots[Math.min(dots.length - 1, Math.max(0, index))];
    if (dot === undefined) return;
    onPoint(dot.key);
    say(traceWords(dot.item));
  };
  const mark = (dot: Dot) => {
    if (corner === null) {
      setCorner(dot);
      say("Marking begins here. Go to another trace and press Space.");
      return;
    }
    setCorner(null);
    onBrush(brushAround(corner.item, dot.item));
    say("Marked: the table has what lies between the two.");
  };
  const acts: Readonly<Record<string, () => void>> = {
    ArrowRight: () => to(here + 1),
    ArrowLeft: () => to(here < 0 ? dots.length - 1 : here - 1),
    Home: () => to(0),
    End: () => to(dots.length - 1),
    Enter: () => dots[here] !== undefined && onOpen(dots[here]),
    " ": () => dots[here] !== undefined && mark(dots[here]),
    Escape: () => {
      if (corner === null && brush === null) return;
      setCorner(null);
      onBrush(null);
      say("Nothing is marked.");
    },
  };
  return {
    said,
    handlers: {
      onKeyDown(event: KeyboardEvent) {
        const act = acts[event.key];
        if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        act();
      },
    },
  };
}
