/**
 * Walking the drawing by arrow keys: from a node along its edges, from an edge to its ends, up and down between
 * neighbours. Pure; a step costs one pass over nodes or edges.
 */

import { formatBytesRate, formatErrors, formatMs, formatRate, isolated } from "#lib/format.ts";
import type { Scene, Strings } from "#lib/layout/scene.ts";
import { EDGE_BITS, MARK_STATES, NODE_BITS, PROTOCOLS } from "#lib/layout/scene.ts";
import { bytesPerSecond, milliseconds, perSecond } from "#lib/units.ts";

/** Where the walk stands. An edge remembers from which end it was entered, for up and down. */
export type Cursor =
  | { readonly kind: "node"; readonly index: number }
  | { readonly kind: "edge"; readonly index: number; readonly from: "source" | "target" };

export type Step = "left" | "right" | "up" | "down";

type Arrays = Pick<Scene, "nodes" | "edges">;

/** The first stop: of what is looked for, else of a trace, the worst mark, else the worst of all, else the leftmost. null in an empty drawing. */
export function startWalk({ nodes }: Arrays): Cursor | null {
  let best = -1;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let index = 0; index < nodes.x.length; index += 1) {
    const state = MARK_STATES[nodes.state[index] ?? 0];
    const pain = state === "failing" ? 0 : state === "degraded" ? 1 : 2;
    const found = hasBit(nodes.bits, index, NODE_BITS.found);
    const traced = hasBit(nodes.bits, index, NODE_BITS.traced);
    const rank = (found ? 0 : traced ? 1e10 : 2e10) + pain * 1e9 + (nodes.x[index] ?? 0);
    if (rank < bestRank) {
      best = index;
      bestRank = rank;
    }
  }
  return best < 0 ? null : { kind: "node", index: best };
}

/** The next stop, or the same one where there is none in that direction. */
export function walk(scene: Arrays, cursor: Cursor, step: Step): Cursor {
  if (cursor.kind === "edge") return fromEdge(scene, cursor, step);
  if (step === "up" || step === "down") return travel(scene, cursor, step);
  const outward = step === "right";
  const [first] = edgesAt(scene, cursor.index, outward ? "source" : "target");
  return first === undefined ? cursor : { kind: "edge", index: first, from: outward ? "source" : "target" };
}

function fromEdge({ nodes, edges }: Arrays, cursor: Cursor & { kind: "edge" }, step: Step): Cursor {
  if (step === "left") return { kind: "node", index: edges.source[cursor.index] ?? 0 };
  if (step === "right") return { kind: "node", index: edges.target[cursor.index] ?? 0 };
  const node = edges[cursor.from][cursor.index] ?? 0;
  const siblings = edgesAt({ nodes, edges }, node, cursor.from);
  const next = siblings[siblings.indexOf(cursor.index) + (step === "down" ? 1 : -1)];
  return next === undefined ? cursor : { ...cursor, index: next };
}

/** Edges with this node at that end, in the order of their other ends from top to bottom. */
function edgesAt({ nodes, edges }: Arrays, node: number, end: "source" | "target"): readonly number[] {
  const other = end === "source" ? edges.target : edges.source;
  const found: number[] = [];
  for (let index = 0; index < edges[end].length; index += 1) if (edges[end][index] === node) found.push(index);
  const height = (edge: number) => nodes.y[other[edge] ?? 0] ?? 0;
  return found.sort((a, b) => height(a) - height(b) || a - b);
}

const AXES: Readonly<Record<Step, readonly [dx: number, dy: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** The nearest node in that direction, whether an edge leads there or not; what lies to the side counts double. */
export function travel(scene: Arrays, cursor: Cursor, step: Step): Cursor {
  const { nodes, edges } = scene;
  const from = cursor.kind === "node" ? cursor.index : (edges[cursor.from][cursor.index] ?? 0);
  const [ax, ay] = AXES[step];
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < nodes.x.length; index += 1) {
    const dx = (nodes.x[index] ?? 0) - (nodes.x[from] ?? 0);
    const dy = (nodes.y[index] ?? 0) - (nodes.y[from] ?? 0);
    const ahead = dx * ax + dy * ay;
    if (index === from || ahead <= 0) continue;
    const distance = ahead + 2 * Math.abs(dx * ay + dy * ax);
    if (distance < least) {
      best = index;
      least = distance;
    }
  }
  return { kind: "node", index: best };
}

/** Id of what the walk stands on; null when the drawing has changed under it. */
export function cursorId(strings: Strings, cursor: Cursor): string | null {
  return (cursor.kind === "node" ? strings.nodeIds : strings.edgeIds)[cursor.index] ?? null;
}

/** The stop with this id in another scene; null if it isn't there. */
export function findCursor(strings: Strings, id: string): Cursor | null {
  const node = strings.nodeIds.indexOf(id);
  if (node >= 0) return { kind: "node", index: node };
  const edge = strings.edgeIds.indexOf(id);
  return edge >= 0 ? { kind: "edge", index: edge, from: "source" } : null;
}

const WORDS = {
  healthy: "healthy",
  degraded: "degraded",
  failing: "failing",
  idle: "idle",
  nodata: "no data",
} as const;
const hasBit = (bits: Uint8Array | Uint16Array, index: number, bit: number) => ((bits[index] ?? 0) & bit) !== 0;
const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

/** What a screen reader hears at a stop. */
export function describeCursor(scene: Arrays, strings: Strings, cursor: Cursor): string {
  if (cursor.kind === "node") return describeNode(scene, strings, cursor.index);
  const { edges } = scene;
  const { index } = cursor;
  const source = strings.nodeLabels[edges.source[index] ?? -1] ?? "";
  const target = strings.nodeLabels[edges.target[index] ?? -1] ?? "";
  const protocol = PROTOCOLS[edges.protocol[index] ?? 0] ?? "http";
  const rate = known(edges.rate[index]);
  const failed = known(edges.errorShare[index]);
  const p95 = known(edges.p95[index]);
  const numbers =
    protocol === "tcp"
      ? [formatBytesRate(bytesPerSecond(known(edges.bytes[index]) ?? Number.NaN))]
      : [
          formatRate(rate === null ? null : perSecond(rate)),
          `errors ${formatErrors({ rate, errorRate: rate === null || failed === null ? null : rate * failed, requests: known(edges.requests[index]) })}`,
          ...(p95 === null ? [] : [`p95 ${formatMs(milliseconds(p95))}`]),
        ];
  const found = hasBit(edges.bits, index, EDGE_BITS.found) ? ["found"] : [];
  const traced = hasBit(edges.bits, index, EDGE_BITS.traced) ? ["in the trace"] : [];
  const tried = hasBit(edges.bits, index, EDGE_BITS.tried) ? ["a dry run would deny some, or may"] : [];
  return [
    `${isolated(source)} calls ${isolated(target)}`,
    ...found,
    ...traced,
    ...tried,
    protocol,
    stateWord(edges.state[index]),
    ...numbers,
  ].join(", ");
}

function describeNode({ nodes, edges }: Arrays, strings: Strings, index: number): string {
  const rate = known(nodes.rate[index]);
  const p95 = known(nodes.p95[index]);
  const count = (ends: Uint32Array) => ends.reduce((sum, end) => (end === index ? sum + 1 : sum), 0);
  return [
    isolated(strings.nodeLabels[index] ?? ""),
    ...(hasBit(nodes.bits, index, NODE_BITS.found) ? ["found"] : []),
    ...(hasBit(nodes.bits, index, NODE_BITS.traced) ? ["in the trace"] : []),
    stateWord(nodes.state[index]),
    ...(rate === null ? [] : [formatRate(perSecond(rate))]),
    ...(p95 === null ? [] : [`p95 ${formatMs(milliseconds(p95))}`]),
    `${count(edges.target)} in, ${count(edges.source)} out`,
  ].join(", ");
}

function stateWord(code: number | undefined): string {
  return WORDS[MARK_STATES[code ?? 0] ?? "healthy"];
}
