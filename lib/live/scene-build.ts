/** A shown graph and its layout as the scene that is drawn. */
import { formatPlural } from "#lib/format.ts";
import type { Layout } from "#lib/layout/model.ts";
import { routeEdges } from "#lib/layout/route.ts";
import type { Scene, SceneBox } from "#lib/layout/scene.ts";
import { type BoxOf, boxesAround } from "./boxes.ts";
import { foundBits } from "./found-bits.ts";
import { nodeLabel, nounOf } from "./label.ts";
import type { BoxKind } from "./look.ts";
import { radiusOf } from "./marks.ts";
import { badgeArrays, boxArrays, edgeArrays, nodeArrays } from "./scene-arrays.ts";
import { SceneRows } from "./scene-rows.ts";
import type { Shown } from "./shown.ts";
import type { Skeleton } from "./skeleton.ts";

function sceneBoxes({ graph }: Shown, layout: Layout, around: readonly (readonly BoxOf[])[]): SceneBox[] {
  const members = new Map<string, { readonly box: BoxOf; count: number }>();
  for (const box of around.flat()) {
    const held = members.get(box.id);
    if (held === undefined) members.set(box.id, { box, count: 1 });
    else held.count += 1;
  }
  const [one, many] = nounOf(graph.lens);
  // A box of which everything is hidden is left out with it.
  return layout.boxes.flatMap(({ id, x, y, width, height, depth }) => {
    const held = members.get(id);
    if (held === undefined) return [];
    const { label, kind } = held.box;
    return [{ id, label, sublabel: formatPlural(held.count, one, many), kind, x, y, width, height, depth }];
  });
}

/** Made anew when the structure or a place changed; routing the edges is most of its cost. */
export function buildSkeleton(shown: Shown, layout: Layout, boxes: readonly BoxKind[]): Skeleton {
  const { nodes, edges } = shown.graph;
  const places = new Map(layout.nodes.map((node) => [node.id, node]));
  const index = new Map(nodes.map((node, at) => [node.id, at]));
  const x = Float32Array.from(nodes, ({ id }) => places.get(id)?.x ?? 0);
  const y = Float32Array.from(nodes, ({ id }) => places.get(id)?.y ?? 0);
  const radius = Float32Array.from(nodes, radiusOf);
  const source = Uint32Array.from(edges, (edge) => index.get(edge.source) ?? 0);
  const target = Uint32Array.from(edges, (edge) => index.get(edge.target) ?? 0);
  // What is hidden is in its box still, so that a box of two that shows one stays.
  const placed = boxesAround(shown.placed, boxes);
  const boxesById = new Map(shown.placed.nodes.map(({ id }, at) => [id, placed[at] ?? []]));
  const around = nodes.map(({ id }) => boxesById.get(id) ?? []);
  const drawn = sceneBoxes(shown, layout, around);
  const boxIndex = new Map(drawn.map(({ id }, at) => [id, at]));
  return {
    x,
    y,
    radius,
    source,
    target,
    paths: routeEdges({ x, y, radius, source, target }),
    strings: {
      nodeIds: nodes.map(({ id }) => id),
      nodeLabels: nodes.map(nodeLabel),
      edgeIds: edges.map(({ id }) => id),
      boxes: drawn,
    },
    boxesOf: around.map((list) => list.flatMap(({ id }) => boxIndex.get(id) ?? [])),
    width: layout.width,
    height: layout.height,
  };
}

/**
 * The scene of a graph whose structure is the skeleton's. Its arrays are fresh copies, free to be transferred. `rows`: those of the
 * scene before, so that only what is another object since is read.
 */
export function buildScene(
  shown: Shown,
  skeleton: Skeleton,
  o: { readonly version: number; readonly stale: boolean; readonly withStrings: boolean },
  rows = new SceneRows(),
): Scene {
  const { nodes, edges } = shown.graph;
  const found = foundBits(shown.found, nodes, edges);
  const traced = foundBits(shown.traced?.lit ?? null, nodes, edges, "traced");
  const both = (of: "nodes" | "edges") => {
    const bits = new Uint16Array(found[of]);
    if (shown.traced !== null) traced[of].forEach((bit, at) => (bits[at] = (bits[at] as number) | bit));
    return bits;
  };
  return {
    version: o.version,
    ...(o.withStrings ? { strings: skeleton.strings } : {}),
    nodes: nodeArrays(shown, skeleton, both("nodes"), rows),
    edges: edgeArrays(shown, skeleton, both("edges"), rows),
    boxes: boxArrays(shown, skeleton),
    badges: badgeArrays(shown),
    width: skeleton.width,
    height: skeleton.height,
    stale: o.stale,
  };
}

/** The buffers to transfer with a scene. */
export function buffersOf({ nodes, edges, boxes, badges }: Scene): ArrayBuffer[] {
  const arrays: ArrayBufferView[] = [nodes, edges, boxes, badges].flatMap((group) => Object.values(group));
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
