"use client";

import { useState } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import type { Stretch } from "./axis.ts";

const GRAIN_SECONDS = 5;

const instant = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

/**
 * The slider of the axis: a native one, so that arrow keys, Home, End and touch work as everywhere. While it is held it
 * says where it is, for what can be shown at once; the instant itself is asked for when it is let go, because asking at
 * every pixel would ask Prometheus a hundred times. At its right end it follows time.
 */
export function Scrubber({
  stretch,
  shown,
  compared,
  onHeld,
  onInstant,
}: {
  readonly stretch: Stretch;
  /** Unix milliseconds. */
  readonly shown: number;
  /** Place of the instant that is compared with, 0 to 1. */
  readonly compared: number | null;
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
    onInstant(held >= last ? null : instant(held));
  };
  const text = value >= last ? "now" : sayInstant(new Date(value * 1000).toISOString());
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
        onChange={(event) => {
          const next = Number(event.target.value);
          setHeld(next);
          onHeld(instant(next));
        }}
        onPointerUp={release}
        onKeyUp={release}
        onBlur={release}
        className="scrubber"
      />
    </div>
  );
}
