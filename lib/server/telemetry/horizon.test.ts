import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusClient, type PrometheusClient } from "#lib/prometheus/client.ts";
import { type RealPrometheus, startRealPrometheus } from "#lib/real-prometheus.test-support.ts";
import { milliseconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { systemTimers } from "../clock.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { FakeClient } from "../fake-mesh.test-support.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { Horizon } from "./horizon.ts";

const NOW = new FakeTimers().now();

/** A Prometheus that knows everything from `begins` on. */
function knowing(begins: number) {
  const timers = new FakeTimers();
  const client = new FakeClient(timers);
  client.earlier = { than: unixSeconds(begins), answers: { up: "nothing", rates: "nothing", other: "nothing" } };
  return { timers, client, horizon: new Horizon(client, { timers, timeout: seconds(5) }) };
}

describe("since when a Prometheus knows anything", () => {
  it("is found to the second with a few questions, wherever it began", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 86_400 }),
        fc.integer({ min: 60, max: 86_400 }),
        async (age, length) => {
          const { client, horizon } = knowing(NOW - age);
          const from = unixSeconds(NOW - length);
          await horizon.look(from);
          expect(horizon.first(from)).toBe(Math.max(from, NOW - age));
          expect(client.ranges.up).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is asked once for all windows within it, and again after a while", async () => {
    const { client, horizon, timers } = knowing(NOW - 10_000);
    await Promise.all([horizon.look(unixSeconds(NOW - 3600)), horizon.look(unixSeconds(NOW - 3600))]);
    await horizon.look(unixSeconds(NOW - 600));
    expect(client.ranges.up).toBe(1);
    expect(horizon.first(unixSeconds(NOW - 600))).toBe(NOW - 600);
    await timers.advance(120_001);
    expect(horizon.first(unixSeconds(NOW - 600))).toBeNull();
  });

  it("isn't claimed where nothing is known, nothing was asked, or the question failed", async () => {
    const { client, horizon } = knowing(NOW + 10);
    const from = unixSeconds(NOW - 600);
    expect(horizon.first(from)).toBeNull();
    await horizon.look(from);
    expect(horizon.first(from)).toBeNull();
    const other = knowing(NOW - 60);
    other.client.answers.up = "upstream_timeout";
    other.client.earlier = null;
    await other.horizon.look(from);
    expect(other.horizon.first(from)).toBeNull();
    expect(client.ranges.up).toBe(1);
  });
});

describe("a console says", () => {
  const warnings = (sources: readonly { warnings: readonly string[] }[]) => sources.flatMap((each) => each.warnings);
  const RATES = { latency: false, hour: false };

  it("since when Prometheus knows anything, where a live window is longer", async () => {
    const console = fakeConsole();
    console.client.earlier = { than: unixSeconds(NOW - 1800), answers: { up: "nothing" } };
    const feed = console.telemetry.feed("1h");
    const release = feed.retain(RATES);
    await console.timers.advance(6_000);
    expect(warnings(feed.sources()).join()).toContain("knows nothing before 2026-08-20T13:30:00Z");
    release();
    const short = console.telemetry.feed("1m");
    await short.current(RATES);
    expect(warnings(short.sources())).toEqual([]);
  });

  it("how much of 30 days it has seen, where it keeps less", async () => {
    const console = fakeConsole();
    console.client.earlier = { than: unixSeconds(NOW - 15 * 86_400), answers: { up: "nothing" } };
    const feed = console.telemetry.feed("720h");
    feed.retain(RATES);
    await console.timers.advance(310_000);
    const words = warnings(feed.sources()).join();
    expect(words).toMatch(/knows nothing before 2026-08-05T14:00:00Z.*of this window of 30 d it has seen 15 d/);
    expect(words).toContain("Choose a window of at most 7 d.");
  });

  it("since when Prometheus knows anything, where an instant lies before, or its window begins before", async () => {
    const console = fakeConsole();
    const nothing = { up: "nothing", rates: "nothing", other: "nothing" } as const;
    console.client.earlier = { than: unixSeconds(NOW - 1800), answers: nothing };
    const before = await console.telemetry.past.graph("1m", unixSeconds(NOW - 3600), RATES);
    expect(warnings(before.sources).join()).toContain("what it knows begins at 2026-08-20T13:30:00Z");
    const after = await console.telemetry.past.graph("1h", unixSeconds(NOW - 600), RATES);
    expect(warnings(after.sources).join()).toMatch(/knows nothing before 2026-08-20T13:30:00Z.*has seen 20 min/);
  });

  it("that a Prometheus was there and read no proxy", async () => {
    const console = fakeConsole();
    console.client.earlier = { than: unixSeconds(NOW - 60), answers: { rates: "nothing", other: "nothing" } };
    const past = await console.telemetry.past.graph("1m", unixSeconds(NOW - 600), RATES);
    expect(warnings(past.sources).join()).toContain("it was there, but read no proxy then");
  });

  it.each([
    [90, "is 90 s ahead of the console's"],
    [-90, "is 90 s behind the console's"],
  ])("that Prometheus's clock is %i s off", async (off, words) => {
    const console = fakeConsole();
    console.client.clock = () => unixSeconds(console.timers.now() + off);
    const feed = console.telemetry.feed("1m");
    await feed.current(RATES);
    expect(warnings(feed.sources()).join()).toContain(words);
  });

  it("nothing of a clock that can't be asked", async () => {
    const console = fakeConsole();
    console.client.clock = () => {
      throw new Error("no such question");
    };
    const feed = console.telemetry.feed("1m");
    await feed.current(RATES);
    expect(warnings(feed.sources())).toEqual([]);
  });
});

describe("a real Prometheus", () => {
  const begins = unixSeconds(Math.floor(Date.now() / 1000) - 20_000);
  let prometheus: RealPrometheus;
  let client: PrometheusClient;

  beforeAll(async () => {
    const scrapes = Array.from({ length: 1300 }, (_, i) => `up{job="a"} 1 ${begins + 15 * i}`);
    prometheus = await startRealPrometheus(["# TYPE up gauge", ...scrapes, "# EOF", ""].join("\n"));
    client = createPrometheusClient({ name: "real", url: prometheus.url, maxBytes: 1e7 }, { clock: systemTimers });
  }, 320_000);

  afterAll(async () => {
    await client?.close();
    await prometheus?.stop();
  });

  it("tells since when it knows anything, and what its clock says", async () => {
    const horizon = new Horizon(client, { timers: systemTimers, timeout: seconds(10) });
    const at = (value: number): UnixSeconds => unixSeconds(value);
    await horizon.look(at(begins - 60_000));
    expect(horizon.first(at(begins - 60_000))).toBeGreaterThanOrEqual(begins);
    expect(horizon.first(at(begins - 60_000))).toBeLessThanOrEqual(begins + 2);
    const ahead = (await client.time({ timeout: seconds(10) })) - systemTimers.now();
    expect(Math.abs(milliseconds(ahead * 1000))).toBeLessThan(5_000);
  });
});
