/** The time that a search covers. */
import { MAX_RANGE } from "#lib/api/series.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";

const DEFAULT: Seconds = seconds(3600);

/** @throws MeshscopeError `bad_instant` */
export function rangeOf(
  query: { readonly start?: UnixSeconds | undefined; readonly end?: UnixSeconds | undefined },
  now: UnixSeconds,
  names: readonly [string, string] = ["start", "end"],
): { readonly start: UnixSeconds; readonly end: UnixSeconds } {
  const end = unixSeconds(Math.min(query.end ?? now, now));
  const start = query.start ?? unixSeconds(end - DEFAULT);
  if (start >= end)
    throw new MeshscopeError("bad_instant", `Parameter '${names[0]}' must lie before '${names[1]}' and before now.`);
  if (end - start > MAX_RANGE)
    throw new MeshscopeError(
      "bad_instant",
      `From '${names[0]}' to '${names[1]}' may be ${MAX_RANGE / 86_400} days at most.`,
    );
  return { start, end };
}
