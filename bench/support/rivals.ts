/** The libraries that lay out graphs, each used the usual way, for comparison. */
import dagre from "@dagrejs/dagre";
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from "d3";
import { coordGreedy, graph as dag, decrossTwoLayer, layeringLongestPath, sugiyama } from "d3-dag";
import ELK, { type ElkNode } from "elkjs/lib/elk.bundled.js";
import { BOX_GAP, BOX_PADDING, CELL, NODE_GAP } from "#lib/layout/metrics.ts";
import type { LayoutInput } from "#lib/layout/model.ts";
import type { Points } from "./quality.ts";

interface Body extends SimulationNodeDatum {
  readonly id: string;
  readonly homeX: number;
  readonly homeY: number;
}

/** 300 ticks of d3-force with links, charge, collision and a pull to each namespace's place: the usual way. */
export function force(input: LayoutInput): Points {
  const boxes = [...new Set(input.nodes.map(({ boxes: [box] }) => box))];
  const side = Math.ceil(Math.sqrt(boxes.length));
  const bodies: Body[] = input.nodes.map(({ id, boxes: [box] }) => {
    const at = boxes.indexOf(box);
    return { id, homeX: (at % side) * 600, homeY: Math.floor(at / side) * 600 };
  });
  const links = input.edges.map(({ source, target }) => ({ source, target }));
  const simulation = forceSimulation(bodies)
    .force(
      "link",
      forceLink<Body, (typeof links)[number]>(links).id(({ id }) => id),
    )
    .force("charge", forceManyBody())
    .force("collide", forceCollide(CELL.height / 2))
    .force(
      "x",
      forceX<Body>(({ homeX }) => homeX),
    )
    .force(
      "y",
      forceY<Body>(({ homeY }) => homeY),
    )
    .stop();
  simulation.tick(300);
  return new Map(bodies.map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}

/** dagre: layered, flat (its compound graphs fail on meshes of this kind). */
export function layeredByDagre(input: LayoutInput): Points {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: NODE_GAP.y, ranksep: NODE_GAP.x });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of input.nodes) graph.setNode(id, { width: CELL.width, height: CELL.height });
  for (const { source, target } of input.edges) graph.setEdge(source, target);
  dagre.layout(graph);
  return new Map(
    input.nodes.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return [id, { x, y }];
    }),
  );
}

/** d3-dag: layered (longest paths, two layers at a time), flat, and downwards, so that its axes change places. */
export function layeredByDag(input: LayoutInput): Points {
  const graph = dag<string, undefined>();
  const nodes = new Map(input.nodes.map(({ id }) => [id, graph.node(id)]));
  for (const { source, target } of input.edges) {
    const [from, to] = [nodes.get(source), nodes.get(target)];
    if (from !== undefined && to !== undefined) graph.link(from, to, undefined);
  }
  sugiyama()
    .nodeSize([CELL.height, CELL.width] as const)
    .gap([NODE_GAP.y, NODE_GAP.x])
    .layering(layeringLongestPath())
    .decross(decrossTwoLayer())
    .coord(coordGreedy())(graph);
  return new Map([...nodes].map(([id, { x, y }]) => [id, { x: y, y: x }]));
}

/** elkjs: layered, with the boxes. */
export async function layeredByElk(input: LayoutInput): Promise<Points> {
  const members = Map.groupBy(input.nodes, ({ boxes: [box] }) => box ?? "");
  const { top, side, bottom } = BOX_PADDING;
  const leaf = (id: string): ElkNode => ({ id, width: CELL.width, height: CELL.height });
  const root = await new ELK().layout({
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.hierarchyHandling": "INCLUDE_CHILDREN",
      "elk.spacing.nodeNode": String(NODE_GAP.y),
      "elk.layered.spacing.nodeNodeBetweenLayers": String(BOX_GAP.x),
    },
    children: [...members].map(([box, nodes]) => ({
      id: `box ${box}`,
      layoutOptions: { "elk.padding": `[top=${top},left=${side},bottom=${bottom},right=${side}]` },
      children: nodes.map(({ id }) => leaf(id)),
    })),
    edges: input.edges.map(({ source, target }, i) => ({ id: `e${i}`, sources: [source], targets: [target] })),
  });
  const at = new Map<string, { x: number; y: number }>();
  for (const box of root.children ?? []) {
    for (const { id, x = 0, y = 0 } of box.children ?? []) {
      at.set(id, { x: (box.x ?? 0) + x + CELL.width / 2, y: (box.y ?? 0) + y + CELL.middle });
    }
  }
  return at;
}
