/** What is told, and where things are drawn, while a layout takes its time: seen from the worker's door. */
import { expect, test } from "vitest";
import { perSecond } from "#lib/units.ts";
import { edge, graph, node, settle } from "./live.test-support.ts";
import { DEFAULT_LOOK } from "./look.ts";
import { GRAPH, id, SHOP, start } from "./picture.test-support.ts";

/** A session whose layouts give others their turn: its clock runs by 50 ms whenever it is asked. */
function slow() {
  let time = 0;
  const at = start(undefined, () => {
    time += 50;
    return time;
  });
  const rest = () => at.world.pass(0);
  const arrive = async (of: typeof GRAPH, event: string) => {
    at.world.last().event("snapshot", of, event);
    await settle();
  };
  const moveBy = (dy: number | null) => {
    const move = dy === null ? null : ({ id: SHOP, dx: 0, dy, how: "drop" } as const);
    at.session.receive({ type: "move", request: 1, move });
  };
  return { ...at, rest, arrive, moveBy };
}

const FOCUSED = { ...DEFAULT_LOOK, focus: id("a"), steps: 1 };
const LATER = graph([...GRAPH.nodes, node(id("z"))], [...GRAPH.edges, edge(id("z"), id("a"))]);
const FASTER = { ...LATER, edges: LATER.edges.map((each) => ({ ...each, rate: perSecond(99) })) };

test("what is drawn is told when it is, also where it is what was told before a fresh layout", async () => {
  const { session, open, status, rest } = slow();
  session.receive({ type: "look", look: FOCUSED });
  await open({}, GRAPH);
  await rest();
  const before = status();
  expect(before).toMatchObject({ near: 2, placed: 7, moves: 0 });
  session.receive({ type: "relayout" });
  expect(status()).toMatchObject({ near: null, placed: null, moves: 1 });
  await rest();
  expect(status()).toEqual({ ...before, moves: 1 });
});

test("of a view that is laid out late, it is told how much is placed", async () => {
  const { open, status, rest, arrive } = slow();
  await open({}, GRAPH);
  expect(status()?.placed).toBeNull();
  await rest();
  expect(status()?.placed).toBe(7);
  await arrive(LATER, "e-2");
  expect(status()).toMatchObject({ nodes: 8, placed: 7 });
  await rest();
  expect(status()?.placed).toBe(8);
  await open({ window: "5m", lens: "app" }, GRAPH);
  expect(status()?.placed).toBeNull();
  await rest();
  expect(status()?.placed).toBe(7);
});

test("a move that is taken back is told and kept at once, and who came since has a place though numbers come meanwhile", async () => {
  const { open, status, places, rest, arrive, moveBy, saved } = slow();
  await open({}, GRAPH);
  await rest();
  const before = places();
  moveBy(300);
  await arrive(LATER, "e-2");
  await rest();
  expect(status()?.moves).toBe(1);
  moveBy(null);
  expect(status()?.moves).toBe(0);
  // Kept for the next visit already, whatever becomes of the layout that places the newcomer.
  const kept = saved.get("")?.nodes.find((each) => each.id === id("a"));
  expect(`${kept?.x},${kept?.y}`).toBe(before.get(id("a")));
  await arrive(FASTER, "e-3");
  await rest();
  const after = places();
  for (const [own, at] of before) expect(after.get(own)).toBe(at);
  expect(new Set(after.values()).size).toBe(8);
  expect(after.get(id("z"))).not.toBe("0,0");
});

test("who came while another look was on has a place in the one before, where nothing else moves", async () => {
  const { session, open, places, rest, arrive } = slow();
  await open({}, GRAPH);
  await rest();
  const before = places();
  session.receive({ type: "look", look: { ...DEFAULT_LOOK, boxes: [] } });
  await settle();
  await rest();
  await arrive(LATER, "e-2");
  await rest();
  session.receive({ type: "look", look: DEFAULT_LOOK });
  await settle();
  await rest();
  const after = places();
  for (const [own, at] of before) expect(after.get(own)).toBe(at);
  expect(new Set(after.values()).size).toBe(8);
  expect(after.get(id("z"))).not.toBe("0,0");
});

test("nor does the last visit's drawing of a look leave out who wasn't there then", async () => {
  const { session, open, places, rest, saved } = slow();
  const earlier = start();
  await earlier.open({}, GRAPH);
  await earlier.look({ boxes: [] });
  for (const [key, of] of earlier.saved) if (key !== "") saved.set(key, of);
  await open({}, LATER);
  await rest();
  session.receive({ type: "look", look: { ...DEFAULT_LOOK, boxes: [] } });
  await settle();
  await rest();
  const [then, now] = [earlier.places(), places()];
  for (const [own, at] of then) expect(now.get(own)).toBe(at);
  expect(new Set(now.values()).size).toBe(8);
  expect(now.get(id("z"))).not.toBe("0,0");
});

test("a fresh layout doesn't wait for the places of the last visit, nor is it undone when they come", async () => {
  const stored = Promise.withResolvers<null>();
  const { session, open, status, places, scenes } = start(stored.promise);
  await open({}, GRAPH);
  expect(status()?.placed).toBeNull();
  session.receive({ type: "relayout" });
  expect(status()).toMatchObject({ placed: 7, moves: 0 });
  const [fresh, count] = [places(), scenes().length];
  stored.resolve(null);
  await settle();
  expect([places(), scenes().length]).toEqual([fresh, count]);
});
