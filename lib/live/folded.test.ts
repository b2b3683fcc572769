import { expect, test } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { Folded, foldedUrl } from "./folded.ts";
import { graph, node, settle, World } from "./live.test-support.ts";

const URL = "http://c/api/v1/graph?latency=off";
const WHOLE = graph([node("w/shop/workload/a"), node("w/shop/workload/b")]);

function start() {
  const world = new World();
  let time = 0;
  let changes = 0;
  const folded = new Folded({
    fetch: world.surroundings().fetch,
    now: () => time,
    changed: () => {
      changes += 1;
    },
  });
  return {
    folded,
    world,
    changes: () => changes,
    pass: (ms: number) => {
      time += ms;
    },
    async answer(body: unknown = WHOLE) {
      world.last().refuse(200, body);
      await settle();
    },
  };
}

test("asks for every workload of the scope, whatever is folded, without latencies", () => {
  const view = { ...DEFAULT_VIEW, namespaces: ["shop"], lens: "namespace", fold: ["w/shop"], window: "5m" } as const;
  expect(foldedUrl("http://c", view)).toBe("http://c/api/v1/graph?namespaces=shop&window=5m&latency=off");
});

test("compares nothing, at the same instant, and keeps the services that calls are drawn through", () => {
  const at = "2026-08-20T14:00:00Z";
  const view = { ...DEFAULT_VIEW, at, compareAt: "2026-08-20T13:00:00Z", compareWindow: "5m", services: true } as const;
  expect(decodeURIComponent(foldedUrl("http://c", view))).toBe(
    `http://c/api/v1/graph?at=${at}&latency=off&services=on`,
  );
});

test("reads once for all that is typed, and says when it is there", async () => {
  const { folded, world, answer, changes } = start();
  expect(folded.status()).toBeNull();
  expect(folded.ask(URL)).toBeNull();
  expect(folded.ask(URL)).toBeNull();
  expect(world.asked).toHaveLength(1);
  expect(folded.status()).toEqual({ state: "reading", at: null, marks: 0 });
  await answer();
  expect(changes()).toBe(1);
  expect(folded.status()).toEqual({ state: "ready", at: WHOLE.at, marks: 2 });
  expect(folded.ask(URL)?.nodes).toHaveLength(2);
  expect(world.asked).toHaveLength(1);
});

test("an answer is kept for half a minute, and the old one until the next is there", async () => {
  const { folded, world, answer, pass } = start();
  folded.ask(URL);
  await answer();
  pass(29_999);
  folded.ask(URL);
  expect(world.asked).toHaveLength(1);
  pass(1);
  expect(folded.ask(URL)).toEqual(WHOLE);
  expect(world.asked).toHaveLength(2);
  await answer({ ...WHOLE, at: "2026-08-20T14:00:30Z" });
  expect(folded.status()).toMatchObject({ at: "2026-08-20T14:00:30Z" });
});

test("another view ends the request for this one, and its answer counts for nothing", async () => {
  const { folded, world, answer, changes } = start();
  folded.ask(URL);
  const [first] = world.asked;
  folded.keepOnly(`${URL}&window=5m`);
  expect(first?.signal.aborted).toBe(true);
  expect(folded.status()).toBeNull();
  await settle();
  expect(changes()).toBe(0);
  folded.ask(`${URL}&window=5m`);
  await answer();
  expect(folded.status()).toMatchObject({ state: "ready" });
  folded.keepOnly(null);
  expect(folded.status()).toBeNull();
});

test("a failure is said, and tried again by who types on, but not by every letter", async () => {
  const { folded, world, pass, answer } = start();
  folded.ask(URL);
  world.last().refuse(503);
  await settle();
  expect(folded.status()).toEqual({ state: "failed", at: null, marks: 0 });
  pass(4_999);
  folded.ask(URL);
  expect(world.asked).toHaveLength(1);
  pass(1);
  folded.ask(URL);
  expect(world.asked).toHaveLength(2);
  world.last().fail();
  await settle();
  expect(folded.status()).toMatchObject({ state: "failed" });
  pass(5_000);
  folded.ask(URL);
  await answer();
  expect(folded.status()).toMatchObject({ state: "ready" });
});
