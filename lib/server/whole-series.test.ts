import { describe, expect, it } from "vitest";
import { parseSeriesQuery } from "#lib/api/series.ts";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { problemOf } from "#lib/errors.ts";
import { summarise } from "#lib/graph/summary.ts";
import { unixSeconds } from "#lib/units.ts";
import { type FakeConsole, fakeConsole } from "./fake-console.test-support.ts";
import { ANONYMOUS } from "./identity.ts";
import type { Visibility } from "./rights/model.ts";
import { EVERYTHING } from "./rights/rights.ts";
import { Viewers } from "./rights/viewers.ts";
import { WholeSeriesUseCases } from "./whole-series.ts";

const NOTHING: Visibility = { ...EVERYTHING, key: "nothing", all: false, namespace: () => false, cluster: () => false };
const DEFAULT = { whole: "on", metrics: "requests" };

function casesOf({ telemetry, hub, timers }: FakeConsole, seen = { visibility: EVERYTHING }) {
  const rights = { visibility: async () => seen.visibility, ask: async () => [] };
  const viewers = new Viewers({ timers, rights, clusters: ["c"], namespaces: () => ["shop"] });
  const cases = new WholeSeriesUseCases(telemetry, { timers, viewers, slots: hub.slots });
  return (more: Readonly<Record<string, string>> = {}, signal?: AbortSignal) =>
    cases.series(ANONYMOUS, parseSeriesQuery(new URLSearchParams({ ...DEFAULT, ...more })), signal);
}

const refusal = (work: Promise<unknown>) => work.then(() => null, problemOf);
const wave = (at: number) => 1 + (at % 7);
const valuesOf = ({
  charts,
}: {
  charts: readonly { lines: readonly { name: string; values: readonly unknown[] }[] }[];
}) => charts[0]?.lines.find(({ name }) => name === "ok")?.values ?? [];

describe("the charts of a whole view", () => {
  it("say at every instant what the panel of that instant says, the newest included", async () => {
    const console = fakeConsole();
    console.client.course = wave;
    const answer = await casesOf(console)();
    const values = valuesOf(answer);
    expect([values.length, answer.step, answer.window]).toEqual([121, 30, 60]);
    expect(answer.charts[0]).toMatchObject({ unit: "1/s", direction: "whole", observer: "headline" });
    for (const [index, value] of values.entries()) {
      const at = unixSeconds(Date.parse(answer.start) / 1000 + index * answer.step);
      const past = await console.telemetry.past.graph("1m", at, { latency: false, hour: false });
      const { within } = summarise(past.publication.view(DEFAULT_VIEW, EVERYTHING).elements, null);
      expect(value).toBe(within.http?.rate);
    }
    const age = console.timers.now() - Date.parse(answer.end) / 1000;
    expect(age >= 5 && age < 35).toBe(true);
  });

  it("cost one range query a read, and one new instant a step while they stay open", async () => {
    const console = fakeConsole();
    const series = casesOf(console);
    const first = await series();
    expect(console.client.ranges).toMatchObject({ rates: 1, other: 1, latency: 0 });
    const asked = console.client.asked.rates;
    await series();
    expect(console.client.ranges.rates).toBe(1);
    await console.timers.advance(30_000);
    const later = await series();
    expect(console.client.ranges.rates).toBe(2);
    expect(Date.parse(later.end) - Date.parse(first.end)).toBe(30_000);
    // The live graph that counts the hops is read at each of them, the chart at one instant more.
    expect(console.client.asked.rates - asked).toBeLessThanOrEqual(3);
  });

  it("end where a frozen page stands", async () => {
    const console = fakeConsole();
    const end = console.timers.now() - 1003;
    const answer = await casesOf(console)({ end: String(end) });
    expect(Date.parse(answer.end) / 1000).toBe(end);
    expect(valuesOf(answer)).toHaveLength(121);
  });

  it("average over no less than a step, so that nothing falls between two of them", async () => {
    expect((await casesOf(fakeConsole())({ window: "15s" })).window).toBe(30);
    expect((await casesOf(fakeConsole())({ window: "5m" })).window).toBe(300);
  });

  it("are gaps where Prometheus held nothing, and 0 where nothing flowed", async () => {
    const console = fakeConsole();
    const now = console.timers.now();
    console.client.course = (at) => (at > now - 300 ? { value: 0, warnings: [] } : 4);
    console.client.earlier = { than: unixSeconds(now - 1800), answers: { rates: "nothing", other: "nothing" } };
    const values = valuesOf(await casesOf(console)());
    expect(values.at(0)).toBeNull();
    expect(values.at(-1)).toBe(0);
    expect(values.filter((value) => value === 4).length).toBeGreaterThan(20);
  });

  it("are none where a part of the sum could not be read, and are read again then", async () => {
    const console = fakeConsole({ sources: 2 });
    const series = casesOf(console);
    const [, second] = console.clients;
    if (second === undefined) throw new Error("two sources");
    second.answers.rates = "upstream_unreachable";
    expect((await refusal(series()))?.code).toBe("upstream_unreachable");
    second.answers.rates = 10;
    expect(valuesOf(await series())).toHaveLength(121);
  });

  it("are made for what the viewer sees, and never handed to one who sees less", async () => {
    const console = fakeConsole();
    const seen = { visibility: EVERYTHING };
    const series = casesOf(console, seen);
    expect(valuesOf(await series()).at(-1)).toBe(10);
    seen.visibility = NOTHING;
    expect((await series()).charts).toEqual([]);
    expect((await refusal(series({ namespaces: "shop" })))?.code).toBe("forbidden");
  });

  it("are refused for a scope and a subject at once, and of latency there is none", async () => {
    const series = casesOf(fakeConsole());
    expect((await refusal(series({ node: "c/shop/workload/web" })))?.code).toBe("bad_parameter");
    const { charts, warnings } = await series({ metrics: "latency" });
    expect(charts).toEqual([]);
    expect(warnings.join()).toContain("no latency of a whole view");
  });

  it("of a mesh that is too large are refused with what to do instead", async () => {
    const console = fakeConsole();
    const { telemetry } = console;
    const hops = { graph: { hops: { length: 20_000 } } };
    const feed = { current: async () => hops } as unknown as ReturnType<typeof telemetry.feed>;
    const large = { ...console, telemetry: { feed: () => feed, spans: telemetry.spans } };
    const problem = await refusal(casesOf(large as unknown as FakeConsole)());
    expect(problem?.code).toBe("too_large");
    expect(problem?.detail).toContain("20,000 calls");
    expect(console.client.ranges.rates).toBe(0);
  });

  it("of a large one have fewer points", async () => {
    const console = fakeConsole();
    const { telemetry } = console;
    const feed = { current: async () => ({ graph: { hops: { length: 10_000 } } }) };
    const large = { ...console, telemetry: { feed: () => feed, spans: telemetry.spans } };
    const answer = await casesOf(large as unknown as FakeConsole)();
    expect([valuesOf(answer).length, answer.step]).toEqual([19, 190]);
    expect(answer.window).toBe(300);
  });
});
