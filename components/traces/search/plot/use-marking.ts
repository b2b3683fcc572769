"use client";

import { type PointerEvent, useState } from "react";
import type { Brush } from "../state.ts";
import { type Box, brushOf, type Plot, type Size } from "./dots.ts";

/** Shorter ways are a press with an unsteady hand. */
const STEADY = 4;

/** An area marked by dragging; a press without way is a press. */
export function useMarking(
  plot: Plot,
  size: Size,
  on: {
    readonly onMark: (brush: Brush) => void;
    readonly onPress: (x: number, y: number) => void;
    readonly onMove: (x: number, y: number) => void;
  },
) {
  const [box, setBox] = useState<Box | null>(null);
  const at = (event: PointerEvent<HTMLElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const isWay = (one: Box) => Math.hypot(one.x1 - one.x0, one.y1 - one.y0) >= STEADY;
  return {
    /** While it is drawn. */
    box: box !== null && isWay(box) ? box : null,
    handlers: {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const { x, y } = at(event);
        setBox({ x0: x, y0: y, x1: x, y1: y });
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        const { x, y } = at(event);
        if (box === null) on.onMove(x, y);
        else setBox({ ...box, x1: x, y1: y });
      },
      onPointerUp() {
        if (box === null) return;
        setBox(null);
        if (isWay(box)) on.onMark(brushOf(plot, size, box));
        else on.onPress(box.x0, box.y0);
      },
      onPointerCancel() {
        setBox(null);
      },
    },
  };
}
