/** One thing with who calls it and whom it calls, as a drawing of its own for a page about it. Pure. */
import type { Graph, GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { layout } from "#lib/layout/layout.ts";
import type { Scene, Strings } from "#lib/layout/scene.ts";
import { DEFAULT_LOOK } from "./look.ts";
import { layoutInput } from "./placing.ts";
import { buildScene, buildSkeleton } from "./scene-build.ts";
import { byPain } from "./scope.ts";
import { showGraph } from "./shown.ts";

/** Beside a page's own matter a drawing is small: so many edges come in, and so many go out. */
const MOST_A_SIDE = 8;
const BOXES = ["namespace"] as const;

export interface Around {
  readonly node: GraphNode;
  /** All of them, worst first. */
  readonly inbound: readonly GraphEdge[];
  readonly outbound: readonly GraphEdge[];
  /** Edges that aren't drawn: the least troubled. */
  readonly left: number;
  readonly scene: Scene & { readonly strings: Strings };
}

/** null where the graph has no such node. Equal graphs give equal drawings. */
export function aroundNode(graph: Graph, id: string): Around | null {
  const node = graph.nodes.find((one) => one.id === id);
  if (node === undefined) return null;
  const inbound = graph.edges.filter(({ target }) => target === id).sort(byPain);
  const outbound = graph.edges.filter(({ source, target }) => source === id && target !== id).sort(byPain);
  const drawn = [inbound, outbound].flatMap((edges) => edges.slice(0, MOST_A_SIDE));
  const ids = new Set([id, ...drawn.flatMap(({ source, target }) => [source, target])]);
  const kept = new Set(drawn.map((edge) => edge.id));
  const part: Graph = {
    ...graph,
    nodes: graph.nodes.filter((one) => ids.has(one.id)),
    edges: graph.edges.filter((edge) => kept.has(edge.id)),
  };
  // A neighbour's own numbers are of all its calls, drawn or not.
  const shown = { ...showGraph(part, DEFAULT_LOOK), whole: graph };
  const skeleton = buildSkeleton(shown, layout(layoutInput(part, BOXES), { seed: 1 }), BOXES);
  const scene = buildScene(shown, skeleton, { version: 1, stale: false, withStrings: true });
  const left = inbound.length + outbound.length - drawn.length;
  // How many of a namespace are drawn here says nothing of the namespace.
  const boxes = skeleton.strings.boxes.map((box) => ({ ...box, sublabel: "" }));
  return { node, inbound, outbound, left, scene: { ...scene, strings: { ...skeleton.strings, boxes } } };
}
