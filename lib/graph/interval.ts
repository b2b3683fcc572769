/** How sure a share is that was counted on a number of calls. */

export interface Interval {
  /** 0…1, unless something else is said. */
  readonly low: number;
  readonly high: number;
}

/** Standard deviations of a two-sided 95 % interval. */
export const Z95 = 1.96;
/** Of 99 %. */
export const Z99 = 2.58;

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/**
 * Wilson's score interval for `hits` of `total`, `z` standard deviations wide; holds for few calls and near 0 and 1, where the usual
 * ±z·√(p(1−p)/n) doesn't. Nothing counted: anything is possible. Fractions (rate × seconds) are allowed.
 * E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209–212.
 */
export function wilson(hits: number, total: number, z: number): Interval {
  if (!(total > 0)) return { low: 0, high: 1 };
  const share = clamp(hits / total);
  const z2 = z * z;
  const middle = (share + z2 / (2 * total)) / (1 + z2 / total);
  const half = (z / (1 + z2 / total)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
  // Rounding must not push the bound past the share itself.
  return { low: Math.min(share, clamp(middle - half)), high: Math.max(share, clamp(middle + half)) };
}

/**
 * Score interval for the mean of a Poisson count, `z` standard deviations wide: k + z²/2 ± z·√(k + z²/4). For what isn't a share of calls,
 * because one call can make several. Fractions (rate × seconds) are allowed.
 */
export function poisson(count: number, z: number): Interval {
  const [k, z2] = [Math.max(0, count), z * z];
  const half = z * Math.sqrt(k + z2 / 4);
  return { low: Math.max(0, k + z2 / 2 - half), high: k + z2 / 2 + half };
}
