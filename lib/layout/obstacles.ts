/** What a connection should not run through: marks, and less so the text under them. A grid answers in constant time. */
import { CELL } from "./metrics.ts";

const STEP = 160;
const CLEARANCE = 9;
const TEXT = { half: 52, top: 6, bottom: CELL.height - CELL.middle - 4 } as const;
const TEXT_COST = 0.3;

export class Obstacles {
  private readonly grid = new Map<number, number[]>();
  private readonly x: Float32Array;
  private readonly y: Float32Array;
  private readonly radius: Float32Array;

  constructor(x: Float32Array, y: Float32Array, radius: Float32Array) {
    this.x = x;
    this.y = y;
    this.radius = radius;
    for (let node = 0; node < x.length; node++) {
      const key = this.key(Math.floor((x[node] as number) / STEP), Math.floor((y[node] as number) / STEP));
      const list = this.grid.get(key);
      if (list) list.push(node);
      else this.grid.set(key, [node]);
    }
  }

  private key(column: number, row: number): number {
    return column * 65_536 + row;
  }

  /** How much is in the way at a point, leaving out the connection's own ends. */
  at(px: number, py: number, source: number, target: number): number {
    let total = 0;
    const column = Math.floor(px / STEP);
    const row = Math.floor(py / STEP);
    for (let c = column - 1; c <= column + 1; c++) {
      for (let r = row - 1; r <= row + 1; r++) {
        for (const node of this.grid.get(this.key(c, r)) ?? []) {
          if (node === source || node === target) continue;
          const dx = px - (this.x[node] as number);
          const dy = py - (this.y[node] as number);
          const reach = (this.radius[node] as number) + CLEARANCE;
          if (dx * dx + dy * dy < reach * reach) total += 1;
          else if (Math.abs(dx) < TEXT.half && dy > TEXT.top && dy < TEXT.bottom) total += TEXT_COST;
        }
      }
    }
    return total;
  }
}
