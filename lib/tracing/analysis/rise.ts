/** Since when something takes longer: the one cut in time that parts a window best, if it does so beyond chance. Pure. */
import { sliceOf } from "./weights.ts";

interface Window {
  readonly start: number;
  readonly end: number;
  readonly slices: number;
  readonly traces: readonly { readonly at: number }[];
}

/** Traces on either side of a cut. */
const LEAST = 8;
/** Standard errors by which the two sides must differ; a few dozen cuts are tried, so it is more than for one. */
const SURE = 4;

/** Unix seconds of the first trace after the cut; null where no cut stands out. `values`: by trace, 0 where absent. */
export function riseOf({ traces, start, end, slices }: Window, values: ReadonlyMap<number, number>): number | null {
  const order = traces.map((_, i) => i).sort((a, b) => (traces[a]?.at ?? 0) - (traces[b]?.at ?? 0) || a - b);
  const sums = { all: 0, squares: 0 };
  for (const value of values.values()) {
    sums.all += value;
    sums.squares += value * value;
  }
  let best: { place: number; sure: number } | null = null;
  const left = { all: 0, squares: 0 };
  for (let place = 0; place < order.length; place++) {
    const enough = place >= LEAST && order.length - place >= LEAST;
    // Only where one slice ends and the next begins: within one, a backend's order isn't time's.
    if (enough && sliceAt(place) !== sliceAt(place - 1)) {
      const sure = difference(left, sums, place, order.length);
      if (sure >= SURE && sure > (best?.sure ?? 0)) best = { place, sure };
    }
    const value = values.get(order[place] ?? -1) ?? 0;
    left.all += value;
    left.squares += value * value;
  }
  return best === null ? null : (traces[order[best.place] ?? -1]?.at ?? null);

  function sliceAt(place: number): number {
    return sliceOf(traces[order[place] ?? -1]?.at ?? 0, start, end, slices);
  }
}

interface Sums {
  readonly all: number;
  readonly squares: number;
}

/** By how many standard errors the mean after the cut exceeds the one before it. */
function difference(left: Sums, whole: Sums, place: number, length: number): number {
  const right = { all: whole.all - left.all, squares: whole.squares - left.squares };
  const rest = length - place;
  const [before, after] = [left.all / place, right.all / rest];
  const variance = (sums: Sums, n: number, mean: number) => Math.max(0, sums.squares / n - mean * mean) / n;
  const error = Math.sqrt(variance(left, place, before) + variance(right, rest, after));
  if (after <= before) return 0;
  return error > 0 ? (after - before) / error : Number.MAX_VALUE;
}
