"use client";

import { useCallback, useState } from "react";
import type { Size } from "./dots.ts";

const NOTHING: Size = { width: 0, height: 0 };

/** An element's inner size, as it changes. */
export function useSize(): readonly [(element: HTMLElement | null) => (() => void) | undefined, Size] {
  const [size, setSize] = useState(NOTHING);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
