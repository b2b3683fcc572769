/**
 * How each mark looks, as one number: what is drawn alike has the same number, and new numbers of traffic that look as the
 * old ones did need no new drawing.
 */
import { CHANGES, EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { crowding } from "./extent.ts";
import type { FullScene } from "./hit.ts";
import { edgeWidth, isTrouble, stateAt, WIDTH_STEP } from "./style.ts";

export interface Looks {
  readonly edges: Uint32Array;
  readonly nodes: Uint32Array;
}

const FRESH = CHANGES.indexOf("new");
const GONE = CHANGES.indexOf("gone");
/** Marks of an edge beyond its line, from this bit of its look on. */
const SIGNS = 10;
const SIGN = { dimmed: 1, gone: 2, hidden: 4, halo: 8, fresh: 16, lost: 32, tried: 64 } as const;

const has = (look: number, sign: number) => (look & (sign << SIGNS)) !== 0;

/** The parts of an edge's look. `batch`: of all that one stroke can draw together. */
export const edgeLook = {
  state: (look: number): number => look & 7,
  protocol: (look: number): number => (look >> 3) & 3,
  /** Width in steps of `WIDTH_STEP`, at least one. */
  step: (look: number): number => (look >> 5) & 31,
  batch: (look: number): number => look & ((1 << (SIGNS + 2)) - 1),
  dimmed: (look: number): boolean => has(look, SIGN.dimmed),
  gone: (look: number): boolean => has(look, SIGN.gone),
  hidden: (look: number): boolean => has(look, SIGN.hidden),
  /** Found by an expression, or on the way of the trace that is drawn. */
  halo: (look: number): boolean => has(look, SIGN.halo),
  fresh: (look: number): boolean => has(look, SIGN.fresh),
  lost: (look: number): boolean => has(look, SIGN.lost),
  tried: (look: number): boolean => has(look, SIGN.tried),
} as const;

/** O(nodes + edges), no allocation beside the two arrays: it runs with each scene on the main thread. */
export function looksOf({ nodes, edges }: FullScene): Looks {
  const looks = { edges: new Uint32Array(edges.source.length), nodes: new Uint32Array(nodes.x.length) };
  for (let edge = 0; edge < looks.edges.length; edge++) {
    const bits = edges.bits[edge] as number;
    const change = edges.change[edge];
    const width = edgeWidth(edges.rate[edge] as number, edges.bytes[edge] as number);
    const signs =
      ((bits & EDGE_BITS.dimmed) !== 0 ? SIGN.dimmed : 0) |
      (change === GONE ? SIGN.gone : 0) |
      ((bits & EDGE_BITS.hidden) !== 0 ? SIGN.hidden : 0) |
      ((bits & (EDGE_BITS.found | EDGE_BITS.traced)) !== 0 ? SIGN.halo : 0) |
      (change === FRESH ? SIGN.fresh : 0) |
      ((bits & EDGE_BITS.lost) !== 0 ? SIGN.lost : 0) |
      ((bits & EDGE_BITS.tried) !== 0 ? SIGN.tried : 0);
    looks.edges[edge] =
      (edges.state[edge] as number) |
      ((edges.protocol[edge] as number) << 3) |
      (Math.max(1, Math.round(width / WIDTH_STEP)) << 5) |
      (signs << SIGNS);
  }
  for (let node = 0; node < looks.nodes.length; node++) {
    // What a bound is of is said in words alone.
    const bits = (nodes.bits[node] as number) & ~NODE_BITS.p95Bound;
    looks.nodes[node] =
      (nodes.state[node] as number) |
      ((nodes.shape[node] as number) << 3) |
      ((nodes.change[node] as number) << 6) |
      (bits << 8);
  }
  return looks;
}

/** A scene and how its marks look. */
export interface Looked {
  readonly scene: FullScene;
  readonly looks: Looks;
}

/** Marks to draw anew over a picture that shows all others rightly. */
export interface Changes {
  readonly edges: readonly number[];
  readonly nodes: readonly number[];
  /** How the marks looked before. */
  readonly before: Looks;
}

/** Of all edges, the share up to which drawing them over the picture costs less than another picture. */
const FEW = 1 / 3;
/** And so many at most: they are drawn within one task. */
const AT_ONCE = 1600;
const SIGNS_OF_LOOKING = ((SIGN.dimmed | SIGN.gone | SIGN.hidden | SIGN.halo | SIGN.fresh | SIGN.tried) << SIGNS) >>> 0;
const NODE_SIGNS_OF_LOOKING = ((NODE_BITS.dimmed | NODE_BITS.found | NODE_BITS.hidden | NODE_BITS.traced) << 8) >>> 0;

const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.prototype.every.call(a, (value, at) => value === b[at]);

/**
 * What looks different in the second of two scenes of the same places; null where most does, or where what stands out, steps
 * back or is faded changed: then all of it is drawn again. O(nodes + edges).
 */
export function changedLooks(before: Looked, after: Looked): Changes | null {
  const { badges } = before.scene;
  if (before.scene.strings !== after.scene.strings || before.scene.stale !== after.scene.stale) return null;
  // Equal structures are equally crowded; asked all the same, for opacity follows from it.
  if (crowding(before.scene) !== crowding(after.scene)) return null;
  for (const key of ["node", "kind", "count"] as const) if (!equal(badges[key], after.scene.badges[key])) return null;
  const most = Math.min(AT_ONCE, after.looks.edges.length * FEW);
  const edges: number[] = [];
  for (let edge = 0; edge < after.looks.edges.length; edge++) {
    const look = after.looks.edges[edge] as number;
    const old = before.looks.edges[edge] as number;
    // A halo lies under its neighbours' lines: it can't be drawn over them.
    if (edgeLook.halo(look) || edgeLook.fresh(look) || ((look ^ old) & SIGNS_OF_LOOKING) !== 0) return null;
    if (look !== old) edges.push(edge);
    if (edges.length > most) return null;
  }
  const nodes: number[] = [];
  for (let node = 0; node < after.looks.nodes.length; node++) {
    const look = after.looks.nodes[node] as number;
    if (((look ^ (before.looks.nodes[node] as number)) & NODE_SIGNS_OF_LOOKING) !== 0) return null;
    const arc = isTrouble(stateAt(after.scene.nodes.state[node]));
    const shares = [before, after].map(({ scene }) => scene.nodes.errorShare[node]);
    if (look !== before.looks.nodes[node] || (arc && !Object.is(shares[0], shares[1]))) nodes.push(node);
  }
  return { edges, nodes, before: before.looks };
}
