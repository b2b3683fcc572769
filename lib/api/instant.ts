/** Instants on the wire: RFC 3339 or unix seconds in requests, RFC 3339 UTC in answers. */
import { type Seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";

const RFC3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const UNIX = /^\d{1,11}(?:\.\d{1,9})?$/;
/** The last second of year 9999: what RFC 3339 can still write. */
const LAST = 253_402_300_799;

/** The instant a text names, in unix seconds; null if it is neither RFC 3339 nor unix seconds (a date that doesn't exist included). */
export function parseInstant(text: string): UnixSeconds | null {
  const value = UNIX.test(text) ? Number(text) : parseRfc3339(text);
  return Number.isFinite(value) && value >= 0 && value <= LAST ? unixSeconds(value) : null;
}

/** Date.parse reads 30 February as 2 March: a day that doesn't write back as itself is refused. */
function parseRfc3339(text: string): number {
  const day = RFC3339.exec(text)?.[1];
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(`${day}T`)) return Number.NaN;
  return Date.parse(text) / 1000;
}

/** RFC 3339 in UTC; milliseconds are written only where there are any: `2026-08-20T14:00:00Z`. */
export function formatInstant(instant: UnixSeconds): string {
  return new Date(Math.round(instant * 1000)).toISOString().replace(".000Z", "Z");
}

/** The nearest earlier multiple of `step`: what lets two viewers of "the same" past instant share one answer. */
export function floorInstant(instant: UnixSeconds, step: Seconds): UnixSeconds {
  return unixSeconds(Math.floor(instant / step) * step);
}
