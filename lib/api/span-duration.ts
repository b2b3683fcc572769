/** Durations of spans as people and links write them: `500us`, `25ms`, `1.5s`, `2m`. Without zod, for both sides of the wire. */
import { type Seconds, seconds } from "#lib/units.ts";

const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60 };
/** A day: no trace of a call is longer. */
const MOST = 86_400;

export const SPAN_DURATION_WORDS = "a duration such as 500us, 25ms, 1.5s or 2m";

/** null for a text that is none. */
export function readSpanDuration(text: string): Seconds | null {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,6})?)(us|ms|s|m)$/.exec(text) ?? [];
  const value = Number(number) * (UNITS[unit ?? ""] ?? Number.NaN);
  return Number.isFinite(value) && value <= MOST ? seconds(value) : null;
}
