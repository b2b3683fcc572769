/**
 * Layout of generated meshes, beside what a force simulation of d3 needs in the same run. Quality is measured too: a layout
 * that is fast and unreadable would be no gain.
 */
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from "d3";
import { layout } from "#lib/layout/layout.ts";
import { CELL } from "#lib/layout/metrics.ts";
import type { Layout, LayoutEdge, LayoutInput } from "#lib/layout/model.ts";
import { seededRandom } from "#lib/layout/random.ts";
import type { Figure } from "./support/scale.ts";

/** Sizes this benchmark is meant for, in workloads. */
export const sizes = [100, 300, 1000, 5000] as const;

/** A mesh of `count` workloads: namespaces of heavy-tailed size, layered calls with hubs, a fifth across namespaces. */
function generatedMesh(count: number, seed: number): LayoutInput {
  const random = seededRandom(seed);
  const namespaces = Math.max(2, Math.round(count / 40));
  const nodes = Array.from({ length: count }, (_, i) => {
    const namespace = Math.floor(random() * random() * namespaces);
    return { id: `w/ns-${namespace}/workload/svc-${i}`, boxes: [`w/ns-${namespace}`], namespace };
  });
  const byNamespace = Map.groupBy(nodes, ({ namespace }) => namespace);
  const edges: LayoutEdge[] = [];
  for (const [at, node] of nodes.entries()) {
    const fan = 1 + Math.floor(random() ** 3 * 9);
    for (let i = 0; i < fan; i++) {
      const pool = random() < 0.8 ? (byNamespace.get(node.namespace) ?? nodes) : nodes;
      const target = pool[Math.floor(random() ** 2 * pool.length)];
      if (target !== undefined && target !== node)
        edges.push({ source: node.id, target: target.id, weight: 1 + (at % 3) });
    }
  }
  return { nodes: nodes.map(({ id, boxes }) => ({ id, boxes })), edges };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function time<T>(work: () => T): { ms: number; result: T } {
  const start = performance.now();
  const result = work();
  return { ms: performance.now() - start, result };
}

interface Body extends SimulationNodeDatum {
  readonly id: string;
  readonly homeX: number;
  readonly homeY: number;
}

type Points = ReadonlyMap<string, { readonly x: number; readonly y: number }>;

/** 300 ticks of d3-force with links, charge, collision and a pull to each namespace's place: the usual way. */
function force(input: LayoutInput): Points {
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

/** Mean length of an edge in widths of a cell: how far the eye travels. */
function meanLength(input: LayoutInput, at: Points): number {
  let total = 0;
  for (const { source, target } of input.edges) {
    const a = at.get(source) ?? { x: 0, y: 0 };
    const b = at.get(target) ?? { x: 0, y: 0 };
    total += Math.hypot(a.x - b.x, a.y - b.y);
  }
  return total / Math.max(1, input.edges.length) / CELL.width;
}

/** Share of the edges that run from left to right. */
function forwards(input: LayoutInput, at: Points): number {
  const count = input.edges.filter(({ source, target }) => (at.get(source)?.x ?? 0) < (at.get(target)?.x ?? 0)).length;
  return count / Math.max(1, input.edges.length);
}

const pointsOf = (drawing: Layout): Points => new Map(drawing.nodes.map(({ id, x, y }) => [id, { x, y }]));

/** One workload in a hundred replaced. */
function churn(input: LayoutInput): LayoutInput {
  const fresh = (id: string) => (Number(id.split("-").at(-1)) % 100 === 7 ? `${id}-b` : id);
  return {
    nodes: input.nodes.map(({ id, boxes }) => ({ id: fresh(id), boxes })),
    edges: input.edges.map(({ source, target, weight }) => ({ source: fresh(source), target: fresh(target), weight })),
  };
}

/** Runs at one size; five times cold and warm, the force simulation once, where it ends in reasonable time. */
export async function* run(size: number): AsyncGenerator<Figure> {
  const name = "layout";
  const input = generatedMesh(size, 1);
  const cold = Array.from({ length: 5 }, () => time(() => layout(input, { seed: 1 })));
  const drawing = cold[0]?.result as Layout;
  const rival = size <= 1000 ? time(() => force(input)) : null;
  const beside = (baseline: number | undefined) => (baseline === undefined ? {} : { baseline });
  yield { name, size, metric: "cold", value: median(cold.map(({ ms }) => ms)), unit: "ms", ...beside(rival?.ms) };

  const next = churn(input);
  const warm = Array.from({ length: 5 }, () => time(() => layout(next, { seed: 1, previous: drawing })));
  yield { name, size, metric: "warm, 1 % churn", value: median(warm.map(({ ms }) => ms)), unit: "ms" };

  const before = pointsOf(drawing);
  const after = warm[0]?.result as Layout;
  const moved = after.nodes.flatMap(({ id, x, y }) => {
    const was = before.get(id);
    return was === undefined ? [] : [Math.hypot(x - was.x, y - was.y)];
  });
  const mean = moved.reduce((sum, value) => sum + value, 0) / Math.max(1, moved.length);
  yield { name, size, metric: "movement of survivors", value: mean / drawing.width, unit: "widths" };

  const points = pointsOf(drawing);
  const rivals = rival?.result;
  yield { name, size, metric: "aspect ratio", value: drawing.width / drawing.height, unit: "1" };
  yield {
    name,
    size,
    metric: "mean edge length",
    value: meanLength(input, points),
    unit: "cells",
    ...beside(rivals && meanLength(input, rivals)),
  };
  yield {
    name,
    size,
    metric: "edges left to right",
    value: forwards(input, points),
    unit: "share",
    ...beside(rivals && forwards(input, rivals)),
  };
}
