/** How many calls take longer than so long, as far as a histogram's buckets tell: between two of them nobody knows. */
import type { Histogram } from "#lib/graph/observation.ts";

/** Shares (0…1) of the calls. */
export interface Above {
  /** Above the next bound: they surely take longer. */
  readonly min: number;
  /** Above the bound before: nothing else can. */
  readonly max: number;
  /** The bucket that the limit lies within, in ms; null: it is a bound, or lies above all of them. */
  readonly within: { readonly from: number; readonly to: number } | null;
}

/** null: nothing was counted, or the buckets have no end. A NaN among the counts is no count. */
export function above({ bounds, counts }: Pick<Histogram, "bounds" | "counts">, limitMs: number): Above | null {
  const last = bounds.length - 1;
  const total = counts[last] ?? Number.NaN;
  if (last < 1 || bounds[last] !== Number.POSITIVE_INFINITY || !(total > 0) || !Number.isFinite(total)) return null;
  // Buckets are read at different instants: a count below an earlier one is that one.
  let most = 0;
  const upTo = counts.map((count) => {
    most = Math.min(total, Math.max(most, Number.isFinite(count) ? count : 0));
    return most / total;
  });
  const next = bounds.findIndex((bound) => bound >= limitMs);
  const [from, to] = [next === 0 ? 0 : (bounds[next - 1] ?? 0), bounds[next] ?? Number.POSITIVE_INFINITY];
  const exact = to === limitMs;
  return {
    min: 1 - (upTo[next] ?? 1),
    max: 1 - (exact ? (upTo[next] ?? 0) : next === 0 ? 0 : (upTo[next - 1] ?? 0)),
    within: exact ? null : { from, to },
  };
}
