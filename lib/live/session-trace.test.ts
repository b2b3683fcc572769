import { expect, test } from "vitest";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { addPlaces, type TracePlaces } from "#lib/tracing/view/places.ts";
import { edge, graph, node, settle } from "./live.test-support.ts";
import type { Details, FromWorker, ToWorker } from "./messages.ts";
import { follow } from "./session.test-support.ts";
import { WHOLE } from "./whole.ts";

const A = "w/shop/workload/a";
const B = "w/shop/workload/b";
const C = "w/pay/workload/c";
const GONE = "w/pay/workload/gone";
const GRAPH = graph([node(A), node(B), node(C)], [edge(A, B), edge(B, C)]);
const SUM = { spans: 2, failed: 1, selfNs: 5, first: [{ key: "a1", name: "GET", ns: 9, failed: true }] };
const CALL = { calls: 1, attempts: 2, failed: 1, ns: 9, first: [] };
const PLACES: TracePlaces = {
  nodes: [A, B, GONE].map((id) => ({ id, sum: SUM })),
  calls: [
    { source: A, target: B, sum: CALL },
    { source: B, target: GONE, sum: CALL },
  ],
  unplaced: 3,
};
const BOTH = { sum: addPlaces(SUM, SUM), marks: 2, calls: { within: 1, inbound: 0, outbound: 0 } };
const SHOW: ToWorker = { type: "trace", places: PLACES };
const { traced: IN, dimmed: FAINT } = NODE_BITS;

async function start(...before: ToWorker[]) {
  const { tell, of, status } = await follow(GRAPH, ...before);
  const bits = () => {
    const scene = of("scene").at(-1)?.scene;
    return [[...(scene?.nodes.bits ?? [])], [...(scene?.edges.bits ?? [])]];
  };
  return { tell, bits, status, last: <T extends FromWorker["type"]>(type: T) => of(type).at(-1) };
}

const LIT = [
  [IN, IN, FAINT],
  [EDGE_BITS.traced, EDGE_BITS.dimmed],
];
const PLAIN = [
  [0, 0, 0],
  [0, 0],
];

test("what a trace went through is marked, the rest steps back, nothing moves, and all comes back", async () => {
  const { tell, last, bits, status } = await start();
  const before = last("scene")?.scene;
  tell(SHOW);
  const after = last("scene");
  expect(after).toMatchObject({ first: false, layoutMs: null });
  expect(after?.scene.strings).toBeUndefined();
  expect([after?.scene.nodes.x, after?.scene.nodes.y]).toEqual([before?.nodes.x, before?.nodes.y]);
  expect(bits()).toEqual(LIT);
  expect(status().trace).toEqual({
    ...{ revision: 1, calls: 2, onMap: 1, missing: [GONE], unplaced: 3 },
    ...{ lit: { nodes: 2, edges: 1 }, hidden: { nodes: 0, edges: 0 } },
  });
  tell({ type: "trace", places: null });
  expect(bits()).toEqual(PLAIN);
  expect(status().trace).toBeNull();
});

test("a trace that is there before the graph is in its first drawing", async () => {
  const { bits } = await start(SHOW);
  expect(bits()).toEqual(LIT);
});

test("a trace that touches nothing of the graph dims nothing", async () => {
  const { tell, bits, status } = await start();
  tell({ type: "trace", places: { nodes: [{ id: GONE, sum: SUM }], calls: [], unplaced: 0 } });
  expect(bits()).toEqual(PLAIN);
  expect(status().trace?.missing).toEqual([GONE]);
});

test("with find each has its say, and what is hidden is counted", async () => {
  const { tell, bits, status } = await start(SHOW);
  tell({ type: "find", find: "name = b", hide: "" });
  expect(bits()).toEqual([
    [IN | FAINT, IN | NODE_BITS.found, FAINT],
    [EDGE_BITS.traced | EDGE_BITS.dimmed, EDGE_BITS.dimmed],
  ]);
  tell({ type: "find", find: "", hide: "name = a" });
  expect(status().trace).toMatchObject({ lit: { nodes: 2, edges: 1 }, hidden: { nodes: 1, edges: 1 } });
});

test.each<[string, string, Extract<Details, { inTrace?: unknown }>["inTrace"]]>([
  ["node", A, SUM],
  ["edge", `${A}>${B}>http`, CALL],
  ["node that it didn't touch", C, undefined],
  ["box", "w/shop/namespace/shop", BOTH],
  ["box that it didn't touch", "w/pay/namespace/pay", undefined],
  ["whole view", WHOLE, BOTH],
])("the details of a %s say what the trace did there", async (_, id, sum) => {
  const { tell, last } = await start();
  tell({ type: "select", id });
  expect(last("details")?.details).not.toHaveProperty("inTrace");
  tell(SHOW);
  expect((last("details")?.details as { inTrace?: unknown }).inTrace).toEqual(sum);
});

test("rows say what the trace went through, and list it first", async () => {
  const { tell, last } = await start(SHOW);
  tell({ type: "rows", request: 1, text: "", limit: 50 });
  expect(last("rows")?.rows.map(({ id, traced }) => [id, traced])).toEqual([
    [`${A}>${B}>http`, true],
    [B, true],
    [A, true],
    [C, false],
    [`${B}>${C}>http`, false],
  ]);
});

test.each<ToWorker>([{ type: "stop" }, { type: "restart", viewer: "other", keepPlaces: false }])(
  "after %j nothing is left of it",
  async (message) => {
    const { tell, status } = await start(SHOW);
    tell(message);
    await settle();
    expect(status().trace).toBeNull();
  },
);
