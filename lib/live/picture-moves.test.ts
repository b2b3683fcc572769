/** Moves by hand, seen from the worker's door. */
import { expect, test } from "vitest";
import { edge, graph, node, settle } from "./live.test-support.ts";
import { DEFAULT_LOOK } from "./look.ts";
import type { FromWorker } from "./messages.ts";
import { GRAPH, id, names, PAY, SHOP, start } from "./picture.test-support.ts";

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

test("what was moved by hand goes with a link: whoever opens it sees the same, wherever they had moved things themselves", async () => {
  const { session, posted, open, places } = start();
  await open({}, GRAPH);
  session.receive({ type: "move", request: 1, move: { id: SHOP, dx: 0, dy: 300, how: "drop" } });
  session.receive({ type: "move", request: 2, move: { id: id("a"), dx: 40, dy: 90, how: "drop" } });
  const mine = places();
  const text = (answer: FromWorker | undefined) => (answer?.type === "byHand" ? answer.text : "");
  session.receive({ type: "byHand", request: 3 });
  const moved = text(posted.at(-1));
  expect(moved).not.toBe("");

  const other = start();
  await other.open({}, GRAPH);
  other.session.receive({ type: "move", request: 1, move: { id: SHOP, dx: 500, dy: 0, how: "drop" } });
  const theirs = other.places();
  const kept = new Map(other.saved);
  other.session.receive({ type: "look", look: { ...DEFAULT_LOOK, moved } });
  await settle();
  expect(other.places()).toEqual(mine);
  // Taken along once more it is the same link, and it changes nothing of their own.
  other.session.receive({ type: "byHand", request: 2 });
  expect(new Set(text(other.posted.at(-1)).split("_"))).toEqual(new Set(moved.split("_")));
  expect(other.saved).toEqual(kept);
  other.session.receive({ type: "look", look: DEFAULT_LOOK });
  await settle();
  expect(other.places()).toEqual(theirs);
});

test("a fresh layout forgets a link's places, and can be taken back", async () => {
  const { session, posted, open, places } = start();
  await open({}, GRAPH);
  const cold = places();
  session.receive({ type: "move", request: 1, move: { id: SHOP, dx: 0, dy: 300, how: "drop" } });
  session.receive({ type: "byHand", request: 2 });
  const answer = posted.at(-1);
  const moved = answer?.type === "byHand" ? answer.text : "";
  session.receive({ type: "look", look: { ...DEFAULT_LOOK, moved } });
  await settle();
  const linked = places();
  expect(linked).not.toEqual(cold);
  session.receive({ type: "relayout" });
  expect(places()).toEqual(cold);
  session.receive({ type: "byHand", request: 3 });
  expect(posted.at(-1)).toMatchObject({ type: "byHand", text: "", left: 0 });
  session.receive({ type: "move", request: 4, move: null });
  expect(places()).toEqual(linked);
});

test("nothing is moved before there is a drawing, nor what isn't in it", async () => {
  const { session, posted, open } = start();
  session.receive({ type: "move", request: 1, move: { id: SHOP, dx: 0, dy: 30, how: "drop" } });
  await open({}, GRAPH);
  session.receive({ type: "move", request: 2, move: { id: "gone", dx: 0, dy: 30, how: "drop" } });
  expect(posted.flatMap((message) => (message.type === "moved" ? [message.moved] : []))).toEqual([false, false]);
});

test("a link that says from where to look is laid out afresh for everybody, and has the places of a map that grew", async () => {
  const mine = start();
  const [first = GRAPH.nodes[0]] = GRAPH.nodes;
  await mine.open({}, { ...GRAPH, nodes: GRAPH.nodes.filter((one) => one !== first), edges: GRAPH.edges.slice(0, 2) });
  mine.world.last().event("snapshot", GRAPH, "e-9");
  await settle();
  const grown = mine.places();
  mine.session.receive({ type: "byHand", request: 1 });
  const answer = mine.posted.at(-1);
  const moved = answer?.type === "byHand" ? answer.text : "";
  expect(moved).not.toBe("");

  const fresh = start();
  await fresh.open({}, GRAPH);
  const cold = fresh.places();
  expect(cold).not.toEqual(grown);
  fresh.session.receive({ type: "byHand", request: 1 });
  expect(fresh.posted.at(-1)).toMatchObject({ text: "", held: 0, alike: true });

  // Somebody who has moved things opens both links.
  const theirs = start();
  await theirs.open({}, GRAPH);
  theirs.session.receive({ type: "move", request: 1, move: { id: SHOP, dx: 500, dy: 0, how: "drop" } });
  const own = theirs.places();
  await theirs.look({ camera: "10,20,1.5" });
  expect(theirs.places()).toEqual(cold);
  await theirs.look({ camera: "10,20,1.5", moved });
  expect(theirs.places()).toEqual(grown);
  await theirs.look({});
  expect(theirs.places()).toEqual(own);
});

test("a link has the places of a map that was laid out when other calls carried most", async () => {
  const loop = (there: number, back: number) =>
    graph(GRAPH.nodes, [edge(id("a"), id("b"), { rate: there }), edge(id("b"), id("a"), { rate: back })]);
  const mine = start();
  await mine.open({}, loop(2000, 0.01));
  const asked = (session: typeof mine.session, posted: typeof mine.posted) => {
    session.receive({ type: "byHand", request: 1 });
    const answer = posted.at(-1);
    return answer?.type === "byHand" ? answer : null;
  };
  expect(asked(mine.session, mine.posted)).toMatchObject({ text: "", alike: true });
  mine.world.last().event("snapshot", loop(0.01, 2000), "e-9");
  await settle();
  const then = mine.places();

  const theirs = start();
  await theirs.open({}, loop(0.01, 2000));
  expect(theirs.places(), "a fresh layout differs").not.toEqual(then);
  const link = asked(mine.session, mine.posted);
  expect(link).toMatchObject({ held: 0, alike: true });
  await theirs.look({ moved: link?.text ?? "" });
  expect(theirs.places()).toEqual(then);
});
