/** What makes a small level hard to read, as one number: crossings, connections that run through items, length. */
import type { Level } from "./sweep.ts";

const CROSSING = 260;
const THROUGH = 420;

export interface Placed {
  readonly columns: readonly (readonly number[])[];
  readonly top: Float64Array;
  readonly columnOf: Int32Array;
}

/** Lower is better. O(p²) for p connections: meant for levels of up to a few hundred. */
export function cost(level: Level, placed: Placed): number {
  const { pulls, height } = level;
  const { top, columnOf, columns } = placed;
  let total = 0;
  const count = pulls.length;
  const x1 = new Float64Array(count);
  const y1 = new Float64Array(count);
  const x2 = new Float64Array(count);
  const y2 = new Float64Array(count);
  pulls.forEach((pull, i) => {
    const forwards = (columnOf[pull.source] as number) <= (columnOf[pull.target] as number);
    const from = (top[pull.source] as number) + pull.sourceOffset;
    const to = (top[pull.target] as number) + pull.targetOffset;
    x1[i] = columnOf[forwards ? pull.source : pull.target] as number;
    x2[i] = columnOf[forwards ? pull.target : pull.source] as number;
    y1[i] = forwards ? from : to;
    y2[i] = forwards ? to : from;
    total += Math.abs(from - to) * Math.min(3, pull.weight);
  });
  for (let i = 0; i < count; i++) {
    const ax = x1[i] as number;
    const bx = x2[i] as number;
    const slope = bx > ax ? ((y2[i] as number) - (y1[i] as number)) / (bx - ax) : 0;
    for (let column = ax + 1; column < bx; column++) {
      const y = (y1[i] as number) + slope * (column - ax);
      for (const item of columns[column] as readonly number[]) {
        const above = top[item] as number;
        if (y > above && y < above + (height[item] as number)) total += THROUGH;
      }
    }
    for (let j = i + 1; j < count; j++) {
      const left = Math.max(ax, x1[j] as number);
      const right = Math.min(bx, x2[j] as number);
      if (right <= left) continue;
      const other = ((y2[j] as number) - (y1[j] as number)) / ((x2[j] as number) - (x1[j] as number));
      const atLeft = (y1[i] as number) + slope * (left - ax) - (y1[j] as number) - other * (left - (x1[j] as number));
      const atRight =
        (y1[i] as number) + slope * (right - ax) - (y1[j] as number) - other * (right - (x1[j] as number));
      if (atLeft * atRight < 0) total += CROSSING;
    }
  }
  return total;
}
