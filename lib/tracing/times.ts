/** When spans were, as far as that can be drawn; what can't be right is said. Pure; O(n log n) for the median. */
import type { Trace, WarningCode } from "./model.ts";

/** Nanoseconds a clock may be ahead of ours without remark. */
const AHEAD_NS = 60e9;
/** A span this far from the others has a broken clock, or none. */
const FAR_NS = 24 * 3600e9;

export interface Times {
  /** Nanoseconds after the trace's base. */
  readonly start: Float64Array;
  /** Never negative. */
  readonly length: Float64Array;
  /** 1: so far from the others that it must not stretch the time axis. */
  readonly far: Uint8Array;
}

export function timesOf(
  trace: Trace,
  nowNs: bigint,
  warn: (row: number, code: WarningCode, detail: string) => void,
): Times {
  const start = trace.start.slice();
  const length = trace.duration.map((ns) => Math.max(0, ns));
  const far = new Uint8Array(trace.length);
  const median = start.slice().sort()[Math.floor(trace.length / 2)] ?? 0;
  const latest = Number(nowNs - trace.baseNs) + AHEAD_NS;
  for (let row = 0; row < trace.length; row++) {
    const [at, duration] = [start[row] ?? 0, trace.duration[row] ?? 0];
    if (duration < 0)
      warn(
        row,
        "negative-duration",
        `The span ends ${milliseconds(-duration)} before it begins; it is drawn as an instant.`,
      );
    if (Math.abs(at - median) > FAR_NS || duration > FAR_NS * 30) {
      far[row] = 1;
      warn(
        row,
        "far",
        "Its time lies more than a day from the other spans'. The clock that made it, or its unit, is wrong.",
      );
    } else if (at > latest) {
      warn(
        row,
        "future",
        `The span begins ${milliseconds(at - latest + AHEAD_NS)} after now: the clock that made it is ahead.`,
      );
    }
  }
  return { start, length, far };
}

/** Nanoseconds in words. */
export function milliseconds(ns: number): string {
  const ms = ns / 1e6;
  if (ms >= 10_000) return `${Math.round(ms / 1000).toLocaleString("en-US")} s`;
  return `${ms >= 10 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
}
