/** The time that GET /series is asked for. Pure. */
import type { SeriesQuery } from "#lib/api/series.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";

const DEFAULT_RANGE = seconds(3600);

/** @throws MeshscopeError `bad_instant` */
export function rangeOf(
  query: Pick<SeriesQuery, "start" | "end">,
  now: UnixSeconds,
  longest: Seconds,
): { start: UnixSeconds; end: UnixSeconds } {
  const end = unixSeconds(Math.min(query.end ?? now, now));
  const start = query.start ?? unixSeconds(end - DEFAULT_RANGE);
  if (start >= end) throw new MeshscopeError("bad_instant", "Parameter 'start' must lie before 'end' and before now.");
  if (end - start > longest) {
    const words = longest % 86_400 === 0 && longest > 86_400 ? `${longest / 86_400} days` : `${longest / 3600} hours`;
    throw new MeshscopeError("bad_instant", `From 'start' to 'end' may be ${words} at most.`);
  }
  return { start, end };
}
