"use client";

import { type RefObject, useCallback, useEffect, useState } from "react";
import { fitting, held } from "./call-steps.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

const WHEEL = 0.002;
/** Texts are legible at this size: a larger drawing begins in part, and scrolls. */
const LEGIBLE = 0.7;

/** How large a drawing is shown in a field that scrolls: all of it where that is legible, until somebody chooses; by Ctrl and the wheel too. */
export function useZoom(field: RefObject<HTMLElement | null>, drawing: Size) {
  const [chosen, choose] = useState<number | null>(null);
  const [room, setRoom] = useState<Size>({ width: 0, height: 0 });
  const fitted = fitting(drawing, room);
  const begins = Math.max(LEGIBLE, fitted);
  const change = useCallback((factor: number) => choose((zoom) => held((zoom ?? begins) * factor)), [begins]);
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
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      change(Math.exp(-event.deltaY * WHEEL));
    };
    // React's own listeners for the wheel can't keep the browser from zooming the page.
    element?.addEventListener("wheel", turned, { passive: false });
    return () => element?.removeEventListener("wheel", turned);
  }, [field, change]);
  return { zoom: chosen ?? begins, change, fit: useCallback(() => choose(fitted), [fitted]) };
}
