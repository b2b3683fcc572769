"use client";

import { useEffect } from "react";
import { arrived, nextFrame, type Stretch } from "./axis.ts";

/** Milliseconds that a frame stays at speed 1, at the least. */
const FRAME_MS = 1000;

const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace(".000Z", "Z");

/**
 * Goes from frame to frame while `playing`. The next one is asked for only when the last one is on the screen and had its
 * time, so that a slow Prometheus is never asked faster than it answers.
 */
export function useReplay({
  playing,
  speed,
  stretch,
  at,
  shown,
  onFrame,
  onEnd,
}: {
  readonly playing: boolean;
  readonly speed: number;
  readonly stretch: Stretch;
  /** The instant asked for; null while live. */
  readonly at: string | null;
  /** The instant on the screen. */
  readonly shown: string | null;
  readonly onFrame: (at: string) => void;
  readonly onEnd: () => void;
}): void {
  useEffect(() => {
    if (!playing) return;
    if (at === null) {
      onFrame(rfc3339(stretch.start));
      return;
    }
    if (!arrived(shown, at)) return;
    const next = nextFrame(stretch, Date.parse(at));
    if (next === null) {
      onEnd();
      return;
    }
    const timer = setTimeout(() => onFrame(rfc3339(next)), FRAME_MS / speed);
    return () => clearTimeout(timer);
  }, [playing, speed, stretch, at, shown, onFrame, onEnd]);
}
