/** The boxes of a scene, with what they say of what is in them. */
import { formatCount, formatPlural } from "#lib/format.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { Layout } from "#lib/layout/model.ts";
import type { SceneBox } from "#lib/layout/scene.ts";
import { boxesOf, nounOf, spansClusters } from "./label.ts";

function membersOf({ nodes }: Pick<Graph, "nodes">, several: boolean): ReadonlyMap<string, number> {
  const members = new Map<string, number>();
  for (const node of nodes) for (const box of boxesOf(node, several)) members.set(box, (members.get(box) ?? 0) + 1);
  return members;
}

export function sceneBoxes(graph: Graph, layout: Layout): SceneBox[] {
  const several = spansClusters(graph);
  const members = membersOf(graph, several);
  const names = new Map<string, string>();
  for (const node of graph.nodes) {
    const boxes = boxesOf(node, several);
    for (const [depth, box] of boxes.entries()) names.set(box, several && depth === 0 ? node.cluster : node.namespace);
  }
  const [one, many] = nounOf(graph.lens);
  return layout.boxes.map(({ id, x, y, width, height, depth }) => ({
    id,
    label: names.get(id) ?? id,
    sublabel: formatPlural(members.get(id) ?? 0, one, many),
    x,
    y,
    width,
    height,
    depth,
  }));
}

/** The boxes that still hold something when only a part of the graph is shown: `5 of 7 workloads`. */
export function boxesLeft(boxes: readonly SceneBox[], whole: Graph, shown: Graph): readonly SceneBox[] {
  const several = spansClusters(whole);
  const [before, after] = [membersOf(whole, several), membersOf(shown, several)];
  return boxes.flatMap((box) => {
    const [all, left] = [before.get(box.id) ?? 0, after.get(box.id) ?? 0];
    if (left === 0) return [];
    return left === all ? box : { ...box, sublabel: `${formatCount(left)} of ${box.sublabel}` };
  });
}
