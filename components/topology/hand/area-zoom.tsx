"use client";

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { formatPlural } from "#lib/format.ts";
import type { Point } from "#lib/render/camera.ts";
import type { Drawing } from "../drawing.ts";
import { type Area, areaBetween, isArea, middleArea, steppedArea } from "./area.ts";
import { capture, type DragStart } from "./press.ts";

/** So many names are said of what an area holds. */
const NAMED = 3;

function heldWords(names: readonly string[]): string {
  const some = names.slice(0, NAMED).join(", ");
  return names.length === 0
    ? "no marks"
    : `${formatPlural(names.length, "mark")}: ${some}${names.length > NAMED ? " …" : ""}`;
}

/**
 * Lies over the map while an area is chosen, by dragging or by keys; the camera then flies there. Esc, or a press that draws
 * nothing, leaves everything as it was.
 */
export function AreaZoom({
  start,
  drawing,
  onClose,
}: {
  /** null: nothing is pressed yet. */
  readonly start: DragStart | null;
  readonly drawing: Drawing;
  readonly onClose: () => void;
}) {
  const sheet = useRef<HTMLDivElement>(null);
  const [area, setArea] = useState<Area | null>(null);
  const [from, setFrom] = useState<Point | null>(null);

  const inView = ({ x, y }: Point): Point => {
    const box = sheet.current?.getBoundingClientRect();
    return { x: x - (box?.left ?? 0), y: y - (box?.top ?? 0) };
  };
  const view = () => ({ width: sheet.current?.clientWidth ?? 0, height: sheet.current?.clientHeight ?? 0 });
  const leave = () => {
    onClose();
    document.querySelector<HTMLElement>("[data-testid=graph]")?.focus();
  };

  useEffect(() => {
    const element = sheet.current;
    if (element === null) return;
    element.focus();
    if (start === null) return;
    if (!capture(element, start.pointer)) {
      onClose();
      return;
    }
    const { left, top } = element.getBoundingClientRect();
    setFrom({ x: start.from.x - left, y: start.from.y - top });
  }, [start, onClose]);

  const begin = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.preventDefault();
    sheet.current?.setPointerCapture(event.pointerId);
    setArea(null);
    setFrom(inView({ x: event.clientX, y: event.clientY }));
  };
  const drag = (event: PointerEvent) => {
    if (from !== null) setArea(areaBetween(from, inView({ x: event.clientX, y: event.clientY }), view()));
  };
  const go = (to: Area | null) => {
    if (to !== null && isArea(to)) drawing.showArea(to);
    leave();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, shiftKey } = event;
    if (key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
    // No letter acts on the map below meanwhile.
    event.stopPropagation();
    const next = steppedArea(area ?? middleArea(view()), key, shiftKey, view());
    if (next !== null) setArea(area === null ? middleArea(view()) : next);
    else if (key === "Enter" && area !== null) go(area);
    else if (key === "Escape") leave();
    else return;
    event.preventDefault();
  };

  const held = area === null ? null : heldWords(drawing.within(area));
  return (
    <div
      ref={sheet}
      role="application"
      aria-label="Area to zoom to"
      aria-describedby="area-keys"
      tabIndex={0}
      data-testid="area"
      onPointerDown={begin}
      onPointerMove={drag}
      onPointerUp={() => from !== null && go(area)}
      onPointerCancel={leave}
      onKeyDown={onKeyDown}
      onBlur={onClose}
      className="absolute inset-0 z-10 cursor-crosshair touch-none overflow-hidden outline-offset-[-2px] select-none"
    >
      <p
        id="area-keys"
        className="pointer-events-none absolute bottom-3 left-1/2 w-max max-w-[92%] -translate-x-1/2 rounded-md border border-line-strong bg-raised px-3 py-1.5 text-ink-2 shadow-float"
      >
        Draw a rectangle to zoom to. By keys: arrows move one, with Shift they change its size, Enter zooms, Esc leaves.
      </p>
      {area !== null && (
        <div
          className="pointer-events-none absolute border-2 border-accent bg-accent/10"
          style={{ left: area.x, top: area.y, width: area.width, height: area.height }}
        />
      )}
      <p className="sr-only" aria-live="polite">
        {held ?? ""}
      </p>
    </div>
  );
}
