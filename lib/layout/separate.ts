/**
 * Places a stack of items as near as possible to where each wants to be, in the given order and without overlap: weighted
 * least squares under `top[i+1] ≥ top[i] + height[i] + gap`, solved exactly by pooling adjacent violators. O(n).
 * The stack stays within 0…`room` where it fits (clamping the unbounded solution is the bounded one).
 * `order` lists item indexes; `wanted`, `weight`, `height` are indexed by item; the tops are written to `top`.
 */
export function separate(
  order: readonly number[],
  wanted: Float64Array,
  weight: Float64Array,
  height: Float64Array,
  gap: number,
  room: number,
  top: Float64Array,
): void {
  // A pool is a run of items that touch; it lies at the weighted mean of what its members want.
  const sums: number[] = [];
  const weights: number[] = [];
  const sizes: number[] = [];
  let before = 0;
  for (const item of order) {
    const itemWeight = weight[item] as number;
    let sum = ((wanted[item] as number) - before) * itemWeight;
    let total = itemWeight;
    let size = 1;
    while (sums.length > 0 && (sums.at(-1) as number) / (weights.at(-1) as number) > sum / total) {
      sum += sums.pop() as number;
      total += weights.pop() as number;
      size += sizes.pop() as number;
    }
    sums.push(sum);
    weights.push(total);
    sizes.push(size);
    before += (height[item] as number) + gap;
  }
  const most = Math.max(0, room - (before - gap));
  before = 0;
  let at = 0;
  for (let pool = 0; pool < sums.length; pool++) {
    const mean = Math.max(0, Math.min(most, (sums[pool] as number) / (weights[pool] as number)));
    for (let i = 0; i < (sizes[pool] as number); i++) {
      const item = order[at++] as number;
      top[item] = mean + before;
      before += (height[item] as number) + gap;
    }
  }
}
