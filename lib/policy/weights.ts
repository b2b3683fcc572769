/**
 * A slider's arithmetic: integers that count relative to their sum, as Istio and Gateway API have them, shown as percent.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination,
 * https://gateway-api.sigs.k8s.io/reference/spec/#backendref
 */

export interface Weight {
  readonly version: string;
  /** As the object says it; null: not said. */
  readonly weight: number | null;
}

/** What a weight that isn't said counts as: in Istio 0 beside others and all where it is alone, in Gateway API 1. */
export type WeightRule = "istio" | "gateway-api";

/** The integer that counts. What is no natural number counts as 0: the API server refuses it anyway. */
function counted(weights: readonly Pick<Weight, "weight">[], rule: WeightRule): number[] {
  const alone = rule === "istio" && weights.length === 1;
  return weights.map(({ weight }) => {
    if (weight === null) return rule === "gateway-api" || alone ? 1 : 0;
    if (alone && weight === 0) return 1;
    return Number.isSafeInteger(weight) && weight > 0 ? weight : 0;
  });
}

/**
 * Integers that sum to `total`, in proportion to the parts: whole shares first, then one each to the largest remainders,
 * the first of equals. All parts 0: all 0 but the first.
 */
function apportion(parts: readonly number[], total: number): number[] {
  const sum = parts.reduce((a, b) => a + b, 0);
  if (sum <= 0) return parts.map((_, index) => (index === 0 ? total : 0));
  const exact = parts.map((part) => (part / sum) * total);
  const whole: number[] = exact.map(Math.floor);
  const left = Math.max(0, total - whole.reduce((a, b) => a + b, 0));
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .toSorted((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, left)) whole[index] = (whole[index] ?? 0) + 1;
  return whole;
}

/** Shares 0…1 of the traffic; all 0 where nothing gets any (every weight 0: calls fail). */
export function sharesOf(weights: readonly Pick<Weight, "weight">[], rule: WeightRule): readonly number[] {
  const parts = counted(weights, rule);
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => (sum === 0 ? 0 : part / sum));
}

/** Percent for a slider: integers that sum to 100, or all 0 where nothing gets any traffic. */
export function percentsOf(weights: readonly Pick<Weight, "weight">[], rule: WeightRule): readonly number[] {
  const parts = counted(weights, rule);
  return parts.some((part) => part > 0) ? apportion(parts, 100) : parts.map(() => 0);
}

/**
 * One version moved to `percent` (rounded, kept within 0…100). What it gives or takes goes to the others in proportion to
 * what they have; where they have nothing, to `stable`, or the first other. One version alone has everything.
 */
export function moveWeight(
  percents: readonly number[],
  moved: number,
  percent: number,
  stable: number | null = null,
): readonly number[] {
  if (percents[moved] === undefined || Number.isNaN(percent)) return percents;
  const target = percents.length === 1 ? 100 : Math.min(100, Math.max(0, Math.round(percent)));
  const sum = percents.reduce((a, b) => a + b, 0);
  if (target === percents[moved] && sum === 100) return percents;
  const others: number[] = percents.map((value, index): number => (index === moved ? 0 : Math.max(0, value)));
  if (!others.some((value) => value > 0) && percents.length > 1) {
    const first = moved === 0 ? 1 : 0;
    others[stable !== null && stable !== moved && others[stable] !== undefined ? stable : first] = 1;
  }
  return apportion(others, 100 - target).map((value, index) => (index === moved ? target : value));
}

/** Everything to one version: blue-green. */
export function onlyTo(percents: readonly number[], version: number): readonly number[] {
  return moveWeight(percents, version, 100);
}

/** One version by some percent points up or down. */
export function stepWeight(
  percents: readonly number[],
  moved: number,
  by: number,
  stable: number | null = null,
): readonly number[] {
  return moveWeight(percents, moved, (percents[moved] ?? 0) + by, stable);
}

/**
 * What to write: the weights as they are (the same list) where the slider shows what they come to already, so that 1:1
 * doesn't become 50:50 by being looked at; else the percents.
 */
export function writtenWeights<W extends Pick<Weight, "weight">>(
  weights: readonly W[],
  percents: readonly number[],
  rule: WeightRule,
): readonly W[] {
  const now = percentsOf(weights, rule);
  if (now.length === percents.length && now.every((value, index) => value === percents[index])) return weights;
  return weights.map((one, index) => ({ ...one, weight: percents[index] ?? 0 }));
}
