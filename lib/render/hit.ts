/** What is under the pointer. Linear over bounding boxes: a third of a millisecond at 5,000 nodes and 13,500 edges, so no index. */
import { EDGE_BITS, NODE_BITS, type Scene, type Strings } from "#lib/layout/scene.ts";
import { type Camera, type Point, toWorld } from "./camera.ts";
import { distanceTo } from "./geometry.ts";

export interface Picked {
  readonly kind: "node" | "edge" | "box";
  readonly id: string;
  readonly index: number;
}

export type FullScene = Scene & { readonly strings: Strings };

/** How near, in CSS pixels, counts as on it: WCAG 2.5.8 asks for targets of 24 px. */
const NODE_REACH = 12;
const EDGE_REACH = 6;
/** Height of a box's title, in world units. */
const TITLE = 34;

/** Bounds of every edge, four numbers each: those of its control points, which contain the curve. Once per structure. */
export function edgeBounds({ edges }: Scene): Float32Array {
  const count = edges.source.length;
  const bounds = new Float32Array(count * 4);
  for (let edge = 0; edge < count; edge++) {
    let left = Number.POSITIVE_INFINITY;
    let top = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let bottom = Number.NEGATIVE_INFINITY;
    const to = edges.pathStart[edge + 1] as number;
    for (let at = edges.pathStart[edge] as number; at + 1 < to; at += 2) {
      const x = edges.path[at] as number;
      const y = edges.path[at + 1] as number;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    bounds[edge * 4] = left;
    bounds[edge * 4 + 1] = top;
    bounds[edge * 4 + 2] = right;
    bounds[edge * 4 + 3] = bottom;
  }
  return bounds;
}

export function chainOf({ edges }: Pick<Scene, "edges">, edge: number) {
  return { path: edges.path, from: edges.pathStart[edge] as number, to: edges.pathStart[edge + 1] as number };
}

function pickNode({ nodes }: Scene, at: Point, k: number): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let node = 0; node < nodes.x.length; node++) {
    if (((nodes.bits[node] ?? 0) & NODE_BITS.hidden) !== 0) continue;
    const dx = at.x - (nodes.x[node] as number);
    const dy = at.y - (nodes.y[node] as number);
    const reach = Math.max((nodes.radius[node] as number) + 4, NODE_REACH / k);
    const distance = dx * dx + dy * dy;
    if (distance <= reach * reach && distance < least) {
      best = node;
      least = distance;
    }
  }
  return best;
}

function pickEdge(scene: Scene, bounds: Float32Array, at: Point, k: number): number {
  const reach = EDGE_REACH / k;
  let best = -1;
  let least = reach;
  for (let edge = 0; edge < scene.edges.source.length; edge++) {
    const base = edge * 4;
    const outside =
      at.x < (bounds[base] as number) - reach ||
      at.y < (bounds[base + 1] as number) - reach ||
      at.x > (bounds[base + 2] as number) + reach ||
      at.y > (bounds[base + 3] as number) + reach;
    if (outside || ((scene.edges.bits[edge] ?? 0) & EDGE_BITS.hidden) !== 0) continue;
    const distance = distanceTo(chainOf(scene, edge), at);
    if (distance < least) {
      best = edge;
      least = distance;
    }
  }
  return best;
}

/** Nodes before edges before box titles, innermost box first; null on empty ground. */
export function pick(scene: FullScene, bounds: Float32Array, camera: Camera, screen: Point): Picked | null {
  const at = toWorld(camera, screen);
  const node = pickNode(scene, at, camera.k);
  if (node >= 0) return { kind: "node", id: scene.strings.nodeIds[node] ?? "", index: node };
  const edge = pickEdge(scene, bounds, at, camera.k);
  if (edge >= 0) return { kind: "edge", id: scene.strings.edgeIds[edge] ?? "", index: edge };
  const boxes = scene.strings.boxes;
  for (let index = boxes.length - 1; index >= 0; index--) {
    const box = boxes[index];
    if (box === undefined) continue;
    const inside = at.x >= box.x && at.x <= box.x + box.width && at.y >= box.y && at.y <= box.y + TITLE;
    if (inside) return { kind: "box", id: box.id, index };
  }
  return null;
}
