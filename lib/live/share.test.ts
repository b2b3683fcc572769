import { expect, test } from "vitest";
import type { Graph } from "#lib/graph/model.ts";
import { graph, node, settle, World } from "./live.test-support.ts";
import { followStream } from "./share.ts";
import type { StreamEvent } from "./sse.ts";
import { SILENCE_MS, type StreamState } from "./stream.ts";

const GRAPH = graph([node("w/shop/workload/a")]);

/** A tab that keeps what it hears. */
function tab(world: World, o: { locks?: boolean; frozen?: () => boolean; viewer?: string; from?: string } = {}) {
  const heard: string[] = [];
  let state: StreamState | null = null;
  let known: { graph: Graph; id: string } | null = o.from === undefined ? null : { graph: GRAPH, id: o.from };
  const sink = {
    event: ({ name, id }: StreamEvent) => {
      heard.push(`${name} ${id}`);
      if (name !== "source") known = { graph: GRAPH, id };
    },
    beat: () => heard.push("beat"),
    state: (next: StreamState) => {
      state = next;
    },
    known: () => known,
    joined: (_: Graph, id: string) => {
      heard.push(`joined ${id}`);
      known = { graph: GRAPH, id };
    },
  };
  const stream = followStream("/s", o.from ?? "", world.surroundings(o), sink, o.viewer);
  return { heard, stream, state: () => state };
}

async function ready(world: World) {
  await settle();
  world.last().open();
  await settle();
}

test("two tabs, one stream; both hear everything", async () => {
  const world = new World();
  const first = tab(world);
  const second = tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-1");
  world.last().send(":\n");
  await settle();
  expect(world.asked).toHaveLength(1);
  expect(first.heard).toEqual(["snapshot e-1", "beat"]);
  expect(second.heard).toEqual(first.heard);
  expect(second.state()).toEqual({ kind: "open" });
});

test("a tab that joins later gets the graph from the one that has it", async () => {
  const world = new World();
  tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-1");
  await settle();
  const late = tab(world);
  await settle();
  world.last().event("delta", {}, "e-2");
  await settle();
  expect(late.heard).toEqual(["joined e-1", "delta e-2"]);
  expect(late.state()).toEqual({ kind: "open" });
  expect(world.asked).toHaveLength(1);
});

test("who leaves hands over; the next goes on from the last event", async () => {
  const world = new World();
  const first = tab(world);
  const second = tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-1");
  await settle();
  first.stream.close();
  await ready(world);
  expect(world.asked).toHaveLength(2);
  expect(world.asked[0]?.signal.aborted).toBe(true);
  expect(world.last().headers["last-event-id"]).toBe("e-1");
  world.last().event("delta", {}, "e-2");
  await settle();
  expect(second.heard).toEqual(["snapshot e-1", "delta e-2"]);
  expect(first.heard).toEqual(["snapshot e-1"]);
});

test("a frozen holder is replaced, and falls back in line when it wakes", async () => {
  const world = new World();
  let frozen = false;
  const first = tab(world, { frozen: () => frozen });
  const second = tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-1");
  await settle();
  frozen = true;
  await world.pass(SILENCE_MS);
  await ready(world);
  expect(world.asked).toHaveLength(2);
  expect(world.asked[0]?.signal.aborted).toBe(true);
  frozen = false;
  world.last().event("delta", {}, "e-2");
  await settle();
  expect(second.heard).toEqual(["snapshot e-1", "delta e-2"]);
  expect(first.heard).toEqual(["snapshot e-1", "joined e-2"]);
});

test("a tab that comes back where another follows gets the graph as it is now, not a change of it", async () => {
  const world = new World();
  tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-65");
  await settle();
  const back = tab(world, { from: "e-5" });
  await settle();
  expect(back.state()).toEqual({ kind: "open" });
  world.last().event("delta", {}, "e-66");
  await settle();
  expect(back.heard).toEqual(["joined e-65", "delta e-66"]);
});

test("a change that comes before the holder's answer, or after a gap, is left to the answer", async () => {
  const world = new World();
  const first = tab(world);
  let deaf = false;
  const second = tab(world, { frozen: () => deaf });
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-1");
  await settle();
  deaf = true;
  world.last().event("delta", {}, "e-2");
  await settle();
  deaf = false;
  world.last().event("delta", {}, "e-3");
  world.last().event("delta", {}, "e-4");
  await settle();
  world.last().event("delta", {}, "e-5");
  await settle();
  expect(first.heard).toEqual(["snapshot e-1", "delta e-2", "delta e-3", "delta e-4", "delta e-5"]);
  expect(second.heard[0]).toBe("snapshot e-1");
  expect(second.heard[1]).toMatch(/^joined e-[34]$/);
  expect(second.heard.at(-1)).toBe("delta e-5");
});

test("what a source says is no place in the stream: the graph is still told", async () => {
  const world = new World();
  tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-5");
  await settle();
  const late = tab(world);
  // It was under way before the holder heard of the late one.
  const event = { name: "source", data: "{}", id: "e-5" };
  world.surroundings().channel("meshscope  /s").postMessage({ type: "event", event });
  await settle();
  world.last().event("delta", {}, "e-6");
  await settle();
  expect(late.heard).toEqual(["source e-5", "joined e-5", "delta e-6"]);
});

test("after the graph was forgotten nobody goes on from where it was", async () => {
  const world = new World();
  const first = tab(world);
  tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-1");
  await settle();
  world.last().event("reauth", { detail: "Others." });
  await settle();
  world.last().refuse(200, { role: "user" });
  await settle();
  first.stream.close();
  await settle();
  expect(world.last().url).toBe("/s");
  expect(world.last().headers["last-event-id"]).toBeUndefined();
});

test("trouble of the holder is everybody's", async () => {
  const world = new World();
  tab(world);
  const second = tab(world);
  await settle();
  world.last().refuse(403, { code: "forbidden", detail: "No." });
  await settle();
  expect(second.state()).toEqual({ kind: "refused", problem: { code: "forbidden", detail: "No." } });
});

test("without locks every tab has its own stream", async () => {
  const world = new World();
  tab(world, { locks: false });
  tab(world, { locks: false });
  await settle();
  expect(world.asked).toHaveLength(2);
});

test("a tab that still shows what somebody else saw tells it to no other", async () => {
  const world = new World();
  tab(world);
  await ready(world);
  world.last().event("snapshot", GRAPH, "e-1");
  await settle();
  const next = tab(world, { viewer: "ben" });
  await ready(world);
  expect(next.heard).toEqual([]);
  expect(world.asked).toHaveLength(2);
  world.last().event("snapshot", GRAPH, "f-1");
  await settle();
  expect(next.heard).toEqual(["snapshot f-1"]);
});
