/** Points on and distances to chains of cubic Béziers, as lib/layout/route.ts makes them. */
import type { Point } from "./camera.ts";

export interface Chain {
  readonly path: Float32Array;
  /** First number of the chain, and one past its last. */
  readonly from: number;
  readonly to: number;
}

function cubic(a: number, b: number, c: number, d: number, t: number): number {
  const s = 1 - t;
  return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
}

/** The point at share `t` (0…1) of a chain, each piece counting the same. */
export function pointAt({ path, from, to }: Chain, t: number): Point {
  const pieces = Math.max(1, (to - from - 2) / 6);
  const scaled = Math.max(0, Math.min(1, t)) * pieces;
  const piece = Math.min(pieces - 1, Math.floor(scaled));
  const at = from + piece * 6;
  const local = scaled - piece;
  const value = (offset: number) =>
    cubic(
      path[at + offset] as number,
      path[at + 2 + offset] as number,
      path[at + 4 + offset] as number,
      path[at + 6 + offset] as number,
      local,
    );
  return { x: value(0), y: value(1) };
}

function toSegment(p: Point, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

const SEGMENTS = 16;

/** Distance from a point to a chain, by 16 straight segments a piece: off by under a unit at the lengths maps have. */
export function distanceTo(chain: Chain, point: Point): number {
  const steps = SEGMENTS * Math.max(1, (chain.to - chain.from - 2) / 6);
  let least = Number.POSITIVE_INFINITY;
  let before = pointAt(chain, 0);
  for (let step = 1; step <= steps; step++) {
    const next = pointAt(chain, step / steps);
    least = Math.min(least, toSegment(point, before, next));
    before = next;
  }
  return least;
}
