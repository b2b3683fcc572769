/** Which part of the drawing belongs to something, or lies in an area of the screen. Pure. */
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { type Bounds, type Camera, toScreen, toWorld } from "#lib/render/camera.ts";
import { boundsOf } from "#lib/render/extent.ts";
import type { FullScene } from "#lib/render/hit.ts";
import type { Held } from "./drawing.ts";
import type { Area } from "./hand/area.ts";

/** Nodes that a node shares an edge with that is drawn. */
function neighbours({ edges }: FullScene, node: number): Set<number> {
  const near = new Set<number>();
  edges.source.forEach((source, at) => {
    const target = edges.target[at] as number;
    if (((edges.bits[at] ?? 0) & EDGE_BITS.hidden) !== 0) return;
    if (source === node) near.add(target);
    else if (target === node) near.add(source);
  });
  return near;
}

const middle = ({ nodes }: FullScene, at: number) => ({ x: nodes.x[at] as number, y: nodes.y[at] as number });

/** A node with its neighbours, an edge with its ends, a box whole, in world units; null where there is no such thing. O(nodes + edges). */
export function surroundings(scene: FullScene, id: string): Bounds | null {
  const { edges, strings } = scene;
  const node = strings.nodeIds.indexOf(id);
  if (node >= 0) return boundsOf([...neighbours(scene, node).add(node)].map((at) => middle(scene, at)));
  const edge = strings.edgeIds.indexOf(id);
  if (edge >= 0) return boundsOf([edges.source, edges.target].map((ends) => middle(scene, ends[edge] as number)));
  const box = strings.boxes.find((one) => one.id === id);
  return box === undefined ? null : { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
}

/** How a mark or a box stands on the screen; null where there is no such thing. */
export function heldOn(scene: FullScene, camera: Camera, id: string): Held | null {
  const { nodes, strings } = scene;
  const { k } = camera;
  const node = strings.nodeIds.indexOf(id);
  if (node >= 0) {
    const { x, y } = toScreen(camera, middle(scene, node));
    const radius = (nodes.radius[node] as number) * k;
    const links = [...neighbours(scene, node)]
      .filter((at) => at !== node)
      .map((at) => toScreen(camera, middle(scene, at)));
    return { area: { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius }, round: true, links, k };
  }
  const box = strings.boxes.find((one) => one.id === id);
  if (box === undefined) return null;
  return {
    area: { ...toScreen(camera, box), width: box.width * k, height: box.height * k },
    round: false,
    links: [],
    k,
  };
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
