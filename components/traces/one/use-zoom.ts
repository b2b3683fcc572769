"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { fitting, held } from "./call-steps.ts";
import { keptUnder } from "./scrolling.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** From the field's corner. */
interface Point {
  readonly x: number;
  readonly y: number;
}

const WHEEL = 0.002;
/** Texts are legible at this size: a larger drawing begins in part, and scrolls. */
const LEGIBLE = 0.7;

/**
 * How large a drawing is shown in a field that scrolls: all of it where that is legible, until somebody chooses; by Ctrl and the
 * wheel too. What is under the pointer stays there, by keys and buttons the field's middle.
 */
export function useZoom(field: RefObject<HTMLElement | null>, drawing: Size) {
  const [chosen, choose] = useState<number | null>(null);
  const [room, setRoom] = useState<Size>({ width: 0, height: 0 });
  const fitted = fitting(drawing, room);
  const begins = Math.max(LEGIBLE, fitted);
  const zoom = chosen ?? begins;
  /** Where the next change of zoom is made. */
  const under = useRef<Point | null>(null);
  const last = useRef(zoom);
  const change = useCallback(
    (factor: number, at: Point | null = null) => {
      under.current = at;
      choose((before) => held((before ?? begins) * factor));
    },
    [begins],
  );
  useLayoutEffect(() => {
    const element = field.current;
    const before = last.current;
    last.current = zoom;
    if (element === null || before === zoom) return;
    const { clientWidth: width, clientHeight: height, scrollLeft, scrollTop } = element;
    const { x, y } = under.current ?? { x: width / 2, y: height / 2 };
    under.current = null;
    element.scrollTo({
      left: keptUnder({ scroll: scrollLeft, room: width, size: drawing.width }, x, before, zoom),
      top: keptUnder({ scroll: scrollTop, room: height, size: drawing.height }, y, before, zoom),
    });
  }, [field, drawing, zoom]);
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [field]);
  useEffect(() => {
    const element = field.current;
    const turned = (event: WheelEvent) => {
      if (element === null || (!event.ctrlKey && !event.metaKey)) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      change(Math.exp(-event.deltaY * WHEEL), { x: event.clientX - left, y: event.clientY - top });
    };
    // React's own listeners for the wheel can't keep the browser from zooming the page.
    element?.addEventListener("wheel", turned, { passive: false });
    return () => element?.removeEventListener("wheel", turned);
  }, [field, change]);
  return { zoom, change, fit: useCallback(() => choose(fitted), [fitted]) };
}
