/** Moving and narrowing the part of time that is shown. Pure; nanoseconds after the trace's begin. */
import type { Zoom } from "./view-state.ts";

/** Less than this can't be told apart on a screen, and rounding begins. */
const LEAST_NS = 100;

/** null where all of the trace is shown. */
function held({ from, to }: Zoom, total: number): Zoom | null {
  const length = Math.min(total, Math.max(Math.min(LEAST_NS, total), to - from));
  const begin = Math.max(0, Math.min(total - length, from));
  const zoom = { from: Math.round(begin), to: Math.round(begin + length) };
  return zoom.from <= 0 && zoom.to >= Math.floor(total) ? null : zoom;
}

/** `share` of what is shown: to the right, or, where negative, to the left. */
export function panned(range: Zoom, total: number, share: number): Zoom | null {
  const by = (range.to - range.from) * share;
  return held({ from: range.from + by, to: range.to + by }, total);
}

/** `factor` times as much is shown, around the middle or another share of it. */
export function zoomed(range: Zoom, total: number, factor: number, around = 0.5): Zoom | null {
  const length = range.to - range.from;
  const middle = range.from + length * around;
  return held({ from: middle - length * factor * around, to: middle + length * factor * (1 - around) }, total);
}

/** Between two shares of the whole, in whatever order they were pointed at. */
export function between(one: number, other: number, total: number): Zoom | null {
  const clamp = (share: number) => Math.max(0, Math.min(1, share)) * total;
  return held({ from: Math.min(clamp(one), clamp(other)), to: Math.max(clamp(one), clamp(other)) }, total);
}

/** Shows a span with some air around it; null where that is everything. */
export function framed(from: number, to: number, total: number): Zoom | null {
  const air = Math.max(LEAST_NS, (to - from) * 0.05);
  return held({ from: from - air, to: to + air }, total);
}
