import { expect, test } from "vitest";
import { DEFAULT_VIEW, type GraphView } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { Layout } from "#lib/layout/model.ts";
import { edge, graph, node, settle, World } from "./live.test-support.ts";
import { DEFAULT_LOOK } from "./look.ts";
import type { FromWorker, LiveStatus, ToWorker } from "./messages.ts";
import { sessionIn } from "./picture.test-support.ts";

const A = "w/shop/workload/a";
const B = "w/shop/workload/b";
const GRAPH = graph([node(A), node(B, { health: "failing" })], [edge(A, B, { errorRate: 5 })]);

function start(o: { stored?: Layout } = {}) {
  const world = new World();
  const { posted, saved, session } = sessionIn(world, o.stored);
  const of = <T extends FromWorker["type"]>(type: T) =>
    posted.filter((message): message is Extract<FromWorker, { type: T }> => message.type === type);
  return {
    world,
    saved,
    of,
    tell: (message: ToWorker) => session.receive(message),
    open: (view: Partial<GraphView> = {}, detail: "auto" | "groups" | "workloads" = "auto") =>
      session.receive({ type: "open", view: { ...DEFAULT_VIEW, ...view }, detail, origin: "http://c" }),
    status: () => of("status").at(-1)?.status as LiveStatus,
    scenes: () => of("scene"),
    async snapshot(of: Graph, id = "e-1") {
      await settle();
      world.last().open();
      await settle();
      world.last().event("snapshot", of, id);
      await settle();
    },
  };
}

const many = (count: number) =>
  graph(Array.from({ length: count }, (_, i) => node(`w/shop/workload/n${String(i).padStart(4, "0")}`)));

test("a snapshot becomes a scene, a status and two marks", async () => {
  const { open, snapshot, status, scenes, of, saved, world } = start();
  open({ namespaces: ["shop"] });
  expect(status()).toMatchObject({ phase: "connecting", at: null });
  await snapshot(GRAPH);
  expect(world.last().url).toBe("http://c/api/v1/graph/stream?namespaces=shop");
  expect(status()).toMatchObject({ phase: "live", at: GRAPH.at, nodes: 2, edges: 1, drawn: "workloads" });
  expect(status().counts).toEqual({ healthy: 1, degraded: 0, failing: 1, idle: 0, unknown: 0 });
  expect(scenes()).toHaveLength(1);
  expect(scenes()[0]).toMatchObject({
    first: true,
    scene: { stale: false, strings: { nodeIds: [A, B], nodeLabels: ["a", "b"] } },
  });
  expect(of("mark").map(({ name }) => name)).toEqual(["topology:data", "topology:layout"]);
  expect([...saved.keys()]).toEqual(["namespaces=shop"]);
});

const DELTA = {
  seq: 2,
  at: "2026-08-20T14:00:05Z",
  window: "1m",
  latencyAt: null,
  configurationAt: null,
  removed: { nodes: [], edges: [] },
  nodes: [],
  edges: [],
};

test("a delta of numbers brings no strings and moves nothing; one of structure brings both", async () => {
  const { open, snapshot, scenes, world, status } = start();
  open();
  await snapshot(GRAPH);
  world.last().event("delta", { ...DELTA, edges: [edge(A, B, { rate: 99 })] }, "e-2");
  await settle();
  expect(scenes()[1]).toMatchObject({ first: false, layoutMs: null });
  expect(scenes()[1]?.scene.strings).toBeUndefined();
  expect(scenes()[1]?.scene.edges.rate[0]).toBe(99);
  expect(scenes()[1]?.scene.nodes.x).toEqual(scenes()[0]?.scene.nodes.x);
  expect(status().at).toBe(DELTA.at);
  world.last().event("delta", { ...DELTA, nodes: [node("w/shop/workload/c")] }, "e-3");
  await settle();
  const last = scenes()[2]?.scene;
  expect(last?.strings?.nodeIds).toEqual([A, B, "w/shop/workload/c"]);
  expect([...(last?.nodes.x ?? [])].slice(0, 2)).toEqual([...(scenes()[0]?.scene.nodes.x ?? [])]);
});

test("places of the last visit are used, but not for a frozen instant", async () => {
  const first = start();
  first.open();
  await first.snapshot(GRAPH);
  const [drawn] = [...first.saved.values()] as [Layout];
  const stored = { ...drawn, nodes: drawn.nodes.map((place) => ({ ...place, y: place.y + 7 })) };
  const again = start({ stored });
  again.open();
  await again.snapshot(GRAPH);
  expect(again.scenes()).toHaveLength(1);
  expect(again.scenes()[0]?.scene.nodes.y[0]).toBe((drawn.nodes[0]?.y ?? 0) + 7);
  const frozen = start({ stored });
  frozen.open({ at: "2026-08-20T14:00:00Z" });
  await frozen.snapshot(GRAPH);
  expect(frozen.scenes()[0]?.scene.nodes.y[0]).toBe(drawn.nodes[0]?.y);
  expect(frozen.saved.size).toBe(0);
});

test("above 150 marks the server is asked for groups, and the page told what is hidden", async () => {
  const { open, snapshot, status, scenes, world } = start();
  open();
  await snapshot(many(151));
  expect(scenes()).toHaveLength(0);
  expect(world.asked).toHaveLength(2);
  expect(world.last().url).toBe("http://c/api/v1/graph/stream?lens=namespace");
  expect(world.asked[0]?.signal.aborted).toBe(true);
  await snapshot(graph([node("w/shop/namespace/shop")], [], { lens: "namespace" }));
  expect(status()).toMatchObject({ drawn: "groups", hiddenWorkloads: 151, nodes: 1 });
  open({ window: "5m" });
  expect(world.last().url).toContain("lens=namespace");
});

test("150 marks, or workloads asked for, are drawn", async () => {
  const few = start();
  few.open();
  await few.snapshot(many(150));
  expect(few.status()).toMatchObject({ drawn: "workloads", nodes: 150 });
  const all = start();
  all.open({}, "workloads");
  await all.snapshot(many(151));
  expect(all.status()).toMatchObject({ drawn: "workloads", nodes: 151 });
});

test.each([
  ["pause", { type: "pause", paused: true }, { type: "pause", paused: false }, "paused"],
  ["a hidden tab", { type: "visible", visible: false }, { type: "visible", visible: true }, "hidden"],
] as const)(
  "%s closes the stream and keeps the graph; back again, it goes on from there",
  async (_, off, on, phase) => {
    const { open, snapshot, status, tell, world } = start();
    open();
    await snapshot(GRAPH);
    tell(off);
    await settle();
    expect(status()).toMatchObject({ phase, nodes: 2 });
    expect(world.last().signal.aborted).toBe(true);
    await world.pass(600_000);
    expect(world.asked).toHaveLength(1);
    tell(on);
    await settle();
    expect(world.asked).toHaveLength(2);
    expect(world.last().headers["last-event-id"]).toBe("e-1");
  },
);

test("while the server is gone the graph stays, marked stale; it recovers by itself", async () => {
  const { open, snapshot, status, scenes, world } = start();
  open();
  await snapshot(GRAPH);
  world.last().end();
  await settle();
  expect(status()).toMatchObject({ phase: "reconnecting", nodes: 2, problem: { code: "upstream_unreachable" } });
  expect(scenes().at(-1)?.scene.stale).toBe(true);
  await world.pass(500);
  await snapshot(GRAPH, "e-9");
  expect(status()).toMatchObject({ phase: "live", problem: null });
  expect(scenes().at(-1)?.scene.stale).toBe(false);
});

const DOWN = {
  name: "main",
  kind: "prometheus",
  state: "down",
  since: "2026-08-20T14:00:10Z",
  asOf: null,
  queryMs: null,
  warnings: [],
  infos: [],
  clusters: ["w"],
  missing: [],
};

test("a silent source makes the scene stale; one of two doesn't", async () => {
  const { open, snapshot, status, scenes, world } = start();
  open();
  await snapshot({
    ...GRAPH,
    sources: [
      { ...DOWN, state: "ok" },
      { ...DOWN, name: "other", state: "ok" },
    ],
  } as Graph);
  world.last().event("source", DOWN, "e-2");
  await settle();
  expect(status().sources.map(({ state }) => state)).toEqual(["down", "ok"]);
  expect(scenes().at(-1)?.scene.stale).toBe(false);
  world.last().event("source", { ...DOWN, name: "other", state: "stale" }, "e-3");
  await settle();
  expect(scenes().at(-1)?.scene.stale).toBe(true);
});

test("why there is no graph yet is said", async () => {
  const { open, status, world } = start();
  open();
  await settle();
  world.last().open();
  await settle();
  world.last().event("source", DOWN);
  await settle();
  expect(status()).toMatchObject({ phase: "connecting", at: null, sources: [{ name: "main", state: "down" }] });
});

test("a refusal is final until the view is opened again", async () => {
  const { open, status, world } = start();
  open();
  await settle();
  world.last().refuse(400, { code: "bad_window", detail: "Choose another window." });
  await settle();
  expect(status()).toMatchObject({ phase: "failed", problem: { code: "bad_window" } });
  await world.pass(600_000);
  expect(world.asked).toHaveLength(1);
  open();
  await settle();
  expect(world.asked).toHaveLength(2);
});

test("the same view again does nothing; another window keeps the drawing until its answer; another scope starts over", async () => {
  const { open, snapshot, status, scenes, world } = start();
  open();
  await snapshot(GRAPH);
  open();
  expect(world.asked).toHaveLength(1);
  open({ window: "5m" });
  expect(status()).toMatchObject({ phase: "connecting", nodes: 2 });
  await settle();
  expect(world.last().headers["last-event-id"]).toBeUndefined();
  await snapshot({ ...GRAPH, window: "5m" }, "f-1");
  expect(scenes().at(-1)?.first).toBe(false);
  open({ namespaces: ["shop"] });
  expect(status()).toMatchObject({ phase: "connecting", at: null, nodes: 0 });
  await snapshot(GRAPH, "g-1");
  expect(scenes().at(-1)?.first).toBe(true);
});

test("details follow the selection and each delta", async () => {
  const { open, snapshot, tell, of, world } = start();
  open();
  tell({ type: "select", id: B });
  await snapshot(GRAPH);
  expect(of("details").at(-1)?.details).toMatchObject({
    kind: "node",
    inbound: [{ source: A }],
    peers: { [A]: { id: A } },
  });
  world.last().event("delta", { ...DELTA, edges: [edge(A, B, { rate: 99 })] }, "e-2");
  await settle();
  expect(of("details").at(-1)?.details).toMatchObject({ inbound: [{ rate: 99 }] });
  tell({ type: "select", id: `${A}>${B}>http` });
  expect(of("details").at(-1)?.details).toMatchObject({ kind: "edge", source: { id: A }, target: { id: B } });
  tell({ type: "select", id: "w/shop/workload/gone" });
  expect(of("details").at(-1)?.details).toEqual({ kind: "absent", id: "w/shop/workload/gone" });
  tell({ type: "select", id: null });
  const before = of("details").length;
  world.last().event("delta", DELTA, "e-3");
  await settle();
  expect(of("details")).toHaveLength(before);
});

test("rows are answered before and after there is a graph", async () => {
  const { open, snapshot, tell, of } = start();
  tell({ type: "rows", request: 1, text: "", limit: 5 });
  open();
  await snapshot(GRAPH);
  tell({ type: "rows", request: 2, text: "b", limit: 1 });
  expect(of("rows")).toMatchObject([
    { request: 1, rows: [], total: 0 },
    { request: 2, rows: [{ id: B, state: "failing" }], total: 2 },
  ]);
});

test("what groups hold is found when somebody searches, and the status says when", async () => {
  const { open, snapshot, tell, of, status, world } = start();
  open({}, "groups");
  await snapshot(graph([node("w/shop/namespace/shop")], [], { lens: "namespace" }));
  tell({ type: "rows", request: 1, text: " ", limit: 50 });
  await settle();
  expect(world.asked).toHaveLength(1);
  expect(status().folded).toBeNull();
  tell({ type: "rows", request: 2, text: "b", limit: 50 });
  expect(of("rows").at(-1)).toMatchObject({ request: 2, rows: [] });
  expect(status().folded).toMatchObject({ state: "reading" });
  expect(world.last().url).toBe("http://c/api/v1/graph?latency=off");
  world.last().refuse(200, GRAPH);
  await settle();
  expect(status().folded).toEqual({ state: "ready", at: GRAPH.at, marks: 2 });
  tell({ type: "rows", request: 3, text: "b", limit: 50 });
  expect(of("rows").at(-1)?.rows).toMatchObject([
    { id: B, folded: true },
    { id: `${A}>${B}>http`, folded: true },
  ]);
  open({}, "workloads");
  expect(status().folded).toMatchObject({ state: "ready" });
  open({ namespaces: ["shop"] }, "workloads");
  expect(status().folded).toBeNull();
});

test("a view without groups is searched without a request", async () => {
  const { open, snapshot, tell, world } = start();
  open();
  await snapshot(GRAPH);
  tell({ type: "rows", request: 1, text: "a", limit: 50 });
  await settle();
  expect(world.asked).toHaveLength(1);
});

test("a view opened while paused is read once, and then stands still", async () => {
  const { open, snapshot, status, tell, world } = start();
  open();
  await snapshot(GRAPH);
  tell({ type: "pause", paused: true });
  open({ namespaces: ["shop"] });
  await snapshot(GRAPH);
  expect(status()).toMatchObject({ phase: "paused", nodes: 2 });
  expect(world.last().signal.aborted).toBe(true);
  await world.pass(600_000);
  expect(world.asked).toHaveLength(2);
});

test.each([
  ["an instant", { at: "2026-08-20T13:05:00Z" }],
  ["a window", { window: "5m" }],
] as const)("%s that is chosen while paused is read once, though the old graph stands until then", async (_, view) => {
  const { open, snapshot, status, tell, world } = start();
  open();
  await snapshot(GRAPH);
  tell({ type: "pause", paused: true });
  open(view);
  await settle();
  expect(world.asked).toHaveLength(2);
  expect(status().nodes).toBe(2);
  world.last().open();
  await settle();
  world.last().event("source", DOWN);
  await settle();
  expect(world.last().signal.aborted).toBe(false);
  world.last().event("snapshot", graph([node(A)]), "f-1");
  await settle();
  expect(status()).toMatchObject({ phase: "paused", nodes: 1 });
  expect(world.last().signal.aborted).toBe(true);
});

test("another graph of the same instant is told apart", async () => {
  const { open, snapshot, status } = start();
  open({ at: GRAPH.at });
  await snapshot(GRAPH);
  const before = status();
  open({ at: GRAPH.at, window: "10m" });
  await snapshot({ ...GRAPH, window: "10m" }, "f-1");
  expect(status().at).toBe(before.at);
  expect(status().graphs).toBeGreaterThan(before.graphs);
});

test("calls of unknown state are counted, each once", async () => {
  const { open, snapshot, status } = start();
  open();
  const unknown = edge(A, B, { health: "unknown" });
  await snapshot({ ...GRAPH, edges: [unknown, edge(B, A), { ...unknown, id: `${A}>${B}>grpc`, half: "operation" }] });
  expect(status().unknownCalls).toBe(1);
});

test("laying out afresh forgets the places; closing ends everything", async () => {
  const { open, snapshot, tell, scenes, world } = start();
  open();
  await snapshot(GRAPH);
  tell({ type: "relayout" });
  expect(scenes().at(-1)).toMatchObject({ first: true });
  tell({ type: "close" });
  await world.pass(600_000);
  expect(world.last().signal.aborted).toBe(true);
  expect(world.asked).toHaveLength(1);
});

const restart = (keepPlaces: boolean): ToWorker => ({ type: "restart", viewer: "ben", keepPlaces });
const shown = ({ scenes, status }: ReturnType<typeof start>) => [
  scenes().at(-1)?.scene.strings?.nodeIds,
  status().at,
  status().nodes,
];

test.each([
  ["stopped", { type: "stop" } as const, 1],
  ["restarted for somebody else", restart(false), 2],
])("%s: nothing of what was seen stays drawn, listed or told", async (_, message, asked) => {
  const one = start();
  one.open();
  one.tell({ type: "select", id: A });
  await one.snapshot(GRAPH);
  expect(shown(one)).toEqual([[A, B], GRAPH.at, 2]);
  one.tell(message);
  expect(shown(one)).toEqual([[], null, 0]);
  expect(one.of("details").at(-1)?.details).toEqual({ kind: "absent", id: A });
  one.tell({ type: "rows", request: 9, text: "", limit: 50 });
  expect(one.of("rows").at(-1)).toMatchObject({ request: 9, rows: [], total: 0 });
  await settle();
  expect(one.world.asked).toHaveLength(asked);
  expect(one.world.asked[0]?.signal.aborted).toBe(true);
});

test("stopped, it asks for nothing, whatever the page opens, until it is restarted", async () => {
  const { open, tell, world, snapshot, status, scenes } = start();
  tell({ type: "stop" });
  open();
  await world.pass(600_000);
  expect(world.asked).toHaveLength(0);
  tell(restart(true));
  await snapshot(GRAPH);
  expect(status()).toMatchObject({ phase: "live", nodes: 2 });
  expect(scenes().at(-1)).toMatchObject({ first: true });
});

test("places outlive a restart of the same person alone", async () => {
  const { open, tell, snapshot, saved } = start();
  open();
  await snapshot(GRAPH);
  tell(restart(true));
  expect(saved.size).toBe(1);
  tell(restart(false));
  expect(saved.size).toBe(0);
});

test("a stream that ends for the viewer's rights takes the drawing with it at once", async () => {
  const one = start();
  one.open();
  await one.snapshot(GRAPH);
  one.world.last().event("reauth", { detail: "What you may see has changed." });
  await settle();
  one.world.last().refuse(200, { role: "user" });
  await settle();
  expect(shown(one)).toEqual([[], null, 0]);
  await one.world.pass(1);
  await one.snapshot(graph([node(A)]), "f-1");
  expect(shown(one)).toEqual([[A], GRAPH.at, 1]);
});

test("a look that is said again draws nothing anew", async () => {
  const { open, snapshot, scenes, tell } = start();
  open();
  await snapshot(GRAPH);
  const before = scenes().length;
  tell({ type: "look", look: { ...DEFAULT_LOOK } });
  expect(scenes()).toHaveLength(before);
  tell({ type: "look", look: { ...DEFAULT_LOOK, protocols: [] } });
  expect(scenes()).toHaveLength(before + 1);
});
