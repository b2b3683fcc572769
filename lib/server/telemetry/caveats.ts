/** What must be said of a source's numbers that the numbers don't say themselves: how far it remembers, what its clock says. Pure. */
import { formatInstant } from "#lib/api/instant.ts";
import { sayWindow, WINDOWS, windowSeconds } from "#lib/api/windows.ts";
import type { Milliseconds, Seconds, UnixSeconds } from "#lib/units.ts";

/** Under it the clocks of two machines that are kept in time differ by chance, and by the way of the question. */
const SKEW_MS = 5_000;
/** The part of a window that may be missing before its rates are wrong by more than they are shown with. */
const MISSING = 0.05;
/** Prometheus looks back so far for the last sample: https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness */
const LOOKBACK_S = 300;

/** `2.5 d`, `3 h 10 min`, `42 s`. */
function sayDuration(length: number): string {
  const all = Math.round(length);
  if (all < 120) return `${all} s`;
  const minutes = Math.round(all / 60);
  if (minutes < 120) return `${minutes} min`;
  if (minutes >= 48 * 60) return `${Math.round(minutes / 6 / 24) / 10} d`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
}

/** A window of which the source knows only the later part; null where it knows enough of it. `first`: since when. */
export function windowCaveat(name: string, at: UnixSeconds, window: Seconds, first: UnixSeconds | null): string | null {
  if (first === null || first >= at || first - (at - window) <= window * MISSING) return null;
  const known = at - first;
  const fits = WINDOWS.findLast((each) => windowSeconds(each) <= known);
  const advice = fits === undefined ? "" : ` Choose a window of at most ${sayWindow(fits)}.`;
  return `Prometheus '${name}' knows nothing before ${formatInstant(first)} (its retention, or when it began): of this window of ${sayDuration(window)} it has seen ${sayDuration(known)}, and rates, averaged over all of it, read low.${advice}`;
}

/** An instant of which it holds nothing. `first`: of what it knows the earliest after it, where that is known. */
export function nothingCaveat(name: string, at: UnixSeconds, first: UnixSeconds | null): string {
  const what = `Prometheus '${name}' holds nothing of ${formatInstant(at)}`;
  if (first === null) return `${what}: it keeps less than that (its retention), or read no proxy then.`;
  if (first <= at) return `${what} about any mesh: it was there, but read no proxy then.`;
  return `${what}: what it knows begins at ${formatInstant(first)} (its retention, or when it began).`;
}

/** `ahead`: by how much its clock is ahead of the console's; null where that is unknown. */
export function clockCaveat(name: string, ahead: Milliseconds | null): string | null {
  if (ahead === null || Math.abs(ahead) < SKEW_MS) return null;
  const by = sayDuration(Math.abs(ahead) / 1000);
  const cost =
    ahead > 0
      ? `What it recorded in the last ${by} isn't shown yet.`
      : Math.abs(ahead) / 1000 >= LOOKBACK_S
        ? "Asked for now, it finds nothing."
        : `The last ${by} of each window are empty, and rates read low.`;
  return `The clock of Prometheus '${name}' is ${by} ${ahead > 0 ? "ahead of" : "behind"} the console's. ${cost} Set both by the same time server.`;
}
