/**
 * A trace as a flame graph: spans of one service and operation under one and the same chain of callers are one box. A box is
 * as wide as what its spans and all under them did themselves, so boxes always fit into the one above them; what ran at
 * once counts for each, so the whole may be more than the trace took. Pure; linear.
 */
import type { TracePicture } from "./picture.ts";

/** Boxes as columns, callers before callees. */
export interface Flame {
  readonly length: number;
  /** Index of the caller's box; -1 for the outermost. */
  readonly parent: Int32Array;
  readonly depth: Uint32Array;
  /** Index in the picture's services and names. */
  readonly service: Uint32Array;
  readonly name: Uint32Array;
  /** Nanoseconds: left edge, width, and what of the width is no callee's. */
  readonly from: Float64Array;
  readonly width: Float64Array;
  readonly self: Float64Array;
  readonly spans: Uint32Array;
  readonly failed: Uint32Array;
  /** The first span of the box, which stands for it in addresses. */
  readonly row: Uint32Array;
  /** Width of all outermost boxes together. */
  readonly total: number;
}

type Columns = Pick<TracePicture, "length" | "order" | "parent" | "service" | "name" | "names" | "self" | "failed">;

export function flameOf(picture: Columns): Flame {
  const { order } = picture;
  /** By row: its box. */
  const box = new Int32Array(picture.length).fill(-1);
  const known: Map<number, number>[] = [];
  const outermost = new Map<number, number>();
  const boxes: { parent: number; depth: number; row: number; self: number; spans: number; failed: number }[] = [];
  for (const row of order) {
    const above = (picture.parent[row] ?? -1) < 0 ? -1 : (box[picture.parent[row] ?? -1] ?? -1);
    const siblings = above < 0 ? outermost : (known[above] ?? outermost);
    // Services times names stay far below 2^53: both are fewer than 100,000.
    const key = (picture.service[row] ?? 0) * picture.names.length + (picture.name[row] ?? 0);
    let at = siblings.get(key);
    if (at === undefined) {
      at = boxes.length;
      siblings.set(key, at);
      known.push(new Map());
      const depth = above < 0 ? 0 : (boxes[above]?.depth ?? 0) + 1;
      boxes.push({ parent: above, depth, row, self: 0, spans: 0, failed: 0 });
    }
    box[row] = at;
    const own = boxes[at];
    if (own === undefined) continue;
    own.self += picture.self[row] ?? 0;
    own.spans += 1;
    own.failed += picture.failed[row] ?? 0;
  }
  const width = Float64Array.from(boxes, ({ self }) => self);
  for (let i = boxes.length - 1; i >= 0; i--) {
    const above = boxes[i]?.parent ?? -1;
    if (above >= 0) width[above] = (width[above] ?? 0) + (width[i] ?? 0);
  }
  return {
    ...placed(
      boxes.map(({ parent }) => parent),
      width,
    ),
    width,
    ...columnsOf(picture, boxes),
  };
}

/** Callees stand side by side from their caller's left edge, in the order in which they were first called. */
function placed(parents: readonly number[], width: Float64Array): { from: Float64Array; total: number } {
  const from = new Float64Array(parents.length);
  const next = new Float64Array(parents.length);
  let total = 0;
  parents.forEach((above, i) => {
    const own = width[i] ?? 0;
    const at = above < 0 ? total : (next[above] ?? 0);
    from[i] = at;
    next[i] = at;
    if (above < 0) total += own;
    else next[above] = at + own;
  });
  return { from, total };
}

function columnsOf(
  picture: Columns,
  boxes: readonly { parent: number; depth: number; row: number; self: number; spans: number; failed: number }[],
) {
  return {
    length: boxes.length,
    parent: Int32Array.from(boxes, ({ parent }) => parent),
    depth: Uint32Array.from(boxes, ({ depth }) => depth),
    service: Uint32Array.from(boxes, ({ row }) => picture.service[row] ?? 0),
    name: Uint32Array.from(boxes, ({ row }) => picture.name[row] ?? 0),
    self: Float64Array.from(boxes, ({ self }) => self),
    spans: Uint32Array.from(boxes, ({ spans }) => spans),
    failed: Uint32Array.from(boxes, ({ failed }) => failed),
    row: Uint32Array.from(boxes, ({ row }) => row),
  };
}
