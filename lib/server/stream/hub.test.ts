import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW, type GraphView } from "#lib/api/view.ts";
import { problemOf } from "#lib/errors.ts";
import { applyDelta } from "#lib/graph/delta.ts";
import type { Graph, GraphDelta, SourceStatus } from "#lib/graph/model.ts";
import { unixSeconds } from "#lib/units.ts";
import { ANYONE, fakeConsole } from "../fake-console.test-support.ts";
import { EVERYTHING } from "../rights/rights.ts";
import { parseEventId } from "./event.ts";
import { BUFFER, PATIENCE, Viewer } from "./viewer.ts";

interface Received {
  readonly event: string;
  readonly id: string | null;
  readonly data: unknown;
}

/** Reads a stream as a browser would; `events` grows while it is read. */
function listen(body: ReadableStream<Uint8Array>) {
  const events: Received[] = [];
  const state = { comments: 0, ended: false, bytes: 0 };
  const reader = body.getReader();
  let text = "";
  const decoder = new TextDecoder();
  const run = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      state.bytes += value.length;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null;
        if (block.startsWith(":")) state.comments += 1;
        else
          events.push({
            event: field("event") ?? "message",
            id: field("id"),
            data: JSON.parse(field("data") ?? "null"),
          });
      }
    }
    state.ended = true;
  };
  const done = run().catch(() => {
    state.ended = true;
  });
  return { events, state, done, cancel: () => reader.cancel() };
}

const never = () => new AbortController().signal;
const kinds = (events: readonly Received[]) => events.map(({ event }) => event);

describe("a stream", () => {
  it("starts with a snapshot, then one delta a poll that leads to the next graph", async () => {
    const { hub, timers, client, telemetry } = fakeConsole();
    const { events } = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(1_000);
    client.answers.rates = 25;
    await timers.advance(10_000);
    expect(kinds(events)).toEqual(["snapshot", "delta", "delta"]);
    const [snapshot, ...deltas] = events;
    const graph = deltas.reduce((before, { data }) => applyDelta(before, data as GraphDelta), snapshot?.data as Graph);
    expect(graph.edges[0]?.rate).toBe(25);
    expect(graph.edges).toEqual(
      JSON.parse(JSON.stringify(telemetry.feed("1m").publication?.view(DEFAULT_VIEW, EVERYTHING).elements.edges)),
    );
    expect((deltas[1]?.data as GraphDelta).edges).toEqual([]);
    expect(deltas.map(({ id }) => parseEventId(id)?.seq)).toEqual([1, 2]);
  });

  it("sends the same bytes to fifty viewers for the queries of one", async () => {
    const { hub, timers, client } = fakeConsole();
    const viewers = Array.from({ length: 50 }, () => listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE)));
    await timers.advance(21_000);
    expect(new Set(viewers.map(({ state }) => state.bytes)).size).toBe(1);
    expect(viewers[0]?.events.length).toBe(5);
    expect(client.asked.rates).toBeLessThanOrEqual(6);
    expect(hub.channels).toBe(1);
  });

  it("resumes where a connection broke, with the deltas in between", async () => {
    const { hub, timers, client } = fakeConsole();
    const first = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(6_000);
    await first.cancel();
    const last = first.events.at(-1)?.id ?? null;
    client.answers.rates = 3;
    await timers.advance(11_000);
    const second = listen(hub.open(DEFAULT_VIEW, last, never(), ANYONE));
    await timers.advance(10);
    expect(kinds(second.events)).toEqual(["delta", "delta", "source"]);
  });

  it.each([
    ["unknown", "zzz-4"],
    ["no id of ours", "hello"],
    ["of the future", null],
  ])("answers an event id that is %s with a snapshot", async (_, id) => {
    const { hub, timers } = fakeConsole();
    const first = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(6_000);
    const epoch = parseEventId(first.events[0]?.id ?? null)?.epoch;
    const second = listen(hub.open(DEFAULT_VIEW, id ?? `${epoch}-99`, never(), ANYONE));
    await timers.advance(10);
    expect(kinds(second.events)).toEqual(["snapshot"]);
  });

  it("starts anew, in a new epoch, once nobody has looked for a while", async () => {
    const { hub, timers, client } = fakeConsole();
    const first = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(6_000);
    await first.cancel();
    await timers.advance(40_000);
    expect(hub.channels).toBe(0);
    await timers.advance(10_000);
    const asked = client.asked.rates;
    await timers.advance(60_000);
    expect(client.asked.rates).toBe(asked);
  });

  it("beats every 15 s", async () => {
    const { hub, timers } = fakeConsole();
    const { state } = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(46_000);
    expect(state.comments).toBe(3);
  });

  it("tells of a dying source within ten seconds, and of its return", async () => {
    const { hub, timers, client } = fakeConsole();
    const { events } = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(1_000);
    client.answers.rates = "upstream_unreachable";
    client.answers.other = "upstream_unreachable";
    client.answers.probe = "upstream_unreachable";
    await timers.advance(10_000);
    const sources = () => events.filter(({ event }) => event === "source").map(({ data }) => data as SourceStatus);
    expect(sources().at(-1)).toMatchObject({ name: "main", state: "stale" });
    expect(kinds(events)).not.toContain("bye");
    client.answers.rates = 1;
    client.answers.other = 1;
    client.answers.probe = 1;
    await timers.advance(20_000);
    expect(sources().at(-1)).toMatchObject({ state: "ok" });
    expect(events.at(-1)?.event).toBe("delta");
  });
});

describe("a stream that compares", () => {
  const comparing = (at: number): GraphView => ({ ...DEFAULT_VIEW, compareAt: String(at) });

  it("reads its earlier window once for all viewers, and compares each poll with it", async () => {
    const { hub, timers, client } = fakeConsole();
    const now = timers.now();
    client.earlier = { than: unixSeconds(now - 300), answers: { rates: 4 } };
    const viewers = Array.from({ length: 20 }, () => listen(hub.open(comparing(now - 600), null, never(), ANYONE)));
    await timers.advance(1_000);
    client.answers.rates = 25;
    await timers.advance(10_000);
    const events = viewers[0]?.events ?? [];
    expect(kinds(events)).toEqual(["snapshot", "delta", "delta"]);
    const [snapshot, ...deltas] = events;
    const first = snapshot?.data as Graph;
    expect(first).toMatchObject({
      compared: { window: "1m" },
      edges: [{ rate: 10, change: "same", before: { rate: 4 } }],
    });
    const last = deltas.reduce((before, { data }) => applyDelta(before, data as GraphDelta), first);
    expect(last).toMatchObject({ compared: first.compared, edges: [{ rate: 25, before: { rate: 4 } }] });
    expect(new Set(viewers.map(({ state }) => state.bytes)).size).toBe(1);
    expect(client.asked.rates).toBe(1 + 3);
  });

  it("starts without the earlier window where it can't be read, and takes it in once it can", async () => {
    const { hub, timers, client } = fakeConsole();
    const now = timers.now();
    const broken = "upstream_unreachable" as const;
    client.earlier = { than: unixSeconds(now - 300), answers: { rates: broken, other: broken } };
    const { events } = listen(hub.open(comparing(now - 600), null, never(), ANYONE));
    await timers.advance(1_000);
    expect((events[0]?.data as Graph).edges[0]).not.toHaveProperty("change");
    expect((events[0]?.data as Graph).compared?.untold).toEqual(["c"]);
    client.earlier = { than: unixSeconds(now - 300), answers: {} };
    await timers.advance(20_000);
    const graph = events
      .filter(({ event }) => event === "delta")
      .reduce((before, { data }) => applyDelta(before, data as GraphDelta), events[0]?.data as Graph);
    expect(graph).toMatchObject({ compared: { untold: [], notes: [] }, edges: [{ change: "same" }] });
  });

  it("stops asking for it once nobody looks", async () => {
    const { hub, timers, client } = fakeConsole();
    const now = timers.now();
    const broken = "upstream_unreachable" as const;
    client.earlier = { than: unixSeconds(now - 300), answers: { rates: broken, other: broken } };
    const { cancel } = listen(hub.open(comparing(now - 600), null, never(), ANYONE));
    await timers.advance(1_000);
    await cancel();
    await timers.advance(60_000);
    const asked = client.asked.rates;
    await timers.advance(120_000);
    expect(client.asked.rates).toBe(asked);
  });
});

describe("slots", () => {
  it("end at the limit with a word on when to try again, and come back however a viewer leaves", async () => {
    const { hub, timers } = fakeConsole({ streams: 3 });
    const leaving = new AbortController();
    const bySignal = listen(hub.open(DEFAULT_VIEW, null, leaving.signal, ANYONE));
    const byCancel = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(10);
    let thrown: unknown;
    try {
      hub.open(DEFAULT_VIEW, null, never(), ANYONE);
    } catch (caught) {
      thrown = caught;
    }
    expect(problemOf(thrown).code).toBe("too_many_streams");
    expect(thrown).toMatchObject({ retryAfter: 5 });
    leaving.abort();
    await byCancel.cancel();
    await bySignal.done;
    expect(hub.slots.used).toBe(1);
  });

  it("past the limit leave those who look undisturbed", async () => {
    const { hub, timers } = fakeConsole({ streams: 250 });
    const viewers = Array.from({ length: 250 }, () => listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE)));
    await timers.advance(1_000);
    for (let i = 0; i < 20; i++) expect(() => hub.open(DEFAULT_VIEW, null, never(), ANYONE)).toThrow("All 250 streams");
    await timers.advance(10_000);
    for (const { events, state } of viewers) {
      expect(kinds(events)).toEqual(["snapshot", "delta", "delta"]);
      expect(state.ended).toBe(false);
    }
    expect(hub.slots.used).toBe(250);
  });

  it("are free at once for a viewer that had left before it was admitted", () => {
    const { hub } = fakeConsole();
    hub.open(DEFAULT_VIEW, null, AbortSignal.abort(), ANYONE);
    expect(hub.slots.used).toBe(0);
  });
});

describe("a viewer that reads slowly", () => {
  const piece = new Uint8Array(BUFFER / 2);

  it("skips what it missed and gets a fresh start once it reads again", async () => {
    const { timers } = fakeConsole();
    const calls: string[] = [];
    const viewer = new Viewer(timers, { drained: () => calls.push("drained"), gone: () => calls.push("gone") });
    viewer.send(piece);
    viewer.send(piece);
    viewer.send(piece);
    expect(viewer.inStep).toBe(false);
    viewer.send(piece);
    const reader = viewer.body.getReader();
    while (viewer.waiting > 0) await reader.read();
    await timers.advance(1);
    expect(calls).toEqual(["drained"]);
    expect(viewer.inStep).toBe(true);
    await timers.advance(PATIENCE * 2);
    expect(calls).toEqual(["drained"]);
  });

  it("is let go when it doesn't read at all", async () => {
    const { timers } = fakeConsole();
    const calls: string[] = [];
    const viewer = new Viewer(timers, { drained: () => calls.push("drained"), gone: () => calls.push("gone") });
    for (let i = 0; i < 5; i++) viewer.send(piece);
    await timers.advance(PATIENCE + 1);
    expect(calls).toEqual(["gone"]);
    await expect(viewer.body.getReader().read()).rejects.toThrow("doesn't read");
  });
});

describe("two hundred viewers, one of whom doesn't keep up", () => {
  it("cost the queries of one, and the slow one is sent a snapshot of what all see in the end", async () => {
    const { hub, timers, client, telemetry } = fakeConsole();
    const slow = hub.open(DEFAULT_VIEW, null, never(), ANYONE);
    const others = Array.from({ length: 200 }, () => listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE)));
    await timers.advance(11_000);
    expect(client.asked.rates).toBeLessThanOrEqual(4);
    expect(hub.channels).toBe(1);
    client.answers.rates = 25;
    await timers.advance(10_000);
    const late = listen(slow);
    await timers.advance(10);
    const last = (events: readonly Received[]) =>
      events.reduce<Graph | null>(
        (graph, { event, data }) =>
          event === "snapshot"
            ? (data as Graph)
            : event === "delta" && graph !== null
              ? applyDelta(graph, data as GraphDelta)
              : graph,
        null,
      );
    const shown = JSON.parse(
      JSON.stringify(telemetry.feed("1m").publication?.view(DEFAULT_VIEW, EVERYTHING).elements.edges),
    );
    expect(last(late.events)?.edges).toEqual(shown);
    expect(last(others[0]?.events ?? [])?.edges).toEqual(shown);
  });

  it("never holds more for it than its buffer and the piece on its way", async () => {
    const { timers } = fakeConsole();
    const viewer = new Viewer(timers, { drained: () => {}, gone: () => {} });
    const piece = new Uint8Array(300_000);
    for (let i = 0; i < 1_000; i++) viewer.send(piece);
    const reader = viewer.body.getReader();
    let held = 0;
    for (;;) {
      const read = await Promise.race([
        reader.read(),
        new Promise<null>((resolve) => setImmediate(() => resolve(null))),
      ]);
      if (read === null || read.done) break;
      held += read.value.length;
    }
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(BUFFER + piece.length);
  });
});

describe("a stream that nobody reads", () => {
  it("is let go within two minutes, however little waits in it", async () => {
    const { hub, timers } = fakeConsole();
    hub.open(DEFAULT_VIEW, null, never(), ANYONE);
    listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(30_000);
    expect(hub.slots.used).toBe(2);
    await timers.advance(60_000);
    expect(hub.slots.used).toBe(1);
  });
});

describe("shutting down", () => {
  it("says bye with a time to come back, ends the streams and admits nobody", async () => {
    const { hub, timers } = fakeConsole();
    const { events, state, done } = listen(hub.open(DEFAULT_VIEW, null, never(), ANYONE));
    await timers.advance(1_000);
    hub.bye();
    await done;
    expect(events.at(-1)).toMatchObject({ event: "bye", data: { retryMs: 3000 } });
    expect(state.ended).toBe(true);
    expect(hub.slots.used).toBe(0);
    expect(() => hub.open(DEFAULT_VIEW, null, never(), ANYONE)).toThrow("shutting down");
  });
});

describe("a stream of the past", () => {
  it("is one snapshot that stays open", async () => {
    const { hub, timers } = fakeConsole();
    const { events, state } = listen(hub.still({ body: '{"at":"x"}', whole: true }, never(), ANYONE));
    await timers.advance(16_000);
    expect(kinds(events)).toEqual(["snapshot"]);
    expect(state).toMatchObject({ comments: 1, ended: false });
  });

  it("that couldn't be read whole is read again, until it is, and told where it has more", async () => {
    const { hub, timers } = fakeConsole();
    const bodies = ['{"read":1}', '{"read":1}', '{"read":2}', '{"read":3}', '{"read":4}'];
    let reads = 0;
    const again = async () => {
      reads += 1;
      return { body: bodies[reads] ?? "{}", whole: reads >= 3 };
    };
    const { events } = listen(hub.still({ body: '{"read":1}', whole: false }, never(), ANYONE, again));
    await timers.advance(14_000);
    expect([reads, events.length]).toEqual([0, 1]);
    await timers.advance(2_000);
    // The same again is nothing new.
    expect([reads, events.length]).toEqual([1, 1]);
    await timers.advance(90_000);
    expect(reads).toBe(3);
    expect(events.map(({ id, data }) => [id, data])).toEqual([
      ["still-0", { read: 1 }],
      ["still-1", { read: 2 }],
      ["still-2", { read: 3 }],
    ]);
  });

  it("isn't read again for who has left, nor where a try fails for good", async () => {
    const { hub, timers } = fakeConsole();
    let reads = 0;
    const again = async () => {
      reads += 1;
      throw new Error("no");
    };
    const { cancel, events } = listen(hub.still({ body: "{}", whole: false }, never(), ANYONE, again));
    await timers.advance(31_000);
    expect([reads, kinds(events)]).toEqual([2, ["snapshot"]]);
    await cancel();
    await timers.advance(60_000);
    expect(reads).toBe(2);
  });
});
