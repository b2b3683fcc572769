import { expect, test } from "vitest";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { edge, graph, node, settle } from "./live.test-support.ts";
import type { ToWorker } from "./messages.ts";
import { follow } from "./session.test-support.ts";

const A = "w/shop/workload/a";
const B = "w/shop/workload/b";
const C = "w/pay/workload/c";
const GRAPH = graph(
  [node(A), node(B, { health: "failing" }), node(C)],
  [edge(A, B, { errorRate: 5, health: "failing" }), edge(B, C)],
);

async function start(...before: ToWorker[]) {
  const followed = await follow(GRAPH, ...before);
  return { ...followed, scenes: () => followed.of("scene") };
}

const find = (text: string, hide = ""): ToWorker => ({ type: "find", find: text, hide });

test("what is found is marked in the next scene, which moves nothing and brings no strings", async () => {
  const { tell, scenes, status } = await start();
  tell(find("health = failing"));
  const [before, after] = [scenes()[0]?.scene, scenes()[1]?.scene];
  expect(scenes()).toHaveLength(2);
  expect(scenes()[1]).toMatchObject({ first: false, layoutMs: null });
  expect(after?.strings).toBeUndefined();
  expect(after?.nodes.x).toEqual(before?.nodes.x);
  expect([...(after?.nodes.bits ?? [])]).toEqual([0, NODE_BITS.found, NODE_BITS.dimmed]);
  expect([...(after?.edges.bits ?? [])]).toEqual([EDGE_BITS.found, EDGE_BITS.dimmed]);
  expect(status().find).toMatchObject({ matches: { nodes: 1, edges: 1 }, hidden: { nodes: 0, edges: 0 } });
});

test("what is hidden is left out, what stays doesn't move, and all comes back", async () => {
  const { tell, scenes, status } = await start();
  const all = scenes()[0]?.scene;
  const place = (id: string, scene = scenes().at(-1)?.scene) => {
    const at = scene?.strings?.nodeIds.indexOf(id) ?? -1;
    return [scene?.nodes.x[at], scene?.nodes.y[at]];
  };
  tell(find("", "name = c"));
  expect(scenes().at(-1)?.scene.strings).toMatchObject({ nodeIds: [A, B], edgeIds: [`${A}>${B}>http`] });
  expect(scenes().at(-1)).toMatchObject({ first: false, layoutMs: null });
  expect([place(A), place(B)]).toEqual([place(A, all), place(B, all)]);
  expect(status()).toMatchObject({ nodes: 3, edges: 2, find: { hidden: { nodes: 1, edges: 1 } } });
  tell(find("", ""));
  expect(scenes().at(-1)?.scene.strings?.nodeIds).toEqual(all?.strings?.nodeIds);
  expect(place(C)).toEqual(place(C, all));
});

test("each delta is found and hidden anew", async () => {
  const { tell, event, scenes, status } = await start(find("error > 1%", "health = idle"));
  expect(scenes()[0]?.scene.strings?.nodeIds).toEqual([A, B, C]);
  expect(status().find.matches).toEqual({ nodes: 2, edges: 1 });
  const head = { seq: 2, at: "2026-08-20T14:00:05Z", window: "1m", latencyAt: null, configurationAt: null };
  const delta = {
    ...head,
    removed: { nodes: [], edges: [] },
    nodes: [node(C, { health: "idle" })],
    edges: [edge(A, B)],
  };
  await event("delta", delta, "e-2");
  expect(scenes().at(-1)?.scene.strings?.nodeIds).toEqual([A, B]);
  expect(status().find).toMatchObject({ matches: { nodes: 0, edges: 0 }, hidden: { nodes: 1, edges: 1 } });
  tell(find("error > 1% AND", "health = idle"));
  expect(status().find.matches).toEqual({ nodes: 0, edges: 0 });
});

test("a text that can't be read changes nothing that is drawn", async () => {
  const { tell, scenes, status } = await start();
  tell(find("name = a"));
  const drawn = scenes().at(-1)?.scene.nodes.bits;
  tell(find("name = a OR nmae"));
  expect(scenes().at(-1)?.scene.nodes.bits).toEqual(drawn);
  expect(status().find.matches).toEqual({ nodes: 1, edges: 0 });
});

test("the same texts again draw nothing", async () => {
  const { tell, scenes } = await start(find("idle"));
  const before = scenes().length;
  tell(find("idle"));
  expect(scenes()).toHaveLength(before);
});

test("whoever types is helped, with names of the graph", async () => {
  const { tell, of } = await start();
  tell({ type: "assist", request: 7, text: "ns = pa", cursor: 7 });
  tell({ type: "assist", request: 8, text: "helthy", cursor: 6 });
  const [first, second] = of("assist");
  expect(first).toMatchObject({ request: 7, items: [{ insert: "pay" }], problem: null });
  expect(second).toMatchObject({ request: 8, problem: { at: 0, length: 6 } });
});

test("rows say what is found, and list what is hidden only by name", async () => {
  const { tell, of } = await start(find("name = a", "name = b"));
  tell({ type: "rows", request: 1, text: "", limit: 50 });
  tell({ type: "rows", request: 2, text: "b", limit: 50 });
  const [listed, named] = of("rows");
  expect(listed?.rows.map(({ id, found }) => [id, found])).toEqual([
    [A, true],
    [C, false],
  ]);
  expect(named?.rows[0]).toMatchObject({ id: B, hidden: true });
});

test("labels are asked for once an expression names one, and the drawing stands meanwhile", async () => {
  const { world, tell, event, scenes, status } = await start(find("name = a"));
  expect(world.asked.map(({ url }) => url)).toEqual(["http://c/api/v1/graph/stream"]);
  tell(find("name = a", "label:app = x"));
  await settle();
  expect(world.last().url).toBe("http://c/api/v1/graph/stream?labels=on");
  expect(status()).toMatchObject({ nodes: 3, find: { hidden: { nodes: 0 }, blind: { hide: [expect.any(String)] } } });
  world.last().open();
  await settle();
  await event("snapshot", { ...GRAPH, nodes: [node(A), node(B), node(C, { labels: { app: "x" } })] }, "f-1");
  expect(status().find).toMatchObject({ hidden: { nodes: 1, edges: 1 }, blind: { hide: [] } });
  expect(scenes().at(-1)).toMatchObject({ first: false, layoutMs: null });
  tell(find("label:app", "label:app = y"));
  await settle();
  expect(world.asked).toHaveLength(2);
  tell(find("", ""));
  await settle();
  expect(world.last().url).toBe("http://c/api/v1/graph/stream");
});
