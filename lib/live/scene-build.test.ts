import { expect, test } from "vitest";
import type { Graph } from "#lib/graph/model.ts";
import { layout } from "#lib/layout/layout.ts";
import { EDGE_BITS, LOCKS, MARK_STATES, NODE_BITS, SHAPES } from "#lib/layout/scene.ts";
import type { PerSecond } from "#lib/units.ts";
import { edge, graph, node } from "./live.test-support.ts";
import { type BoxKind, DEFAULT_LOOK, type Look } from "./look.ts";
import { isLayout, layoutInput, sameInput, sameStructure } from "./placing.ts";
import { buffersOf, buildScene, buildSkeleton } from "./scene-build.ts";
import { type Shown, showGraph } from "./shown.ts";

const A = "w/shop/workload/a";
const B = "w/shop/workload/b";
const C = "w/shop/workload/c";

function skeletonOf(shown: Shown, look: Look) {
  return buildSkeleton(shown, layout(layoutInput(shown.placed, look.boxes), { seed: 1 }), look.boxes);
}

function sceneOf(of: Graph, change: Partial<Look> = {}) {
  const look = { ...DEFAULT_LOOK, ...change };
  const shown = showGraph(of, look);
  return buildScene(shown, skeletonOf(shown, look), {
    version: 1,
    stale: false,
    withStrings: true,
  });
}

test("a ring marks what a dry run would deny, or may: also where pods counted that are gone", () => {
  const trial = (max: number, atLeast?: true) => ({ trials: [{ action: "deny", min: 0, max, atLeast }] });
  const marked = (more: object) =>
    sceneOf(graph([node(A), node(B)], [edge(A, B, more)])).edges.bits.map((bits) => bits & EDGE_BITS.tried)[0];
  expect([{}, trial(0), trial(2), trial(0, true)].map(marked)).toEqual([0, 0, EDGE_BITS.tried, EDGE_BITS.tried]);
});

test("kinds become shapes, health becomes states, unknown health is no data", () => {
  const of = graph([
    node("w/-/cluster/w", { health: "idle" }),
    node("w/shop/namespace/shop", { health: "degraded" }),
    node("w/shop/service/reviews", { service: "reviews", health: "unknown" }),
    node(A, { dataplane: "gateway", health: "failing" }),
    node(B, { dataplane: "waypoint" }),
    node("w/unknown/external/api.example"),
    node("w/unknown/unknown/unknown"),
    node("w/restricted/restricted/restricted"),
  ]);
  const { nodes, strings } = sceneOf(of);
  expect([...nodes.shape].map((code) => SHAPES[code])).toEqual([
    "group",
    "group",
    "service",
    "gateway",
    "waypoint",
    "external",
    "unknown",
    "restricted",
  ]);
  expect([...nodes.state].map((code) => MARK_STATES[code])).toEqual([
    "idle",
    "degraded",
    "nodata",
    "failing",
    "healthy",
    "healthy",
    "healthy",
    "healthy",
  ]);
  expect(strings?.nodeLabels).toEqual(["w", "shop", "reviews", "a", "b", "api.example", "unknown", "restricted"]);
});

test("a node shows what comes in; without callers what goes out, but no latency of its own then", () => {
  const of = graph(
    [node(A), node(B), node(C)],
    [
      edge(A, B, { rate: 10, errorRate: 1, latency: { mean: null, p50: null, p95: 20, p99: null } }),
      edge(C, B, { rate: 30, errorRate: 1, latency: { mean: null, p50: null, p95: 50, p99: null } }),
    ],
  );
  const { nodes } = sceneOf(of);
  expect([...nodes.rate]).toEqual([10, 40, 30]);
  expect(nodes.errorShare[1]).toBeCloseTo(0.05);
  expect(nodes.p95[0]).toBeNaN();
  expect(nodes.p95[1]).toBe(50);
  expect([...nodes.bits].map((bits) => (bits & NODE_BITS.p95Bound) !== 0)).toEqual([false, true, false]);
});

test.each([
  ["one of two calls that flow wasn't measured", 10, Number.NaN, false],
  ["the other carries nothing", 0, 20, false],
])("a node's p95 is of all its calls: %s", (_, rate, p95, bound) => {
  const latency = { mean: null, p50: null, p95: 20, p99: null };
  const of = graph([node(A), node(B), node(C)], [edge(A, B, { latency }), edge(C, B, { rate, requests: 60 * rate })]);
  const { nodes } = sceneOf(of);
  expect(nodes.p95[1]).toBe(p95);
  expect(((nodes.bits[1] ?? 0) & NODE_BITS.p95Bound) !== 0).toBe(bound);
});

test("what isn't known is NaN, never 0", () => {
  const of = graph([node(A), node(B)], [edge(A, B, { protocol: "tcp", rate: null, requests: null, errorRate: null })]);
  const { nodes, edges } = sceneOf(of);
  for (const value of [
    nodes.rate[1],
    nodes.errorShare[1],
    nodes.bytes[1],
    edges.rate[0],
    edges.requests[0],
    edges.errorShare[0],
    edges.p95[0],
    edges.bytes[0],
  ]) {
    expect(value).toBeNaN();
  }
});

test("bytes of tcp count on both ends", () => {
  const tcp = {
    protocol: "tcp",
    rate: null,
    requests: null,
    errorRate: null,
    bytesPerSecond: { sent: 100, received: 900 },
  };
  const { nodes, edges } = sceneOf(graph([node(A), node(B)], [edge(A, B, tcp)]));
  expect([...nodes.bytes]).toEqual([1000, 1000]);
  expect(edges.bytes[0]).toBe(1000);
});

test.each([
  [null, "unknown"],
  [1, "mtls"],
  [0.9996, "mtls"],
  [0.5, "partial"],
  [0, "plain"],
])("mtls %s is drawn as %s", (mtls, name) => {
  const { edges } = sceneOf(graph([node(A), node(B)], [edge(A, B, { mtls })]));
  expect(LOCKS[edges.lock[0] ?? -1]).toBe(name);
});

test("badges become bits", () => {
  const of = graph([
    node(A, { badges: ["unmeshed", "outside"] }),
    node(B, { badges: ["partial-coverage"], goneAt: "2026-08-20T14:00:00Z" }),
  ]);
  expect([...sceneOf(of).nodes.bits]).toEqual([
    NODE_BITS.unmeshed | NODE_BITS.outside,
    NODE_BITS.partialCoverage | NODE_BITS.gone,
  ]);
});

test("namespaces are boxes; clusters too, where there are several; what is outside is in none", () => {
  const one = sceneOf(graph([node(A), node(B), node("w/unknown/external/x.example")]));
  expect(one.strings?.boxes.map(({ label, sublabel, depth }) => [label, sublabel, depth])).toEqual([
    ["shop", "2 workloads", 0],
  ]);
  const two = sceneOf(graph([node("e/shop/workload/a"), node(A)]));
  expect(two.strings?.boxes.map(({ label, sublabel, depth }) => [label, sublabel, depth])).toEqual([
    ["e", "1 workload", 0],
    ["w", "1 workload", 0],
    ["shop", "1 workload", 1],
    ["shop", "1 workload", 1],
  ]);
});

test("an edge whose end is missing is left out everywhere", () => {
  const { edges, strings } = sceneOf(graph([node(A), node(B)], [edge(A, B), edge(A, C)]));
  expect(edges.source).toHaveLength(1);
  expect(edges.rate).toHaveLength(1);
  expect(strings?.edgeIds).toHaveLength(1);
});

test("all arrays travel, none is shared with the next scene", () => {
  const of = graph([node(A), node(B)], [edge(A, B)]);
  const shown = showGraph(of, DEFAULT_LOOK);
  const skeleton = skeletonOf(shown, DEFAULT_LOOK);
  const options = { version: 1, stale: false, withStrings: false };
  const first = buildScene(shown, skeleton, options);
  structuredClone(first, { transfer: buffersOf(first) });
  const second = buildScene(shown, skeleton, options);
  expect(second.nodes.x).toHaveLength(2);
  expect(second.edges.path.length).toBeGreaterThan(0);
  expect(new Set(buffersOf(second)).size).toBe(buffersOf(second).length);
});

test("structure is ids, boxes and lens; numbers aren't", () => {
  const of = graph([node(A), node(B)], [edge(A, B)]);
  expect(sameStructure(of, graph([node(A, { health: "failing" }), node(B)], [edge(A, B, { rate: 3 })]))).toBe(true);
  expect(sameStructure(of, graph([node(A), node(C)], [edge(A, B)]))).toBe(false);
  expect(sameStructure(of, graph([node(A), node(B)], []))).toBe(false);
  expect(sameStructure(of, { ...of, nodes: [...of.nodes], lens: "app" })).toBe(false);
});

test("two graphs are laid out alike while the same calls carry about as much, in the same boxes", () => {
  const of = graph([node(A), node(B)], [edge(A, B, { rate: 20 })]);
  const alike = (other: typeof of, boxes: readonly BoxKind[] = ["namespace"]) =>
    sameInput(layoutInput(of, ["namespace"]), layoutInput(other, boxes));
  expect(alike(graph([node(A, { health: "failing" }), node(B)], [edge(A, B, { rate: 30 })]))).toBe(true);
  expect(alike(of, ["cluster"])).toBe(false);
  expect(alike(graph(of.nodes, [edge(A, B, { rate: 300 })]))).toBe(false);
  expect(alike(graph(of.nodes, [edge(B, A, { rate: 20 })]))).toBe(false);
  expect(alike(graph([node(A), node(C)], of.edges))).toBe(false);
  expect(alike(graph(of.nodes, []))).toBe(false);
});

test.each([
  [null, false],
  [{}, false],
  [{ nodes: [], boxes: [], links: 0 }, true],
  [{ nodes: [], boxes: [] }, false],
  [
    { nodes: [{ id: "a", x: 1, y: 2 }], boxes: [{ id: "b", x: 0, y: 0, width: 1, height: 1, depth: 0 }], links: 1 },
    true,
  ],
  [{ nodes: [{ id: "a", x: null, y: 2 }], boxes: [], links: 0 }, false],
  [{ nodes: [{ id: 1, x: 1, y: 2 }], boxes: [], links: 0 }, false],
  [{ nodes: "x", boxes: [], links: 0 }, false],
])("stored places %j: %s", (value, sound) => expect(isLayout(value)).toBe(sound));

test("a node's own numbers stay when its calls aren't drawn, by protocol or because they are hidden", () => {
  const of = graph(
    [node(A), node(B), node(C)],
    [edge(A, B, { rate: 3 as PerSecond }), edge(C, B, { rate: 4 as PerSecond, protocol: "grpc" })],
  );
  const whole = sceneOf(of).nodes;
  const http = sceneOf(of, { protocols: ["http"] }).nodes;
  expect(whole.rate[1]).toBe(7);
  expect([...http.rate]).toEqual([...whole.rate]);
  const shown = showGraph(of, DEFAULT_LOOK, { found: null, hidden: { nodes: new Set([C]), edges: new Set() } });
  const scene = buildScene(shown, skeletonOf(shown, DEFAULT_LOOK), { version: 1, stale: false, withStrings: true });
  expect(scene.strings?.nodeIds).toEqual([A, B]);
  expect(scene.nodes.rate[1]).toBe(7);
});

test("a box says how its drawn members are, whichever nodes before them are hidden", () => {
  const east = "w/east/workload/e";
  const of = graph([node(east, { health: "failing" }), node(A), node(B, { health: "degraded" }), node(C)]);
  const hidden = { nodes: new Set([east, C]), edges: new Set<string>() };
  const shown = showGraph(of, DEFAULT_LOOK, { found: null, hidden });
  const scene = buildScene(shown, skeletonOf(shown, DEFAULT_LOOK), { version: 1, stale: false, withStrings: true });
  // A box of which everything is hidden is hidden with it.
  expect(scene.strings?.boxes.map(({ label, sublabel }) => [label, sublabel])).toEqual([["shop", "2 workloads"]]);
  expect([...scene.boxes.state].map((code) => MARK_STATES[code])).toEqual(["degraded"]);
  expect([[...scene.boxes.failing], [...scene.boxes.degraded]]).toEqual([[0], [1]]);
});

test.each([
  ["drilled into", { focus: B, steps: 1, side: "down", rest: "hide" }],
  ["of one protocol", { protocols: ["grpc"] }],
  ["without what is well", { show: "trouble" }],
] as const)("%s, marks and shares keep their numbers", (_, change) => {
  const of = graph(
    [node(A), node(B), node(C, { health: "failing" })],
    [edge(A, B, { rate: 6 }), edge(B, C, { rate: 1, protocol: "grpc" }), edge(B, A, { rate: 3 })],
  );
  const { nodes, edges, strings } = sceneOf(of, change);
  expect(nodes.rate[strings?.nodeIds.indexOf(B) ?? -1]).toBe(6);
  expect(edges.share[strings?.edgeIds.findIndex((id) => id.startsWith(`${B}>${C}`)) ?? -1]).toBe(0.25);
});

test("a node has no share of failures where one of its calls can't tell", () => {
  const of = graph(
    [node(A), node(B), node(C)],
    [edge(A, B, { rate: 10, errorRate: 1 }), edge(C, B, { rate: 10, errorRate: null })],
  );
  expect(sceneOf(of).nodes.errorShare[1]).toBeNaN();
});

test("an edge has its older numbers, but for those that rest on too few requests", () => {
  const before = { rate: 5, requests: 300, errorRate: 1, latency: { mean: null, p50: null, p95: 40, p99: null } };
  const of = graph(
    [node(A), node(B), node(C)],
    [edge(A, B, { change: "same", before }), edge(B, C, { change: "same", before, tooFew: true }), edge(A, C)],
  );
  const { edges } = sceneOf(of);
  expect([...(edges.rateBefore ?? [])]).toEqual([5, Number.NaN, Number.NaN]);
  expect([...(edges.p95Before ?? [])]).toEqual([40, Number.NaN, Number.NaN]);
  expect(edges.errorShareBefore?.[0]).toBeCloseTo(0.2);
  expect(edges.errorShareBefore?.[1]).toBeNaN();
});
