/** Which part of the drawing belongs to something, or lies in an area of the screen. Pure. */
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { type Bounds, type Camera, toWorld } from "#lib/render/camera.ts";
import { boundsOf } from "#lib/render/extent.ts";
import type { FullScene } from "#lib/render/hit.ts";
import type { Area } from "./area/area.ts";

/** A node with its neighbours, an edge with its ends, a box whole, in world units; null where there is no such thing. O(nodes + edges). */
export function surroundings({ nodes, edges, strings }: FullScene, id: string): Bounds | null {
  const node = strings.nodeIds.indexOf(id);
  const edge = node < 0 ? strings.edgeIds.indexOf(id) : -1;
  const near = new Set<number>(node < 0 ? [] : [node]);
  edges.source.forEach((source, at) => {
    const target = edges.target[at] as number;
    const hidden = ((edges.bits[at] ?? 0) & EDGE_BITS.hidden) !== 0;
    if (hidden || (source !== node && target !== node && at !== edge)) return;
    near.add(source).add(target);
  });
  if (near.size > 0) return boundsOf([...near].map((at) => ({ x: nodes.x[at] as number, y: nodes.y[at] as number })));
  const box = strings.boxes.find((one) => one.id === id);
  return box === undefined ? null : { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
}

/** An area of the screen in world units. */
export function worldOf(camera: Camera, { x, y, width, height }: Area): Bounds {
  const from = toWorld(camera, { x, y });
  const to = toWorld(camera, { x: x + width, y: y + height });
  return { left: from.x, top: from.y, right: to.x, bottom: to.y };
}

/** Names of the nodes whose middle is within. */
export function namesWithin({ nodes, strings }: FullScene, { left, top, right, bottom }: Bounds): readonly string[] {
  return strings.nodeLabels.filter((_, at) => {
    const [x, y] = [nodes.x[at] as number, nodes.y[at] as number];
    const hidden = ((nodes.bits[at] ?? 0) & NODE_BITS.hidden) !== 0;
    return !hidden && x >= left && x <= right && y >= top && y <= bottom;
  });
}
