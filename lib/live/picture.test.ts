/** Looks and foldings, seen from the worker's door. */
import { expect, test } from "vitest";
import { DEFAULT_VIEW, type GraphView } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { Layout } from "#lib/layout/model.ts";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { edge, graph, node, settle, World } from "./live.test-support.ts";
import { DEFAULT_LOOK, type Look } from "./look.ts";
import type { FromWorker } from "./messages.ts";
import { Session } from "./session.ts";

const id = (name: string, space = "shop") => `w/${space}/workload/${name}`;
const SHOP = "w/shop/namespace/shop";
const names = ["a", "b", "c", "d"];
const PAY = ["p", "q", "r"].map((name) => node(id(name, "pay")));
const GRAPH = graph(
  [...PAY, ...names.map((name) => node(id(name)))],
  [
    edge(id("a"), id("b")),
    edge(id("b"), id("c"), { id: `${id("b")}>${id("c")}>grpc`, protocol: "grpc" }),
    edge(id("c"), id("d")),
    edge(id("d"), id("p", "pay")),
  ],
);
const FOLDED = graph([...PAY, node(SHOP)], [edge(SHOP, id("p", "pay"))]);

function start() {
  const world = new World();
  const posted: FromWorker[] = [];
  const saved = new Map<string, Layout>();
  const session = new Session({
    ...world.surroundings(),
    post: (message) => posted.push(message),
    now: () => 1000,
    places: {
      load: async (key) => saved.get(key) ?? null,
      save: (key, layout) => void saved.set(key, layout),
      forget: (key) => void saved.delete(key),
      clear: () => saved.clear(),
    },
  });
  const scenes = () => posted.flatMap((message) => (message.type === "scene" ? [message] : []));
  const status = () => posted.flatMap((message) => (message.type === "status" ? [message.status] : [])).at(-1);
  const open = async (view: Partial<GraphView>, of: Graph) => {
    session.receive({ type: "open", view: { ...DEFAULT_VIEW, ...view }, detail: "auto", origin: "http://c" });
    await settle();
    world.last().open();
    await settle();
    world.last().event("snapshot", of, `e-${scenes().length}`);
    await settle();
  };
  const look = async (change: Partial<Look>) => {
    session.receive({ type: "look", look: { ...DEFAULT_LOOK, ...change } });
    await settle();
  };
  /** Where everything was drawn last. */
  const places = () => {
    const strings = scenes().findLast(({ scene }) => scene.strings !== undefined)?.scene.strings;
    const nodes = scenes().at(-1)?.scene.nodes;
    return new Map(strings?.nodeIds.map((one, at) => [one, `${nodes?.x[at]},${nodes?.y[at]}`]));
  };
  return { world, saved, session, posted, scenes, status, open, look, places };
}

test("a focus dims the rest without asking the server, and nothing moves", async () => {
  const { world, scenes, open, look, places, status } = start();
  await open({}, GRAPH);
  const before = places();
  const asked = world.asked.length;
  await look({ focus: id("a"), steps: 1 });
  const last = scenes().at(-1);
  expect(world.asked).toHaveLength(asked);
  expect(last).toMatchObject({ first: false, layoutMs: null });
  expect([...(last?.scene.nodes.bits ?? [])].map((bits) => (bits & NODE_BITS.dimmed) !== 0)).toEqual([
    ...[true, true, true],
    ...[false, false, true, true],
  ]);
  expect([...(last?.scene.edges.bits ?? [])].map((bits) => (bits & EDGE_BITS.dimmed) !== 0)).toEqual([
    ...[false, true, true, true],
  ]);
  expect(places()).toEqual(before);
  expect(status()?.near).toBe(2);
});

test("protocols come and go in place", async () => {
  const { scenes, open, look, places } = start();
  await open({}, GRAPH);
  const before = places();
  await look({ protocols: ["http"] });
  expect(scenes().at(-1)?.scene.edges.source).toHaveLength(3);
  expect(scenes().at(-1)?.layoutMs).toBeNull();
  expect(places()).toEqual(before);
  await look({});
  expect(scenes().at(-1)?.scene.edges.source).toHaveLength(4);
});

test("drilled into and back, everything is where it was", async () => {
  const { open, look, places, saved } = start();
  await open({}, GRAPH);
  const before = places();
  await look({ focus: id("a"), steps: 1, rest: "hide" });
  expect([...places().keys()]).toEqual([id("a"), id("b")]);
  await look({});
  expect(places()).toEqual(before);
  expect([...saved.keys()]).toEqual(["", `around 1 both ${id("a")}`]);
});

test("boxes by app lay the graph out anew, under places of their own", async () => {
  const { open, look, scenes, saved } = start();
  await open({}, graph([node(id("a"), { app: "x" }), node(id("b"), { app: "x" })]));
  await look({ boxes: ["namespace", "app"] });
  expect(
    scenes()
      .at(-1)
      ?.scene.strings?.boxes.map(({ kind, label }) => [kind, label]),
  ).toEqual([
    ["namespace", "shop"],
    ["app", "x"],
  ]);
  expect([...saved.keys()]).toEqual(["", "boxes namespace,app"]);
});

test("a namespace is folded and unfolded in its place, and what is drawn stays until it is", async () => {
  const { world, scenes, session, open, places } = start();
  await open({}, GRAPH);
  const before = places();
  const drawn = scenes().length;
  session.receive({
    type: "open",
    view: { ...DEFAULT_VIEW, fold: ["shop"] },
    detail: "auto",
    origin: "http://c",
  });
  await settle();
  expect(world.last().url).toBe("http://c/api/v1/graph/stream?fold=shop");
  expect(scenes()).toHaveLength(drawn);
  world.last().open();
  await settle();
  world.last().event("snapshot", FOLDED, "e-7");
  await settle();
  expect(scenes().at(-1)?.first).toBe(false);
  for (const { id: one } of PAY) expect(places().get(one)).toBe(before.get(one));
  await open({}, GRAPH);
  expect(places()).toEqual(before);
});

test("a box's own health is its worst member's", async () => {
  const { scenes, open } = start();
  await open({}, graph([node(id("a"), { health: "failing" }), node(id("b"), { health: "degraded" }), ...PAY]));
  const { scene } = scenes().at(-1) as Extract<FromWorker, { type: "scene" }>;
  expect(scene.strings?.boxes.map(({ label }) => label)).toEqual(["pay", "shop"]);
  expect([...scene.boxes.failing]).toEqual([0, 1]);
  expect([...scene.boxes.degraded]).toEqual([0, 1]);
  expect([...scene.boxes.state]).toEqual([0, 2]);
});

test("badges travel with their counts, hubs are said with their names", async () => {
  const { scenes, open, look, status } = start();
  const callers = Array.from({ length: 24 }, (_, i) => id(`n${i}`));
  const hub = id("hub");
  await open(
    {},
    graph(
      [
        node(hub, { badges: ["virtual-service", "circuit-breaker"], badgeCounts: { "virtual-service": 3 } }),
        ...callers.map((one) => node(one)),
      ],
      callers.slice(0, 12).map((one) => edge(one, hub)),
    ),
  );
  const { badges } = scenes().at(-1)?.scene ?? { badges: null };
  expect([[...(badges?.node ?? [])], [...(badges?.kind ?? [])], [...(badges?.count ?? [])]]).toEqual([
    [0, 0],
    [0, 4],
    [3, 1],
  ]);
  await look({ hubs: "badges" });
  expect(scenes().at(-1)?.scene.nodes.x).toHaveLength(24);
  expect(scenes().at(-1)?.scene.badges.node).toHaveLength(12);
  expect(status()?.hubs).toEqual(["hub"]);
});

test("what a comparison says is drawn: new, gone, and the numbers of before", async () => {
  const { scenes, open } = start();
  const before = { rate: 4, errorRate: 0, latency: { mean: null, p50: null, p95: 20, p99: null }, health: "healthy" };
  await open(
    {},
    graph(
      [node(id("a"), { change: "same" }), node(id("b"), { change: "new" }), node(id("c"), { change: "gone" })],
      [edge(id("a"), id("b"), { change: "new" }), edge(id("a"), id("c"), { change: "same", before })],
    ),
  );
  const { nodes, edges } = scenes().at(-1)?.scene ?? { nodes: null, edges: null };
  expect([...(nodes?.change ?? [])]).toEqual([1, 2, 3]);
  expect([...(edges?.change ?? [])]).toEqual([2, 1]);
  expect([...(edges?.rateBefore ?? [])]).toEqual([Number.NaN, 4]);
  expect([...(edges?.p95Before ?? [])]).toEqual([Number.NaN, 20]);
});

test("a mark moved by hand stays where it was put: with new numbers, with newcomers, and in the next visit", async () => {
  const { world, session, posted, open, places, saved, status } = start();
  await open({}, GRAPH);
  const before = places();
  const move = { id: SHOP, dx: 0, dy: 300, how: "drop" as const };
  session.receive({ type: "move", request: 7, move });
  expect(posted.at(-1)).toEqual({ type: "moved", request: 7, moved: true });
  expect(status()?.moves).toBe(1);
  const after = places();
  const lower = (at: string | undefined, by: number) => {
    const [x, y] = (at ?? "").split(",").map(Number);
    return `${x},${(y ?? Number.NaN) + by}`;
  };
  for (const name of names) expect(after.get(id(name))).toBe(lower(before.get(id(name)), 300));
  for (const { id: own } of PAY) expect(after.get(own)).toBe(before.get(own));
  world.last().event("snapshot", { ...GRAPH, nodes: [...GRAPH.nodes, node(id("z"))] }, "e-9");
  await settle();
  for (const [own, at] of after) expect(places().get(own)).toBe(at);

  const later = start();
  later.saved.set("", saved.get("") ?? { nodes: [], boxes: [], width: 0, height: 0, links: 0 });
  await later.open({}, GRAPH);
  for (const [own, at] of after) expect(later.places().get(own)).toBe(at);
});

test("moves are taken back one by one, or all by a fresh layout, which can be taken back too", async () => {
  const { session, posted, open, places, status } = start();
  await open({}, GRAPH);
  const before = places();
  const move = (dy: number) => ({ id: SHOP, dx: 0, dy, how: "drop" as const });
  session.receive({ type: "move", request: 1, move: move(300) });
  const once = places();
  session.receive({ type: "move", request: 2, move: move(80) });
  session.receive({ type: "move", request: 3, move: null });
  expect(places()).toEqual(once);
  session.receive({ type: "move", request: 4, move: null });
  expect(places()).toEqual(before);
  expect(status()?.moves).toBe(0);
  session.receive({ type: "move", request: 5, move: null });
  expect(posted.at(-1)).toEqual({ type: "moved", request: 5, moved: false });
  session.receive({ type: "move", request: 6, move: move(300) });
  session.receive({ type: "relayout" });
  expect(places()).toEqual(before);
  expect(status()?.moves).toBe(2);
  session.receive({ type: "move", request: 7, move: null });
  expect(places()).toEqual(once);
});

test("at a frozen instant a move holds for this visit, and is kept for no other", async () => {
  const { session, open, places, saved } = start();
  await open({ at: "2026-08-20T14:00:00Z" }, GRAPH);
  const before = places();
  session.receive({ type: "move", request: 1, move: { id: SHOP, dx: 0, dy: 300, how: "drop" } });
  expect(places()).not.toEqual(before);
  expect([...saved.keys()]).toEqual([]);
});

test("nothing is moved before there is a drawing, nor what isn't in it", async () => {
  const { session, posted, open } = start();
  session.receive({ type: "move", request: 1, move: { id: SHOP, dx: 0, dy: 30, how: "drop" } });
  await open({}, GRAPH);
  session.receive({ type: "move", request: 2, move: { id: "gone", dx: 0, dy: 30, how: "drop" } });
  expect(posted.flatMap((message) => (message.type === "moved" ? [message.moved] : []))).toEqual([false, false]);
});
