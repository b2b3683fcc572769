/** What a connection should not run through: marks, and less so the text under them. A grid answers in constant time. */
import { CELL } from "./metrics.ts";

const STEP = 160;
const CLEARANCE = 9;
const TEXT = { half: 52, top: 6, bottom: CELL.height - CELL.middle - 4 } as const;
const TEXT_COST = 0.3;

const NOBODY: readonly number[] = [];

export class Obstacles {
  /** Of each cell, the nodes that can be in the way somewhere in it. */
  private readonly grid = new Map<number, number[]>();
  private readonly x: Float32Array;
  private readonly y: Float32Array;
  private readonly radius: Float32Array;

  constructor(x: Float32Array, y: Float32Array, radius: Float32Array) {
    this.x = x;
    this.y = y;
    this.radius = radius;
    for (let node = 0; node < x.length; node++) {
      const reach = (radius[node] as number) + CLEARANCE;
      const half = Math.max(reach, TEXT.half);
      const [px, py] = [x[node] as number, y[node] as number];
      const [right, bottom] = [cellOf(px + half), cellOf(py + Math.max(reach, TEXT.bottom))];
      for (let column = cellOf(px - half); column <= right; column++)
        for (let row = cellOf(py - reach); row <= bottom; row++) {
          const list = this.grid.get(keyOf(column, row));
          if (list) list.push(node);
          else this.grid.set(keyOf(column, row), [node]);
        }
    }
  }

  /** How much is in the way at a point, leaving out the connection's own ends. */
  at(px: number, py: number, source: number, target: number): number {
    let marks = 0;
    let texts = 0;
    for (const node of this.grid.get(keyOf(cellOf(px), cellOf(py))) ?? NOBODY) {
      if (node === source || node === target) continue;
      const dx = px - (this.x[node] as number);
      const dy = py - (this.y[node] as number);
      const reach = (this.radius[node] as number) + CLEARANCE;
      if (dx * dx + dy * dy < reach * reach) marks += 1;
      else if (Math.abs(dx) < TEXT.half && dy > TEXT.top && dy < TEXT.bottom) texts += 1;
    }
    return marks + texts * TEXT_COST;
  }
}

const cellOf = (at: number) => Math.floor(at / STEP);
const keyOf = (column: number, row: number) => column * 65_536 + row;
