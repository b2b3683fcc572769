/** How thick lines are at a zoom. */

/** World units per design pixel: lines and marks grow and shrink less than the map does. */
export function strokeUnit(k: number): number {
  return Math.max(0.3, Math.min(1.3, k)) / k;
}
