/**
 * Which changes fall together with a rise. That two things happen at one time says nothing of cause; what is told is when
 * each of them was. Pure; instants in unix seconds.
 */

/** From the first instant a change may have been made at, to the last. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Of a rise within the window; null: it lies between the baseline and the window. */
  readonly since: number | null;
}

interface Window {
  readonly start: number;
  readonly end: number;
  readonly slices: number;
}

/** A rollout begins before its pods are ready and take requests; a policy takes seconds to reach all proxies. */
const LEAD = 600;
/** A baseline that ends longer before the window says only that something changed since. */
const MOST_BETWEEN = 86_400;

/**
 * When a change would have been made that a rise falls together with; null where there is no rise, or nothing to look at.
 * A rise within the window is known to a slice of time. `rose`: more than the baseline, beyond what the samples leave open.
 */
export function stretchOf(
  { since, rose }: { readonly since: number | null; readonly rose: boolean },
  { start, end, slices }: Window,
  baseline: { readonly end: number } | null,
): Stretch | null {
  const slice = (end - start) / Math.max(1, slices);
  if (since !== null) return { from: since - slice - LEAD, to: since + slice, since };
  if (!rose || baseline === null || baseline.end > start || start - baseline.end > MOST_BETWEEN) return null;
  return { from: baseline.end - LEAD, to: start + slice, since };
}

/** What of many changes lies in the stretch, nearest to the rise first; where that isn't known, the latest first. */
export function coinciding<T extends { readonly at: number }>(
  changes: readonly T[],
  { from, to, since }: Stretch,
): readonly T[] {
  const near = (at: number): number => (since === null ? -at : Math.abs(at - since));
  return changes.filter(({ at }) => at >= from && at <= to).sort((a, b) => near(a.at) - near(b.at));
}
