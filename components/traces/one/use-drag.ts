"use client";

import { type MouseEvent, type PointerEvent, type RefObject, useRef, useState } from "react";
import { moved } from "./scrolling.ts";

interface Held {
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
}

/** A field that scrolls is moved by dragging with a mouse or pen; fingers scroll it as they do everything. A drag presses nothing. */
export function useDrag(field: RefObject<HTMLElement | null>) {
  const held = useRef<Held | null>(null);
  const dragged = useRef(false);
  const [dragging, setDragging] = useState(false);
  const end = () => {
    held.current = null;
    setDragging(false);
  };
  return {
    dragging,
    handlers: {
      onPointerDown({ button, pointerType, clientX, clientY }: PointerEvent<HTMLElement>) {
        const element = field.current;
        dragged.current = false;
        if (element === null || button !== 0 || pointerType === "touch") return;
        held.current = { x: clientX, y: clientY, left: element.scrollLeft, top: element.scrollTop };
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        const element = field.current;
        if (held.current === null || element === null) return;
        const { x, y, left, top } = held.current;
        const [dx, dy] = [event.clientX - x, event.clientY - y];
        if (!dragged.current && !moved(dx, dy)) return;
        if (!dragged.current) {
          dragged.current = true;
          setDragging(true);
          // From here on the hand may leave the field.
          element.setPointerCapture(event.pointerId);
        }
        element.scrollTo({ left: left - dx, top: top - dy });
      },
      onPointerUp: end,
      onPointerCancel: end,
      onClickCapture(event: MouseEvent<HTMLElement>) {
        if (!dragged.current) return;
        dragged.current = false;
        event.preventDefault();
        event.stopPropagation();
      },
    },
  };
}
