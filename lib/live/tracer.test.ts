import { expect, it } from "vitest";
import type { Graph } from "#lib/graph/model.ts";
import type { CallSum, PlaceSum, TracePlaces } from "#lib/tracing/view/places.ts";
import { edge, graph, node } from "./live.test-support.ts";
import { Tracer, traceOn } from "./tracer.ts";

const id = (name: string, kind = "workload", namespace = "shop") => `w/${namespace}/${kind}/${name}`;
const PLACE: PlaceSum = { spans: 1, failed: 0, selfNs: 5, first: [] };
const CALL: CallSum = { calls: 1, attempts: 1, failed: 0, ns: 9, first: [] };
const went = (...path: readonly string[]): TracePlaces => ({
  nodes: [...new Set(path)].map((place) => ({ id: place, sum: PLACE })),
  calls: path.slice(1).map((target, at) => ({ source: path[at] ?? "", target, sum: CALL })),
  unplaced: 0,
});
const said = (of: Graph, places: TracePlaces) => {
  const { lit, calls, onMap, missing } = traceOn(of, places);
  return { nodes: [...lit.nodes], edges: [...lit.edges], calls, onMap, missing };
};

const [A, B, C] = [id("a"), id("b"), id("c")];
const SERVICE = id("b", "service");
const GROUP = "w/shop/namespace/shop";

it.each<[string, Graph, string | null]>([
  ["one cluster's mark of that name", graph([node(A), node("v/shop/workload/c")], []), A],
  ["none where two clusters have it", graph([node(A), node("v/shop/workload/a")], []), null],
  ["none where none has it", graph([node(B)], []), null],
  ["its group", graph([node(GROUP, { kind: "namespace" })], []), GROUP],
])("a place of no named cluster is %s", (_, of, mark) => {
  expect(said(of, went("unknown/shop/workload/a")).nodes).toEqual(mark === null ? [] : [mark]);
});

it.each<[string, Graph, TracePlaces, ReturnType<typeof said>]>([
  [
    "by node and edge",
    graph([node(A), node(B), node(C)], [edge(A, B), edge(B, C)]),
    went(A, B),
    { nodes: [A, B], edges: [`${A}>${B}>http`], calls: 1, onMap: 1, missing: [] },
  ],
  [
    "the requests of two ends, not the bytes beside them",
    graph([node(A), node(B)], [edge(A, B), edge(A, B, { id: "tcp", protocol: "tcp" })]),
    went(A, B),
    { nodes: [A, B], edges: [`${A}>${B}>http`], calls: 1, onMap: 1, missing: [] },
  ],
  [
    "the bytes where nothing else is known",
    graph([node(A), node(B)], [edge(A, B, { id: "tcp", protocol: "tcp" })]),
    went(A, B),
    { nodes: [A, B], edges: ["tcp"], calls: 1, onMap: 1, missing: [] },
  ],
  [
    "no edge where none is drawn, and no node for one that isn't there",
    graph([node(A), node(B)]),
    went(A, B, C),
    { nodes: [A, B], edges: [], calls: 2, onMap: 0, missing: [C] },
  ],
  [
    "a group for all in it, calls inside it included",
    graph([node(GROUP), node(id("d", "workload", "pay"))], [edge(GROUP, id("d", "workload", "pay"))]),
    went(A, B, id("d", "workload", "pay")),
    {
      nodes: [GROUP, id("d", "workload", "pay")],
      edges: [`${GROUP}>${id("d", "workload", "pay")}>http`],
      ...{ calls: 2, onMap: 2, missing: [] },
    },
  ],
  [
    "the one workload of an app",
    graph([node(A, { app: "shopfront" })]),
    went(id("shopfront", "app")),
    { nodes: [A], edges: [], calls: 0, onMap: 0, missing: [] },
  ],
  [
    "none of an app's several workloads, for nobody knows which",
    graph([node(A, { app: "x" }), node(B, { app: "x" })]),
    went(id("x", "app")),
    { nodes: [], edges: [], calls: 0, onMap: 0, missing: [id("x", "app")] },
  ],
  [
    "both halves of a call through a service, and the service",
    graph([node(A), node(SERVICE), node(B)], [edge(A, SERVICE), edge(SERVICE, B)]),
    went(A, B),
    {
      nodes: [A, B, SERVICE],
      edges: [`${A}>${SERVICE}>http`, `${SERVICE}>${B}>http`],
      ...{ calls: 1, onMap: 1, missing: [] },
    },
  ],
  [
    "neither of two services that may have been called",
    graph(
      [node(A), node(SERVICE), node(id("c", "service")), node(B)],
      [edge(A, SERVICE), edge(SERVICE, B), edge(A, id("c", "service")), edge(id("c", "service"), B)],
    ),
    went(A, B),
    { nodes: [A, B], edges: [], calls: 1, onMap: 0, missing: [] },
  ],
  [
    "nothing for what is no id",
    graph([node(A)]),
    went("</script>"),
    { nodes: [], edges: [], calls: 0, onMap: 0, missing: ["</script>"] },
  ],
])("lights %s", (_, of, places, expected) => {
  expect(said(of, places)).toEqual(expected);
});

it("adds up what one mark and one edge stand for", () => {
  const D = id("d", "workload", "pay");
  const { nodes, edges } = traceOn(graph([node(GROUP), node(D)], [edge(GROUP, D)]), {
    ...went(A, D),
    ...{ nodes: [...went(A, D).nodes, ...went(B).nodes], calls: [...went(A, D).calls, ...went(B, D).calls] },
  });
  expect(nodes.get(GROUP)).toMatchObject({ spans: 2, selfNs: 10 });
  expect(edges.get(`${GROUP}>${D}>http`)).toMatchObject({ calls: 2, ns: 18 });
});

it("is worked out once a graph and counts traces", () => {
  const tracer = new Tracer();
  const of = graph([node(A)]);
  expect(tracer.of(of)).toBeNull();
  const places = went(A);
  expect([tracer.set(places), tracer.set(places)]).toEqual([true, false]);
  const first = tracer.of(of);
  expect(tracer.of(of)).toBe(first);
  expect(tracer.of(graph([node(B)]))?.missing).toEqual([A]);
  expect(tracer.set(null)).toBe(true);
  expect(tracer.of(of)).toBeNull();
  tracer.set(places);
  expect(tracer.of(of)?.revision).toBe(3);
});
