import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { problemOf } from "#lib/errors.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { EVERYTHING } from "../rights/rights.ts";

const RATES = { latency: false, hour: false };
const BOTH = { latency: true, hour: false };

describe("a feed", () => {
  it("asks the same of Prometheus whether one looks or fifty do", async () => {
    const counts: number[] = [];
    for (const viewers of [1, 50]) {
      const { telemetry, timers, client } = fakeConsole();
      const feed = telemetry.feed("1m");
      for (let i = 0; i < viewers; i++) feed.retain(BOTH);
      await timers.advance(60_000);
      counts.push(client.asked.rates, client.asked.latency);
      expect(client.asked.rates).toBeGreaterThan(10);
    }
    expect(counts.slice(0, 2)).toEqual(counts.slice(2));
  });

  it("stops polling when the last viewer has left, after a grace, and starts again", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const feed = telemetry.feed("1m");
    const [first, second] = [feed.retain(RATES), feed.retain(RATES)];
    await timers.advance(12_000);
    first();
    first();
    await timers.advance(20_000);
    const before = client.asked.rates;
    expect(before).toBeGreaterThan(5);
    second();
    await timers.advance(6_000);
    const left = client.asked.rates;
    await timers.advance(120_000);
    expect(client.asked.rates).toBe(left);
    feed.retain(RATES);
    await timers.advance(11_000);
    expect(client.asked.rates).toBeGreaterThan(left + 1);
  });

  it("answers warm from the last poll, and reads again when that is older than a poll", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const feed = telemetry.feed("1m");
    const cold = await feed.current(RATES);
    expect(await feed.current(RATES)).toBe(cold);
    expect(client.asked.rates).toBe(1);
    await timers.advance(6_000);
    expect(await feed.current(RATES)).not.toBe(cold);
    expect(client.asked.rates).toBe(2);
  });

  it("reads a window of days every five minutes, one of a day at every poll; a failure is tried again soon in both", async () => {
    const asked = async (window: "24h" | "720h", minutes: number, answer: number | "upstream_unreachable" = 10) => {
      const { telemetry, timers, client } = fakeConsole();
      client.answers.rates = answer;
      telemetry.feed(window).retain(RATES);
      await timers.advance(minutes * 60_000);
      return client.asked.rates;
    };
    expect(await asked("24h", 10)).toBeGreaterThan(100);
    expect(await asked("720h", 10)).toBeLessThanOrEqual(3);
    expect(await asked("720h", 2, "upstream_unreachable")).toBeGreaterThan(5);
  });

  it("answers from what it has of such a window until the next read", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const feed = telemetry.feed("720h");
    const first = await feed.current(RATES);
    await timers.advance(240_000);
    expect(await feed.current(RATES)).toBe(first);
    expect(client.asked.rates).toBe(1);
  });

  it("runs one read for callers that come at once", async () => {
    const { telemetry, client } = fakeConsole();
    const feed = telemetry.feed("1m");
    await Promise.all(Array.from({ length: 20 }, () => feed.current(BOTH)));
    expect(client.asked).toEqual({ probe: 1, rates: 1, other: 1, latency: 1, history: 0, scraped: 0, up: 0 });
  });

  it("shares reads between windows that are raised to the same one", async () => {
    const { telemetry, client } = fakeConsole();
    client.answers.probe = 15;
    const [short, minute] = await Promise.all([
      telemetry.feed("15s").current(RATES),
      telemetry.feed("1m").current(RATES),
    ]);
    expect(short.head.window).toBe("1m");
    expect(minute.head.window).toBe("1m");
    expect(client.asked.rates).toBe(1);
  });

  it("reads latency at most a quarter of the time, and says of when it is", async () => {
    const { telemetry, timers, client } = fakeConsole();
    client.delayMs.latency = 3_000;
    const feed = telemetry.feed("1m");
    feed.retain(BOTH);
    await timers.advance(60_000);
    expect(client.asked.rates).toBeGreaterThanOrEqual(10);
    expect(client.asked.latency).toBeLessThanOrEqual(6);
    expect(client.asked.latency).toBeGreaterThanOrEqual(4);
    const head = feed.publication?.head;
    expect(Date.parse(head?.latencyAt ?? "")).toBeLessThan(Date.parse(head?.at ?? ""));
  });

  it("never lets a slow latency read hold the rates once there are earlier numbers", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const feed = telemetry.feed("1m");
    feed.retain(BOTH);
    await timers.advance(1_000);
    client.delayMs.latency = 4_500;
    const seen: string[] = [];
    feed.onPublication((publication) => seen.push(publication.head.at));
    await timers.advance(30_000);
    expect(seen.length).toBeGreaterThanOrEqual(5);
  });
});

describe("a source that fails", () => {
  it("is stale within a poll, keeps the last graph, and recovers by itself", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const feed = telemetry.feed("1m");
    const states: string[] = [];
    feed.onSources((changed) => states.push(...changed.map((source) => source.state)));
    feed.retain(RATES);
    await timers.advance(11_000);
    const last = feed.publication;
    client.answers.rates = "upstream_unreachable";
    client.answers.other = "upstream_unreachable";
    client.answers.probe = "upstream_unreachable";
    await timers.advance(6_000);
    const [stale] = feed.sources();
    expect(stale).toMatchObject({ state: "stale", asOf: last?.head.at, problem: { code: "upstream_unreachable" } });
    expect(stale?.problem?.detail).toMatch(
      /connection refused.*No answer since \d\d:\d\d:\d\d UTC\. What is shown is of \d\d:\d\d:\d\d UTC/,
    );
    expect(stale?.retryInMs).toBeGreaterThan(0);
    expect(await feed.current(RATES)).toBe(feed.publication);
    expect(feed.publication?.view(DEFAULT_VIEW, EVERYTHING).elements.edges).toHaveLength(1);
    await timers.advance(120_000);
    expect(feed.sources()[0]?.since).toBe(stale?.since);
    client.answers.rates = 20;
    client.answers.other = 1;
    client.answers.probe = 1;
    await timers.advance(17_000);
    expect(feed.sources()[0]?.state).toBe("ok");
    expect(feed.sources()[0]?.problem).toBeUndefined();
    expect(feed.publication?.view(DEFAULT_VIEW, EVERYTHING).elements.edges[0]?.rate).toBe(20);
    expect(states.at(0)).toBe("ok");
    expect(states.at(-1)).toBe("ok");
    expect(states).toContain("stale");
  });

  it("backs off instead of hammering, also for requests", async () => {
    const { telemetry, timers, client } = fakeConsole();
    client.answers.probe = "upstream_unreachable";
    const feed = telemetry.feed("1m");
    feed.retain(RATES);
    await timers.advance(300_000);
    expect(client.asked.probe).toBeLessThan(300 / 10);
    const asked = client.asked.probe;
    await Promise.all(Array.from({ length: 100 }, () => feed.current(RATES)));
    expect(client.asked.probe).toBeLessThanOrEqual(asked + 1);
  });

  it("is down, and the answer empty, when it never answered", async () => {
    const { telemetry, client } = fakeConsole();
    client.answers.probe = "upstream_unreachable";
    const feed = telemetry.feed("1m");
    const publication = await feed.current(RATES);
    expect(publication.view(DEFAULT_VIEW, EVERYTHING).elements).toEqual({ nodes: [], edges: [] });
    expect(feed.sources()[0]).toMatchObject({ state: "down", asOf: null, problem: { code: "upstream_unreachable" } });
  });

  it("is called slow while it still hangs, and stale within ten seconds", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const feed = telemetry.feed("1m");
    feed.retain(RATES);
    await timers.advance(1_000);
    client.answers.rates = "hang";
    client.answers.other = "hang";
    await timers.advance(7_500);
    expect(feed.sources()[0]?.state).toBe("slow");
    await timers.advance(2_500);
    expect(feed.sources()[0]).toMatchObject({ state: "stale", problem: { code: "upstream_timeout" } });
  });

  it("is partial when it warns, with the warning", async () => {
    const { telemetry, client } = fakeConsole();
    client.answers.rates = { value: 5, warnings: ["PromQL warning: one store is gone"] };
    const feed = telemetry.feed("1m");
    await feed.current(RATES);
    expect(feed.sources()[0]).toMatchObject({ state: "partial", warnings: ["PromQL warning: one store is gone"] });
  });

  it("is partial when only latency fails", async () => {
    const { telemetry, client } = fakeConsole();
    client.answers.latency = "too_many_samples";
    const feed = telemetry.feed("1m");
    const publication = await feed.current(BOTH);
    expect(publication.head.latencyAt).toBeNull();
    expect(publication.view(DEFAULT_VIEW, EVERYTHING).elements.edges).toHaveLength(1);
    expect(feed.sources()[0]).toMatchObject({ state: "partial", problem: { code: "too_many_samples" } });
    expect(feed.sources()[0]?.problem?.detail).toContain("istio/latency");
  });

  it("doesn't hold the others", async () => {
    const { telemetry, timers, clients } = fakeConsole({ sources: 2 });
    const [, other] = clients;
    if (!other) throw new Error("two sources");
    const feed = telemetry.feed("1m");
    await feed.current(RATES);
    other.answers.rates = "hang";
    await timers.advance(6_000);
    let answered = false;
    const current = feed.current(RATES).then(() => {
      answered = true;
    });
    await timers.advance(1_500);
    expect(answered).toBe(true);
    await current;
    expect(feed.sources().map(({ state }) => state)).toEqual(["ok", "ok"]);
    await timers.advance(4_000);
    expect(feed.sources().map(({ state }) => state)).toEqual(["ok", "stale"]);
  });
});

describe("a refresh of which a part fails", () => {
  it("doesn't take away edges that the last one had; after five minutes it shows what there is", async () => {
    const { telemetry, timers, client } = fakeConsole();
    const feed = telemetry.feed("1m");
    feed.retain(RATES);
    await timers.advance(1_000);
    client.answers.rates = "upstream_timeout";
    await timers.advance(60_000);
    expect(feed.publication?.view(DEFAULT_VIEW, EVERYTHING).elements.edges).toHaveLength(1);
    expect(feed.sources()[0]).toMatchObject({ state: "stale", problem: { code: "upstream_timeout" } });
    await timers.advance(300_000);
    expect(feed.publication?.view(DEFAULT_VIEW, EVERYTHING).elements.edges).toHaveLength(0);
    expect(feed.sources()[0]).toMatchObject({ state: "partial", problem: { code: "upstream_timeout" } });
  });
});

describe("a source that is slower than a poll", () => {
  it("is still read once for requests that follow one another", async () => {
    const { telemetry, timers, client } = fakeConsole();
    client.delayMs.rates = 4_900;
    const feed = telemetry.feed("1m");
    const cold = feed.current(RATES);
    await timers.advance(5_000);
    const publication = await cold;
    await timers.advance(3_000);
    expect(await feed.current(RATES)).toBe(publication);
    expect(client.asked.rates).toBe(1);
  });
});

describe("cancellation", () => {
  it("reaches the upstream when the only one who waits leaves", async () => {
    const { telemetry, timers, client } = fakeConsole();
    client.delayMs.rates = 3_000;
    const feed = telemetry.feed("1m");
    const leaving = new AbortController();
    const waiting = feed.current(RATES, leaving.signal).then(
      () => "answered",
      (thrown: unknown) => (thrown as Error).name,
    );
    await timers.advance(1_000);
    leaving.abort();
    expect(await waiting).toBe("AbortError");
    await timers.advance(10);
    expect(client.cancelled.rates).toBe(1);
    expect(feed.sources()[0]?.problem?.code).toBe("not_asked_yet");
  });

  it("doesn't take the answer from others", async () => {
    const { telemetry, timers, client } = fakeConsole();
    client.delayMs.rates = 3_000;
    const feed = telemetry.feed("1m");
    const leaving = new AbortController();
    const first = feed.current(RATES, leaving.signal).catch((thrown: unknown) => problemOf(thrown));
    const second = feed.current(RATES);
    await timers.advance(1_000);
    leaving.abort();
    await timers.advance(3_000);
    await first;
    expect((await second).view(DEFAULT_VIEW, EVERYTHING).elements.edges).toHaveLength(1);
    expect(client.cancelled.rates).toBe(0);
  });
});

describe("the past", () => {
  it("is read once an instant and window, and kept", async () => {
    const { telemetry, client, timers } = fakeConsole();
    const at = timers.now();
    const read = () => telemetry.past.graph("1m", at, RATES);
    const [one, two] = await Promise.all([read(), read()]);
    expect(one).toBe(two);
    expect(await read()).toBe(one);
    expect(client.asked.rates).toBe(1);
    await telemetry.past.graph("5m", at, RATES);
    expect(client.asked.rates).toBe(2);
  });

  it("is whole again soon after something was missing", async () => {
    const { telemetry, client, timers } = fakeConsole();
    const at = timers.now();
    client.answers.rates = "upstream_timeout";
    client.answers.other = "upstream_timeout";
    const broken = await telemetry.past.graph("1m", at, RATES);
    expect(broken.sources[0]).toMatchObject({ state: "down", problem: { code: "upstream_timeout" } });
    // It is sent once: that somebody tries again would be a promise that nobody keeps.
    expect(broken.sources[0]).not.toHaveProperty("retryInMs");
    expect(broken.sources[0]?.problem?.detail).toMatch(/Nothing of it is shown\.$/);
    client.answers.rates = 4;
    client.answers.other = 1;
    await timers.advance(15_000);
    const whole = await telemetry.past.graph("1m", at, RATES);
    expect(whole.publication.view(DEFAULT_VIEW, EVERYTHING).elements.edges[0]?.rate).toBe(4);
  });
});
