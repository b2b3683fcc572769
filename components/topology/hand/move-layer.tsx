"use client";

import { type PointerEvent, useEffect, useRef, useState } from "react";
import { useLive } from "#components/shell/live-context.tsx";
import type { Drawing } from "../drawing.ts";
import { capture, type DragStart } from "./press.ts";

/**
 * A thing in somebody's hand: its outline and the lines to its neighbours follow the pointer over the drawing, which stays as
 * it is until the thing is let go. Esc puts it back.
 */
export function MoveLayer({
  id,
  start,
  drawing,
  onClose,
}: {
  readonly id: string;
  readonly start: DragStart;
  readonly drawing: Drawing;
  readonly onClose: () => void;
}) {
  const live = useLive();
  const layer = useRef<SVGSVGElement>(null);
  const outline = useRef<SVGRectElement>(null);
  const lines = useRef<SVGPathElement>(null);
  // What is held stands as it stood when it was taken, whatever numbers come meanwhile.
  const [held] = useState(() => drawing.held(id));

  useEffect(() => {
    const element = layer.current;
    if (element === null || held === null || !capture(element, start.pointer)) {
      onClose();
      return;
    }
    const leave = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      onClose();
    };
    window.addEventListener("keydown", leave, true);
    return () => window.removeEventListener("keydown", leave, true);
  }, [held, start, onClose]);

  if (held === null) return null;
  const { area, links, k, round } = held;
  const shift = (event: PointerEvent) => ({ dx: event.clientX - start.from.x, dy: event.clientY - start.from.y });
  const drag = (event: PointerEvent) => {
    // Past React, as the drawing is: this follows the hand.
    const { dx, dy } = shift(event);
    outline.current?.setAttribute("transform", `translate(${dx} ${dy})`);
    const [x, y] = [area.x + area.width / 2 + dx, area.y + area.height / 2 + dy];
    lines.current?.setAttribute("d", links.map((link) => `M${x} ${y}L${link.x} ${link.y}`).join(""));
  };
  const drop = (event: PointerEvent) => {
    const { dx, dy } = shift(event);
    const done = live?.move({ id, dx: dx / k, dy: dy / k, how: "drop" });
    // Until the drawing shows it there, so that nothing jumps back.
    if (done === undefined) onClose();
    else void done.then(onClose);
  };
  return (
    <svg
      ref={layer}
      aria-hidden="true"
      data-testid="held"
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={onClose}
      className="absolute inset-0 z-10 size-full cursor-grabbing touch-none text-accent"
    >
      <path ref={lines} fill="none" stroke="currentColor" strokeOpacity={0.6} />
      <rect
        ref={outline}
        {...area}
        rx={round ? area.width / 2 : 6}
        fill="currentColor"
        fillOpacity={0.12}
        stroke="currentColor"
        strokeWidth={2}
      />
    </svg>
  );
}
