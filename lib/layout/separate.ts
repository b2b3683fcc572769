/** Pools of one stack while it is placed. */
interface Pools {
  readonly sums: Float64Array;
  readonly weights: Float64Array;
  readonly sizes: Int32Array;
}

const poolsFor = (count: number): Pools => ({
  sums: new Float64Array(count),
  weights: new Float64Array(count),
  sizes: new Int32Array(count),
});

/** Used again by each call: a level is placed some thousand times. Nothing in it outlives a call. */
let pools = poolsFor(64);

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
  if (pools.sums.length < order.length) pools = poolsFor(2 * order.length);
  // A pool is a run of items that touch; it lies at the weighted mean of what its members want.
  const { sums, weights, sizes } = pools;
  let count = 0;
  let before = 0;
  for (let at = 0; at < order.length; at++) {
    const item = order[at] as number;
    let total = weight[item] as number;
    let sum = ((wanted[item] as number) - before) * total;
    let size = 1;
    while (count > 0 && (sums[count - 1] as number) / (weights[count - 1] as number) > sum / total) {
      count--;
      sum += sums[count] as number;
      total += weights[count] as number;
      size += sizes[count] as number;
    }
    sums[count] = sum;
    weights[count] = total;
    sizes[count] = size;
    count++;
    before += (height[item] as number) + gap;
  }
  const most = Math.max(0, room - (before - gap));
  before = 0;
  let at = 0;
  for (let pool = 0; pool < count; pool++) {
    const mean = Math.max(0, Math.min(most, (sums[pool] as number) / (weights[pool] as number)));
    for (let i = 0; i < (sizes[pool] as number); i++) {
      const item = order[at++] as number;
      top[item] = mean + before;
      before += (height[item] as number) + gap;
    }
  }
}
