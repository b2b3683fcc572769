"use client";

import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { clampPanel, PANEL_WIDTH } from "./preferences.ts";

const STEP = 16;

/** The left edge of a side panel, to be dragged or moved by arrow keys. */
export function PanelResizer({
  width,
  onResize,
  onDone,
}: {
  readonly width: number;
  readonly onResize: (width: number) => void;
  readonly onDone: (width: number) => void;
}) {
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (from.current !== null) onResize(clampPanel(from.current.width + from.current.x - event.clientX));
  };
  const onPointerUp = () => {
    if (from.current !== null) onDone(width);
    from.current = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? STEP : event.key === "ArrowRight" ? -STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = clampPanel(width + step);
    onResize(next);
    onDone(next);
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the details"
      aria-valuemin={PANEL_WIDTH.min}
      aria-valuemax={PANEL_WIDTH.max}
      aria-valuenow={width}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onKeyDown={onKeyDown}
      className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none hover:bg-accent/30 focus-visible:bg-accent/30 max-md:hidden"
    />
  );
}
