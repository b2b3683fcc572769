/** What makes a small level hard to read, as one number: crossings, connections that run through items, length. */
import type { Level } from "./sweep.ts";

const CROSSING = 260;
const THROUGH = 420;
const LENGTH_WEIGHT = 3;

/**
 * The cost of a level whose items have their columns: what doesn't depend on their order in them is worked out once, for
 * every swap of two neighbours is tried. O(p²) for p connections: meant for levels of up to a few hundred.
 */
export class Cost {
  private readonly level: Level;
  private readonly columns: readonly (readonly number[])[];
  /** Of each connection its left and right item, the columns of these, and where on them it ends. */
  private readonly left: Int32Array;
  private readonly right: Int32Array;
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  private readonly leftOffset: Float64Array;
  private readonly rightOffset: Float64Array;
  private readonly weight: Float64Array;
  /** Two by two: connections that share columns, so that they might cross. */
  private readonly pairs: Int32Array;
  private readonly y: Float64Array;
  private readonly slope: Float64Array;

  constructor(level: Level, columns: readonly (readonly number[])[], columnOf: Int32Array) {
    const { pulls } = level;
    const count = pulls.length;
    this.level = level;
    this.columns = columns;
    this.left = new Int32Array(count);
    this.right = new Int32Array(count);
    this.from = new Int32Array(count);
    this.to = new Int32Array(count);
    this.leftOffset = new Float64Array(count);
    this.rightOffset = new Float64Array(count);
    this.weight = new Float64Array(count);
    this.y = new Float64Array(count);
    this.slope = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const { source, target, sourceOffset, targetOffset, weight } = pulls[i] as (typeof pulls)[number];
      const forwards = (columnOf[source] as number) <= (columnOf[target] as number);
      this.left[i] = forwards ? source : target;
      this.right[i] = forwards ? target : source;
      this.leftOffset[i] = forwards ? sourceOffset : targetOffset;
      this.rightOffset[i] = forwards ? targetOffset : sourceOffset;
      this.from[i] = columnOf[this.left[i] as number] as number;
      this.to[i] = columnOf[this.right[i] as number] as number;
      this.weight[i] = Math.min(LENGTH_WEIGHT, weight);
    }
    const pairs: number[] = [];
    for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) if (this.shared(i, j) > 0) pairs.push(i, j);
    this.pairs = Int32Array.from(pairs);
  }

  private shared(i: number, j: number): number {
    const right = Math.min(this.to[i] as number, this.to[j] as number);
    return right - Math.max(this.from[i] as number, this.from[j] as number);
  }

  /** Lower is better. `top` is of each item. */
  of(top: Float64Array): number {
    const { from, to, y, slope } = this;
    let total = 0;
    for (let i = 0; i < y.length; i++) {
      const begin = (top[this.left[i] as number] as number) + (this.leftOffset[i] as number);
      const end = (top[this.right[i] as number] as number) + (this.rightOffset[i] as number);
      const width = (to[i] as number) - (from[i] as number);
      y[i] = begin;
      slope[i] = width > 0 ? (end - begin) / width : 0;
      total += Math.abs(begin - end) * (this.weight[i] as number);
      if (width > 1) total += THROUGH * this.through(i, top);
    }
    return total + CROSSING * this.crossings();
  }

  /** How many items a connection runs through. */
  private through(i: number, top: Float64Array): number {
    const { height } = this.level;
    const begin = this.from[i] as number;
    const end = this.to[i] as number;
    let count = 0;
    for (let column = begin + 1; column < end; column++) {
      const y = (this.y[i] as number) + (this.slope[i] as number) * (column - begin);
      for (const item of this.columns[column] as readonly number[]) {
        const above = top[item] as number;
        if (y > above && y < above + (height[item] as number)) count++;
      }
    }
    return count;
  }

  private crossings(): number {
    const { pairs, from, to, y, slope } = this;
    let count = 0;
    for (let at = 0; at < pairs.length; at += 2) {
      const i = pairs[at] as number;
      const j = pairs[at + 1] as number;
      const left = Math.max(from[i] as number, from[j] as number);
      const right = Math.min(to[i] as number, to[j] as number);
      // Their distance where both have begun and where one ends.
      const apart =
        (y[i] as number) +
        (slope[i] as number) * (left - (from[i] as number)) -
        (y[j] as number) -
        (slope[j] as number) * (left - (from[j] as number));
      const later = apart + ((slope[i] as number) - (slope[j] as number)) * (right - left);
      if (apart * later < 0) count++;
    }
    return count;
  }
}
