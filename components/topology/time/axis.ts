/** A stretch of time as a line from 0 to 1: its ticks, its marks, its frames. Pure. */
import { parseInstant } from "#lib/api/instant.ts";

/** The server rounds instants down to this. */
const GRAIN_MS = 5000;
/** Frames of a whole replay, about. */
const FRAMES = 60;
/** Part of the axis within which marks are one sign. */
const CLOSE = 1 / 90;

export interface Stretch {
  /** Unix milliseconds. */
  readonly start: number;
  readonly end: number;
}

/** An instant on the grain as addresses and questions spell it. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace(".000Z", "Z");

/** The stretch of so many seconds that ends now, on the server's grain. */
export function stretchTo(end: number, seconds: number): Stretch {
  const last = Math.floor(end / GRAIN_MS) * GRAIN_MS;
  return { start: last - seconds * 1000, end: last };
}

/** The stretch of so many seconds from an instant on, as far as there is any: it ends now at the latest. */
export function stretchFrom(start: number, seconds: number, now: number): Stretch {
  const [first, last] = [start, now].map((ms) => Math.floor(ms / GRAIN_MS) * GRAIN_MS) as [number, number];
  return { start: first, end: Math.max(first + GRAIN_MS, Math.min(first + seconds * 1000, last)) };
}

/** Where an instant is, 0 to 1; outside the stretch it stands at its end. */
export function place({ start, end }: Stretch, ms: number): number {
  return Math.max(0, Math.min(1, (ms - start) / (end - start)));
}

/** On which side of the stretch an instant lies by whole grains, which is what the server reads; null: within, or none. */
export function outside({ start, end }: Stretch, ms: number): "before" | "after" | null {
  const grain = Math.floor(ms / GRAIN_MS) * GRAIN_MS;
  if (grain < start) return "before";
  return grain > end ? "after" : null;
}

const STEPS = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400];

/** Whole instants of the wall clock, at most eight. `offsetMs`: of the zone that people read. */
export function ticks({ start, end }: Stretch, offsetMs: number): readonly number[] {
  const step = 1000 * (STEPS.find((seconds) => (end - start) / (seconds * 1000) <= 8) ?? 14_400);
  const first = Math.ceil((start + offsetMs) / step) * step - offsetMs;
  const found: number[] = [];
  for (let at = first; at <= end; at += step) found.push(at);
  return found;
}

/** Milliseconds from frame to frame of a replay: whole grains. */
export function frameStep({ start, end }: Stretch): number {
  return Math.max(GRAIN_MS, Math.round((end - start) / FRAMES / GRAIN_MS) * GRAIN_MS);
}

/** The frame after `at`, `stepMs` from one to the next; null at the end. */
export function nextFrame({ start, end }: Stretch, at: number, stepMs: number): number | null {
  const next = start + (Math.floor((at - start) / stepMs) + 1) * stepMs;
  return next > end ? null : next;
}

const KEYS: Readonly<Record<string, number>> = {
  ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 },
  ...{ PageDown: -10, PageUp: 10 },
};

/**
 * Where a key brings the slider from `at`: to the next frame, or the tenth; with Shift by single grains, as far as the
 * stretch reaches. null: the key isn't one of these. A frame needs no request, and of 24 hours a grain would be no step.
 */
export function steppedTo(stretch: Stretch, at: number, key: string, shift: boolean, stepMs: number): number | null {
  const by = KEYS[key];
  if (by === undefined) return null;
  const step = shift ? GRAIN_MS : stepMs;
  const { start, end } = stretch;
  // From between two frames it is the nearer one of the two on that side.
  const frames = (at - start) / step;
  const to = start + step * (by > 0 ? Math.floor(frames) + by : Math.ceil(frames) + by);
  return Math.max(start, Math.min(end, to));
}

/** Whether the answer shown (RFC 3339) is the one for the instant asked for, in whichever form. */
export function arrived(shown: string | null, asked: string): boolean {
  return (
    shown !== null &&
    Math.floor(((parseInstant(asked) ?? Number.NaN) * 1000) / GRAIN_MS) * GRAIN_MS === Date.parse(shown)
  );
}

export interface Placed<Item> {
  /** 0 to 1, of the first. */
  readonly at: number;
  /** Oldest first. */
  readonly items: readonly Item[];
}

/** Items that lie too close to be told apart, as one sign. Those outside the stretch are left out. */
export function cluster<Item extends { readonly at: string }>(
  stretch: Stretch,
  items: readonly Item[],
): readonly Placed<Item>[] {
  const inside = items
    .map((item) => ({ item, ms: Date.parse(item.at) }))
    .filter(({ ms }) => ms >= stretch.start && ms <= stretch.end)
    .sort((a, b) => a.ms - b.ms);
  const placed: { at: number; items: Item[] }[] = [];
  for (const { item, ms } of inside) {
    const at = place(stretch, ms);
    const last = placed.at(-1);
    if (last !== undefined && at - last.at < CLOSE) last.items.push(item);
    else placed.push({ at, items: [item] });
  }
  return placed;
}
