/** Which stretch of a log is asked for. Pure. */
import type { Moment } from "./rows.ts";

export interface Stretch {
  /** Unix seconds in decimal digits. */
  readonly start: string;
  /** null: now. */
  readonly end: string | null;
}

/** Seconds before and after a span that can be chosen; the first is what one begins with. */
export const AROUND: readonly number[] = [5, 1, 30, 120, 600];
/** Minutes up to now. */
export const UP_TO_NOW: readonly number[] = [5, 1, 15, 60];

const SECOND = 1_000_000_000n;

/** So many minutes up to now. `now`: unix milliseconds by the server's clock. */
export const upToNow = (minutes: number, now: number): Stretch => ({
  start: String(Math.floor(now / 1000) - minutes * 60),
  end: null,
});

/** From so many seconds before the span to as many after it. */
export function aroundMoment({ startNs, endNs }: Moment, seconds: number): Stretch {
  const margin = BigInt(seconds) * SECOND;
  const from = startNs > margin ? startNs - margin : 0n;
  return { start: decimalSeconds(from), end: decimalSeconds(endNs + margin) };
}

/** The same, but nothing from before the span. */
export function fromMoment(moment: Moment, seconds: number): Stretch {
  return { ...aroundMoment(moment, seconds), start: decimalSeconds(moment.startNs) };
}

/** Exact: a number of seconds would lose what tells two lines apart. */
function decimalSeconds(ns: bigint): string {
  return `${ns / SECOND}.${String(ns % SECOND).padStart(9, "0")}`;
}
