"use client";

import { type KeyboardEvent, useState } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import { type Stretch, steppedTo } from "./axis.ts";

const GRAIN_SECONDS = 5;

const instant = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

/**
 * The slider of the axis: a native one, so that Home, End and touch work as everywhere; arrow keys go from frame to frame. While it is held it
 * says where it is, for what can be shown at once; the instant itself is asked for when it is let go, because asking at
 * every pixel would ask Prometheus a hundred times. At its right end it follows time.
 */
export function Scrubber({
  stretch,
  live,
  shown,
  compared,
  stepMs,
  onHeld,
  onInstant,
}: {
  readonly stretch: Stretch;
  /** Its end is now. */
  readonly live: boolean;
  /** Unix milliseconds. */
  readonly shown: number;
  /** Place of the instant that is compared with, 0 to 1. */
  readonly compared: number | null;
  /** From frame to frame, which is what a key goes. */
  readonly stepMs: number;
  /** A hand holds it there. */
  readonly onHeld: (at: string) => void;
  readonly onInstant: (at: string | null) => void;
}) {
  const [held, setHeld] = useState<number | null>(null);
  const last = stretch.end / 1000;
  const value = held ?? Math.max(stretch.start / 1000, Math.min(last, Math.round(shown / 1000)));
  const release = () => {
    if (held === null) return;
    setHeld(null);
    onInstant(live && held >= last ? null : instant(held));
  };
  const hold = (seconds: number) => {
    setHeld(seconds);
    onHeld(instant(seconds));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = steppedTo(stretch, value * 1000, event.key, event.shiftKey, stepMs);
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (to !== value * 1000) hold(to / 1000);
  };
  const text = live && value >= last ? "now" : sayInstant(new Date(value * 1000).toISOString());
  return (
    <div className="relative">
      {compared !== null && (
        <span
          aria-hidden="true"
          className="absolute -top-1 bottom-0 border-l border-dashed border-accent"
          style={{ left: `${compared * 100}%` }}
        />
      )}
      <input
        type="range"
        aria-label="Instant to look at"
        aria-valuetext={text}
        title={text}
        min={stretch.start / 1000}
        max={last}
        step={GRAIN_SECONDS}
        value={value}
        onChange={(event) => hold(Number(event.target.value))}
        onKeyDown={onKeyDown}
        onPointerUp={release}
        onKeyUp={release}
        onBlur={release}
        className="scrubber"
      />
    </div>
  );
}
