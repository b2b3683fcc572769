/**
 * Edges as smooth curves: they leave and arrive level, so that the eye follows them along the columns. Curves that would run
 * through a mark try a few bends around it. World units; the same places give the same curves.
 */
import { Obstacles } from "./obstacles.ts";

export interface Ends {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly radius: Float32Array;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
}

export interface Paths {
  /** x,y pairs of cubic Bézier chains: a start, then three points per piece. */
  readonly path: Float32Array;
  /** Where each edge's pairs begin (in numbers, not pairs); one more than there are edges. */
  readonly pathStart: Uint32Array;
}

/** Between parallel edges of one pair of nodes. */
const LANE = 9;
/** Between a ring and its curve's start, and its curve's end (the arrow's tip). */
const LEAVE = 2;
const ARRIVE = 4;
/** Bends tried, as shifts of the curve's middle. */
const BENDS = [-46, 46, -92, 92, -150, 150, -220, 220] as const;
/** Of a unit of bend, and by how much a bend has to be better; in marks that are run through. */
const DETOUR_COST = 0.004;
const WORTH = 0.2;
/** Longer than this, a curve crosses so much that no bend helps. */
const BENDABLE = 2200;
const SAMPLE = 34;

/** Position of each edge among those of its pair of nodes, from −(n−1)/2 to (n−1)/2. Edges keep their given order. */
function lanes(source: Uint32Array, target: Uint32Array): Float32Array {
  const pairs = new Map<number, number[]>();
  for (let edge = 0; edge < source.length; edge++) {
    const a = source[edge] as number;
    const b = target[edge] as number;
    const key = Math.min(a, b) * 1_048_576 + Math.max(a, b);
    const list = pairs.get(key);
    if (list) list.push(edge);
    else pairs.set(key, [edge]);
  }
  const lane = new Float32Array(source.length);
  for (const edges of pairs.values()) {
    // One direction beside the other, protocols of a direction next to each other.
    edges.sort((a, b) => (source[a] as number) - (source[b] as number) || a - b);
    edges.forEach((edge, at) => {
      lane[edge] = at - (edges.length - 1) / 2;
    });
  }
  return lane;
}

function loop(x: number, y: number, radius: number, lane: number, out: number[]): void {
  const size = 34 + 12 * Math.abs(lane) + (lane < 0 ? 6 : 0);
  const foot = radius * 0.5;
  const top = y - radius * 0.87 - LEAVE;
  out.push(x - foot, top, x - foot - size * 0.7, top - size, x + foot + size * 0.7, top - size, x + foot, top - LEAVE);
}

/** Down on the right, up on the left: two directions between nodes of one column never share a side. */
function sideways(ends: Ends, s: number, t: number, shift: number, out: number[]): void {
  const x1 = ends.x[s] as number;
  const y1 = ends.y[s] as number;
  const x2 = ends.x[t] as number;
  const y2 = ends.y[t] as number;
  const down = y2 > y1;
  const side = down ? 1 : -1;
  const r1 = ends.radius[s] as number;
  const r2 = ends.radius[t] as number;
  const outermost = side > 0 ? Math.max(x1 + r1, x2 + r2) : Math.min(x1 - r1, x2 - r2);
  const bulge = outermost + side * (Math.min(64, 26 + Math.abs(y2 - y1) * 0.09) + Math.abs(shift));
  const sx = x1 + side * (r1 * 0.9 + LEAVE);
  const ex = x2 + side * (r2 * 0.9 + ARRIVE);
  const lean = down ? 0.45 : -0.45;
  out.push(sx, y1 + r1 * lean, bulge, y1 + r1 * lean, bulge, y2 - r2 * lean, ex, y2 - r2 * lean);
}

/** Level at both ends, with the middle moved by `bend`. */
function curve(sx: number, sy: number, ex: number, ey: number, bend: number): number[] {
  if (bend === 0) {
    const pull = (ex - sx) * 0.45;
    return [sx, sy, sx + pull, sy, ex - pull, ey, ex, ey];
  }
  const mx = (sx + ex) / 2;
  const my = (sy + ey) / 2 + bend;
  const pull = (ex - sx) * 0.25;
  return [sx, sy, sx + pull, sy, mx - pull * 0.8, my, mx, my, mx + pull * 0.8, my, ex - pull, ey, ex, ey];
}

/** What a curve runs through; from `enough` on it isn't looked at to its end. */
function obstruction(
  points: readonly number[],
  obstacles: Obstacles,
  source: number,
  target: number,
  enough: number,
): number {
  let total = 0;
  for (let at = 0; at + 7 < points.length; at += 6) {
    const ax = points[at] as number;
    const ay = points[at + 1] as number;
    const bx = points[at + 2] as number;
    const by = points[at + 3] as number;
    const cx = points[at + 4] as number;
    const cy = points[at + 5] as number;
    const dx = points[at + 6] as number;
    const dy = points[at + 7] as number;
    const steps = Math.max(4, Math.ceil((Math.abs(dx - ax) + Math.abs(dy - ay)) / SAMPLE));
    for (let step = 1; step < steps; step++) {
      const u = step / steps;
      const v = 1 - u;
      const x = v * v * v * ax + 3 * v * v * u * bx + 3 * v * u * u * cx + u * u * u * dx;
      const y = v * v * v * ay + 3 * v * v * u * by + 3 * v * u * u * cy + u * u * u * dy;
      total += obstacles.at(x, y, source, target);
      if (total >= enough) return total;
    }
  }
  return total;
}

/** Routes every edge; about 20 ms for 3,000 of them. */
export function routeEdges(ends: Ends): Paths {
  const { source, target, x, y, radius } = ends;
  const obstacles = new Obstacles(x, y, radius);
  const lane = lanes(source, target);
  const out: number[] = [];
  const pathStart = new Uint32Array(source.length + 1);
  for (let edge = 0; edge < source.length; edge++) {
    pathStart[edge] = out.length;
    const s = source[edge] as number;
    const t = target[edge] as number;
    const x1 = x[s] as number;
    const y1 = y[s] as number;
    const r1 = radius[s] as number;
    const r2 = radius[t] as number;
    const dx = (x[t] as number) - x1;
    const dy = (y[t] as number) - y1;
    const shift = (lane[edge] as number) * LANE;
    if (s === t) loop(x1, y1, r1, lane[edge] as number, out);
    else if (Math.abs(dx) < r1 + r2 + 24) sideways(ends, s, t, shift, out);
    else {
      const length = Math.sqrt(dx * dx + dy * dy);
      const ux = dx / length;
      const uy = dy / length;
      // Both directions of a pair are shifted along the same normal, so that they lie side by side.
      const nx = s < t ? -uy : uy;
      const ny = s < t ? ux : -ux;
      const off1 = Math.max(-r1 * 0.8, Math.min(r1 * 0.8, shift));
      const off2 = Math.max(-r2 * 0.8, Math.min(r2 * 0.8, shift));
      const reach1 = Math.sqrt(r1 * r1 - off1 * off1) + LEAVE;
      const reach2 = Math.sqrt(r2 * r2 - off2 * off2) + ARRIVE;
      const sx = x1 + ux * reach1 + nx * off1;
      const sy = y1 + uy * reach1 + ny * off1;
      const ex = (x[t] as number) - ux * reach2 + nx * off2;
      const ey = (y[t] as number) - uy * reach2 + ny * off2;
      let best = curve(sx, sy, ex, ey, 0);
      let least = length > BENDABLE ? 0 : obstruction(best, obstacles, s, t, Number.POSITIVE_INFINITY);
      if (least > 0) {
        for (const bend of BENDS) {
          const points = curve(sx, sy, ex, ey, bend);
          const detour = Math.abs(bend) * DETOUR_COST;
          const value = obstruction(points, obstacles, s, t, least - WORTH - detour) + detour;
          if (value < least - WORTH) {
            least = value;
            best = points;
          }
        }
      }
      for (const value of best) out.push(value);
    }
  }
  pathStart[source.length] = out.length;
  return { path: Float32Array.from(out), pathStart };
}
