"use client";

import { useEffect } from "react";
import { parseInstant } from "#lib/api/instant.ts";
import { arrived, nextFrame, rfc3339, type Stretch } from "./axis.ts";

/** Milliseconds that a frame stays at speed 1, at the least. */
const FRAME_MS = 1000;

/**
 * Goes from frame to frame while `playing`. The next one comes only when the last one is on the screen and had its time:
 * frames that were read at once are there, others are never asked for faster than a slow Prometheus answers.
 */
export function useReplay({
  playing,
  speed,
  stretch,
  stepMs,
  at,
  shown,
  onFrame,
  onEnd,
}: {
  readonly playing: boolean;
  readonly speed: number;
  readonly stretch: Stretch;
  /** From frame to frame; null: they are still being read. */
  readonly stepMs: number | null;
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
    if (stepMs === null || !arrived(shown, at)) return;
    const next = nextFrame(stretch, (parseInstant(at) ?? Number.NaN) * 1000, stepMs);
    if (next === null) {
      onEnd();
      return;
    }
    const timer = setTimeout(() => onFrame(rfc3339(next)), FRAME_MS / speed);
    return () => clearTimeout(timer);
  }, [playing, speed, stretch, stepMs, at, shown, onFrame, onEnd]);
}
