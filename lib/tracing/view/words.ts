/** Spans' lengths as text, and the ticks of a time axis. Pure. */
import { formatMs, formatNumber } from "#lib/format.ts";
import { milliseconds } from "#lib/units.ts";

/** Nanoseconds: `640 ns`, `42 µs`, `0.42 ms`, `38 ms`, `1.24 s`. */
export function durationText(ns: number): string {
  const size = Math.abs(ns);
  if (size === 0) return "0 ms";
  if (size < 1_000) return `${formatNumber(ns)} ns`;
  if (size < 100_000) return `${formatNumber(ns / 1e3)} µs`;
  return formatMs(milliseconds(ns / 1e6));
}

/** The same with its sign, for differences. */
export const signedText = (ns: number): string => `${ns < 0 ? "−" : "+"}${durationText(Math.abs(ns))}`;

/** Round instants within [from, to] in nanoseconds, at most `most` of them, evenly spaced. */
export function ticksOf(from: number, to: number, most: number): readonly number[] {
  const room = to - from;
  if (!(room > 0) || most < 1) return [from];
  const rough = room / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
