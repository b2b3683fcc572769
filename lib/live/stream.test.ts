import { expect, test } from "vitest";
import { settle, World } from "./live.test-support.ts";
import type { StreamEvent } from "./sse.ts";
import { backoff, openStream, SILENCE_MS, type StreamState } from "./stream.ts";

function follow(lastId = "") {
  const world = new World();
  const states: StreamState[] = [];
  const events: StreamEvent[] = [];
  let beats = 0;
  const stream = openStream("/api/v1/graph/stream?window=1m", lastId, world.surroundings(), {
    state: (state) => states.push(state),
    event: (event) => events.push(event),
    beat: () => {
      beats += 1;
    },
  });
  return { world, stream, events, states, beats: () => beats, kinds: () => states.map(({ kind }) => kind) };
}

test("connects, hands on events, hears heartbeats", async () => {
  const { world, events, beats, kinds } = follow();
  world.last().open();
  await settle();
  world.last().send(": beat\n\nevent: snapshot\nid: e-1\ndata: {}\n\n");
  await settle();
  expect(kinds()).toEqual(["connecting", "open"]);
  expect(events).toEqual([{ name: "snapshot", data: "{}", id: "e-1" }]);
  expect(beats()).toBe(1);
  expect(world.last().headers).toEqual({ accept: "text/event-stream" });
});

test("a lost connection goes on from the last event, later each time, and soon again after a success", async () => {
  const { world, states } = follow();
  world.last().open();
  await settle();
  world.last().event("delta", {}, "e-4");
  await settle();
  world.last().end();
  await settle();
  expect(states.at(-1)).toMatchObject({ kind: "waiting", problem: { code: "upstream_unreachable" } });
  expect(world.asked).toHaveLength(1);
  await world.pass(500);
  expect(world.asked).toHaveLength(2);
  expect(world.last().headers["last-event-id"]).toBe("e-4");
  world.last().fail();
  await settle();
  await world.pass(999);
  expect(world.asked).toHaveLength(2);
  await world.pass(1);
  expect(world.asked).toHaveLength(3);
});

test("silence is noticed, heartbeats prevent that", async () => {
  const { world, states } = follow();
  world.last().open();
  await settle();
  await world.pass(SILENCE_MS - 1);
  world.last().send(":\n");
  await settle();
  await world.pass(SILENCE_MS - 1);
  expect(states.at(-1)?.kind).toBe("open");
  await world.pass(1);
  expect(states.at(-1)).toMatchObject({
    kind: "waiting",
    problem: { detail: expect.stringContaining("stopped sending") },
  });
  expect(world.asked[0]?.signal.aborted).toBe(true);
});

test.each([
  [400, "refused"],
  [401, "refused"],
  [403, "refused"],
  [404, "refused"],
  [408, "waiting"],
  [429, "waiting"],
  [500, "waiting"],
  [503, "waiting"],
])("status %d leaves it %s", async (status, kind) => {
  const { world, states } = follow();
  world.last().refuse(status, { code: "bad_window", detail: "Choose another." });
  await settle();
  expect(states.at(-1)).toEqual({ kind, problem: { code: "bad_window", detail: "Choose another." } });
  await world.pass(60_000);
  expect(world.asked.length > 1).toBe(kind === "waiting");
});

test("a server that asks for patience gets it", async () => {
  const { world } = follow();
  world.last().refuse(503, { code: "too_many_streams", detail: "Full." }, { "retry-after": "30" });
  await settle();
  await world.pass(29_999);
  expect(world.asked).toHaveLength(1);
  await world.pass(1);
  expect(world.asked).toHaveLength(2);
});

test("an answer that isn't ours is still told", async () => {
  const { world, states } = follow();
  world.last().refuse(502, "<html>");
  await settle();
  expect(states.at(-1)).toMatchObject({ problem: { code: "internal", detail: expect.stringContaining("502") } });
});

test("bye comes back when told, reauth doesn't", async () => {
  const { world, states } = follow();
  world.last().open();
  await settle();
  world.last().event("bye", { retryMs: 7000 });
  await settle();
  await world.pass(6999);
  expect(world.asked).toHaveLength(1);
  await world.pass(1);
  expect(world.asked).toHaveLength(2);
  world.last().open();
  await settle();
  world.last().event("reauth", { detail: "Over." });
  await settle();
  expect(world.asked).toHaveLength(3);
  expect(world.last().url).toMatch(/session$/);
  world.last().refuse(200, { role: "guest" });
  await settle();
  expect(states.at(-1)).toMatchObject({ kind: "refused", problem: { code: "reauth", detail: "Over." } });
  await world.pass(600_000);
  expect(world.asked).toHaveLength(3);
});

test("reauth with a session that still is one starts afresh at once", async () => {
  const { world, states } = follow();
  world.last().open();
  await settle();
  world.last().event("snapshot", {}, "e-4");
  await settle();
  world.last().event("reauth", { detail: "What you may see has changed." });
  await settle();
  world.last().refuse(200, { role: "user" });
  await settle();
  await world.pass(0);
  expect(world.asked).toHaveLength(3);
  expect(world.last().headers["last-event-id"]).toBeUndefined();
  expect(states.some(({ kind }) => kind === "refused")).toBe(false);
});

test("reauth with nobody to ask about the session ends in a refusal", async () => {
  const { world, states } = follow();
  world.last().open();
  await settle();
  world.last().event("reauth", {});
  await settle();
  world.last().fail();
  await settle();
  expect(states.at(-1)).toMatchObject({ kind: "refused", problem: { code: "reauth" } });
});

test("after close nothing is said or asked any more", async () => {
  const { world, stream, states } = follow();
  world.last().open();
  await settle();
  const before = states.length;
  stream.close();
  await world.pass(600_000);
  expect(states).toHaveLength(before);
  expect(world.asked).toHaveLength(1);
  expect(world.last().signal.aborted).toBe(true);
});

test("waits grow to 15 s, with a spread", () => {
  expect([0, 1, 2, 9].map((attempt) => backoff(attempt, 0.5))).toEqual([500, 1000, 2000, 15_000]);
  expect(backoff(9, 0)).toBeLessThan(backoff(9, 0.99));
});
