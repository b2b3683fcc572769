"use client";

import { type KeyboardEvent, useState } from "react";
import { parseInstant } from "#lib/api/instant.ts";
import { type Stretch, steppedTo } from "./axis.ts";
import { sayLooked } from "./looked-words.ts";

const GRAIN_SECONDS = 5;

const instant = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

/**
 * The slider of the axis: a native one, so that Home, End and touch work as everywhere; arrow keys go from frame to frame. While it is held it
 * says where it is, for what can be shown at once; the instant itself is asked for when it is let go, because asking at
 * every pixel would ask Prometheus a hundred times. At its right end it follows time. Of an instant that the axis doesn't reach the thumb stands at
 * its nearer end, and the words say the instant itself.
 */
export function Scrubber({
  stretch,
  live,
  at,
  compared,
  stepMs,
  onHeld,
  onInstant,
}: {
  readonly stretch: Stretch;
  /** Its end is now. */
  readonly live: boolean;
  /** What is looked at, RFC 3339 or unix seconds; null: now. */
  readonly at: string | null;
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
  const looked = (at === null ? null : parseInstant(at)) ?? last;
  const value = held ?? Math.max(stretch.start / 1000, Math.min(last, Math.round(looked)));
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
  // Let go at the end of an axis that is now, it follows time.
  const text = sayLooked(stretch, held === null ? at : live && held >= last ? null : instant(held));
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
