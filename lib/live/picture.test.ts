/** Looks and foldings, seen from the worker's door. */
import { expect, test } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { edge, graph, node, settle } from "./live.test-support.ts";
import type { FromWorker } from "./messages.ts";
import { FOLDED, GRAPH, id, PAY, start } from "./picture.test-support.ts";

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

test("a database that never answers doesn't keep the graph from being drawn", async () => {
  const { world, scenes, open } = start(new Promise<null>(() => undefined));
  await open({}, GRAPH);
  expect(scenes()).toHaveLength(0);
  await world.pass(1000);
  expect(scenes()).toHaveLength(1);
  expect(scenes()[0]?.scene.strings?.nodeIds).toHaveLength(GRAPH.nodes.length);
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

test("boxes by app lay the graph out anew, under places of their own, and it is as before without them", async () => {
  const { open, look, places, scenes, saved } = start();
  await open({}, graph([node(id("a"), { app: "x" }), node(id("b"), { app: "x" })]));
  const before = places();
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
  await look({});
  expect(places()).toEqual(before);
  expect(scenes().at(-1)?.scene.strings?.boxes).toHaveLength(1);
});

test("in another layout there are no boxes, each has places of its own, and one goes back and forth", async () => {
  const { open, look, places, scenes, saved } = start();
  await open({}, GRAPH);
  const layered = places();
  await look({ layout: "grid" });
  const grid = places();
  expect(grid).not.toEqual(layered);
  expect(scenes().at(-1)?.scene.strings?.boxes).toEqual([]);
  await look({ layout: "concentric" });
  expect(places()).not.toEqual(grid);
  await look({ layout: "grid", boxes: ["app"] });
  expect(places()).toEqual(grid);
  await look({});
  expect(places()).toEqual(layered);
  expect(scenes().at(-1)?.scene.strings?.boxes).toHaveLength(2);
  expect([...saved.keys()].sort()).toEqual(["", "concentric", "grid"]);
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

test("that nothing is laid out is told once it is known, also where the places of the last visit come late", async () => {
  const places = Promise.withResolvers<null>();
  const { status, look, open } = start(places.promise);
  await look({ show: "trouble" });
  await open({}, graph([node(id("a"))]));
  expect(status()).toMatchObject({ nodes: 1, placed: null });
  places.resolve(null);
  await settle();
  expect(status()).toMatchObject({ nodes: 1, placed: 0 });
});
