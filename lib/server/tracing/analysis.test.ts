import { afterEach, describe, expect, test } from "vitest";
import type { AnalysisProgress, AnalysisResult } from "#lib/api/trace-analysis.ts";
import { parseTraceAnalysisQuery } from "#lib/api/traces-query.ts";
import { problemOf } from "#lib/errors.ts";
import { type Fake, fakeBackend, page, send } from "#lib/tracing/client/fake.test-support.ts";
import { ANONYMOUS } from "../identity.ts";
import { Analyst } from "./analyst/analyst.ts";
import type { Backend } from "./backends.ts";
import {
  type Drawn,
  depsWith,
  type Held,
  jaegerWith,
  NOW,
  otlp,
  prometheusWith,
  VIEWER,
} from "./fixture.test-support.ts";
import { tracingUseCases } from "./use-cases.ts";

const open: { fakes: readonly Fake[]; backends: readonly Backend[] }[] = [];
afterEach(async () => {
  for (const { fakes, backends } of open.splice(0)) {
    for (const each of backends) await each.close();
    for (const each of fakes) await each.close();
  }
});

interface Event {
  readonly event: string;
  readonly data: unknown;
}

/** Runs an analysis to its end and reads its events. */
async function run(
  fake: Fake,
  text: string,
  more: Parameters<typeof depsWith>[1] = {},
  credential = ANONYMOUS,
): Promise<{ events: Event[]; used: number }> {
  const deps = depsWith([fake], more);
  open.push({ fakes: [fake], backends: deps.backends });
  const query = parseTraceAnalysisQuery(new URLSearchParams(text));
  const stream = await tracingUseCases(deps).traceAnalysis(credential, query, "r1", new AbortController().signal);
  const text2 = await new Response(stream).text();
  const events = text2
    .split("\n\n")
    .filter((each) => each.startsWith("event: "))
    .map((each) => ({
      event: /^event: (\w+)/.exec(each)?.[1] ?? "",
      data: JSON.parse(/^data: (.*)$/m.exec(each)?.[1] ?? "null") as unknown,
    }));
  return { events, used: deps.slots.used };
}

const resultOf = ({ events }: { events: Event[] }): AnalysisResult => {
  const last = events.at(-1);
  if (last?.event !== "result") throw new Error(`no result: ${JSON.stringify(last)}`);
  return last.data as AnalysisResult;
};

const WINDOW = `start=${NOW - 600}&end=${NOW}`;
const spans = (db: number, version = "v1"): Drawn[] => [
  { id: "a", service: "web.shop", at: 0, ms: 20 + db },
  { id: "b", parent: "a", service: "web.shop", kind: 3, name: "call", at: 10, ms: db },
  { id: "c", parent: "b", service: "db.shop", at: 10, ms: db, tags: { "istio.canonical_revision": version } },
];
/** Ten traces in every slice that is asked for; slower ones after the middle of the last ten minutes. */
const busy: Held = (query) => {
  const from = Date.parse(query.get("query.start_time_min") ?? "") / 1000;
  const to = Date.parse(query.get("query.start_time_max") ?? "") / 1000;
  const limit = Number(query.get("query.num_traces"));
  return Array.from({ length: limit }, (_, i) => {
    const at = from + ((to - from) * (i + 0.5)) / limit;
    const slow = at > NOW - 300;
    return otlp(`${Math.round(at * 1000)}`, spans(slow ? 180 : 30, slow ? "v7" : "v1"), Math.round(at - (NOW - 600)));
  }).flat();
};

describe("an analysis", () => {
  test("tells its progress, then where the time goes against a baseline, since when, with which version", async () => {
    const done = await run(
      await jaegerWith(busy),
      `service=web.shop&${WINDOW}&baselineStart=${NOW - 4000}&baselineEnd=${NOW - 3400}&sample=100`,
    );
    const progress = done.events
      .filter(({ event }) => event === "progress")
      .map(({ data }) => data as AnalysisProgress);
    expect(progress).toHaveLength(20);
    expect(progress.at(-1)).toEqual({ window: "baseline", slices: 10, done: 10, traces: 100, wanted: 100 });
    const interim = done.events.filter(({ event }) => event === "interim").map(({ data }) => data as AnalysisResult);
    // Each time of all the window, not of its beginning.
    expect(interim.map(({ sample, baseline }) => [sample.traces, baseline])).toEqual(
      [30, 60, 90, 100].map((traces) => [traces, null]),
    );
    expect(interim[0]?.sample.slices.flatMap(({ read }, at) => (read ? [at] : []))).toEqual([0, 4, 8]);
    expect(interim[0]?.sample.p95).toEqual({ value: 200, low: null, high: null });
    const result = resultOf(done);
    expect(result.sample).toMatchObject({
      traces: 100,
      each: 10,
      p95: { value: 200, high: 200 },
      weighted: false,
      requests: null,
      complete: false,
      sampling: { rate: null, basis: "unknown", why: expect.stringContaining("doesn't tell how many requests") },
    });
    expect(result.sample.slices).toEqual(
      Array.from({ length: 10 }, () => ({ traces: 10, more: true, failed: false, read: true })),
    );
    expect(result.change).toMatchObject({ mean: { value: expect.closeTo(75, 6) }, p95: { value: 150 } });
    expect(Math.abs(Date.parse(result.since ?? "") / 1000 - (NOW - 300))).toBeLessThan(60);
    expect(result.sample.unweighted).toContain("no latencies");
    const [first] = result.contributors;
    expect(first).toMatchObject({
      kind: "self",
      service: "db.shop",
      newVersions: ["v7"],
      now: { p95: { value: expect.closeTo(180, 6) } },
      before: { p95: { value: expect.closeTo(30, 6) } },
      change: { mean: { value: expect.closeTo(75, 6) }, p95: { value: expect.closeTo(150, 6) } },
      coincidences: [],
    });
    expect(first?.change?.mean.low).toBeGreaterThan(50);
    expect(Math.abs(Date.parse(first?.since ?? "") / 1000 - (NOW - 300))).toBeLessThan(60);
    expect(first?.examples.map(({ backend, ms }) => [backend, ms])).toEqual(
      Array.from({ length: 3 }, () => ["jaeger-0", 180]),
    );
    expect(done.used).toBe(0);
  });

  test("weighs the sample by Prometheus's histogram of all requests", async () => {
    // 19 of 20 requests were fast, 3.33 a second over 600 s.
    const { histograms, asked } = prometheusWith({ 100: (0.95 * 2000) / 600, "+Inf": 2000 / 600 });
    const { sample, contributors } = resultOf(
      await run(await jaegerWith(busy), `service=web.shop&${WINDOW}&sample=100`, { histograms }),
    );
    expect(sample).toMatchObject({ weighted: true, requests: 2000, uncovered: 0, p50: 50 });
    // Half of the sample is slow, a twentieth of the requests.
    expect(sample.mean?.value).toBeCloseTo(0.95 * 50 + 0.05 * 200, 6);
    expect(contributors[0]?.now.mean.value).toBeCloseTo(0.95 * 30 + 0.05 * 180, 6);
    expect(asked.join()).toContain("destination_canonical_service");
  });

  test("of a baseline without a trace compares nothing and says so", async () => {
    const late: Held = (query) =>
      Date.parse(query.get("query.start_time_min") ?? "") / 1000 < NOW - 700 ? [] : busy(query);
    const { baseline, contributors, warnings } = resultOf(
      await run(
        await jaegerWith(late),
        `service=web.shop&${WINDOW}&baselineStart=${NOW - 4000}&baselineEnd=${NOW - 3400}&sample=40`,
      ),
    );
    expect(baseline).toMatchObject({ traces: 0, mean: null, weighted: false });
    expect(contributors.length).toBeGreaterThan(0);
    expect(contributors.every(({ before, newVersions }) => before === null && newVersions.length === 0)).toBe(true);
    expect(warnings).toContainEqual(expect.stringContaining("nothing is compared"));
  });

  test("says in which window a backend was missing", async () => {
    const fake = await fakeBackend((path, { url }, response) => {
      const start = new URL(url ?? "", "http://x").searchParams.get("query.start_time_min");
      if (path === "/api/v3/services") send(response, 200, { services: ["web.shop"] });
      else if (start !== null && Date.parse(start) / 1000 < NOW - 700) page(response);
      else send(response, 404, { error: { httpCode: 404, message: "No traces found" } });
    });
    const { problems } = resultOf(
      await run(fake, `service=web.shop&${WINDOW}&baselineStart=${NOW - 4000}&baselineEnd=${NOW - 3400}`),
    );
    expect(problems).toMatchObject([{ window: "baseline", source: "jaeger-0" }]);
  });

  test("of one caller's calls is weighed by what that caller counted", async () => {
    const { histograms, asked } = prometheusWith({ 100: (0.95 * 2000) / 600, "+Inf": 2000 / 600 }, "source");
    const { sample } = resultOf(
      await run(await jaegerWith(busy), `service=web.shop&target=db.shop&${WINDOW}&sample=100`, { histograms }),
    );
    expect(sample).toMatchObject({ weighted: true, requests: 2000 });
    // Every trace has the call, and no fewer than those that were read are of it.
    expect(sample.sampling.low).toBeGreaterThanOrEqual(100 / 2000);
    expect(sample.mean?.value).toBeCloseTo(0.95 * 30 + 0.05 * 180, 6);
    expect(asked.join()).toMatch(/source_canonical_service.*web.*destination_canonical_service.*db/);
  });

  test("of a call that few of the service's traces have counts these alone as sampled", async () => {
    const rare: readonly object[] = [0, 1, 2, 3].flatMap((i) =>
      otlp(`r${i}`, spans(30).slice(0, i === 0 ? 3 : 1), 30 * i),
    );
    const { histograms } = prometheusWith({ "+Inf": 10 / 600 }, "source");
    const { sample } = resultOf(
      await run(await jaegerWith(() => rare), `service=web.shop&target=db.shop&${WINDOW}&sample=1000`, { histograms }),
    );
    expect([sample.kept, sample.traces]).toEqual([4, 1]);
    expect(sample.sampling).toMatchObject({ basis: "counted", rate: expect.closeTo(0.1, 9) });
  });

  test("of one operation isn't weighed, and says why and what would tell it", async () => {
    const { histograms, asked } = prometheusWith({ "+Inf": 10 });
    const { sample } = resultOf(
      await run(await jaegerWith(busy), `service=web.shop&operation=a&${WINDOW}&sample=20`, { histograms }),
    );
    expect(sample).toMatchObject({
      weighted: false,
      unweighted: expect.stringMatching(/carry no operation.*tagOverrides/),
      sampling: { basis: "unknown", why: expect.stringContaining("carry no operation") },
    });
    expect(asked).toEqual([]);
  });

  test("counts short stretches where slices are full, so that sampling is told and judged all the same", async () => {
    // A trace every ten milliseconds, and as many requests: all of them are kept.
    const dense: Held = (query) => {
      const from = Date.parse(query.get("query.start_time_min") ?? "");
      const to = Date.parse(query.get("query.start_time_max") ?? "");
      const limit = Number(query.get("query.num_traces"));
      const count = Math.min(limit, Math.floor((to - from) / 10));
      return Array.from({ length: count }, (_, i) =>
        otlp(`${from + 10 * i}`, spans(30), Math.round(from / 1000 - (NOW - 600))),
      ).flat();
    };
    const { histograms } = prometheusWith({ 1000: 100, "+Inf": 100 });
    const { sample, advice } = resultOf(
      await run(await jaegerWith(dense), `service=web.shop&${WINDOW}&sample=100`, { histograms }),
    );
    expect(sample.complete).toBe(false);
    expect(sample.sampling).toMatchObject({ basis: "estimated", why: expect.stringContaining("5 short stretches") });
    expect(sample.sampling.rate).toBeGreaterThan(0.95);
    expect(sample.sampling.low).toBeGreaterThan(0.8);
    expect(advice).toEqual([expect.stringContaining("100 requests a second")]);
  });

  test("of nothing is empty, not an error", async () => {
    const { sample, contributors } = resultOf(await run(await jaegerWith({}), `service=web.shop&${WINDOW}`));
    expect([sample.traces, sample.mean, sample.complete, contributors]).toEqual([0, null, true, []]);
    expect(sample.slices.every(({ traces, more, failed }) => traces === 0 && !more && !failed)).toBe(true);
  });

  test("ends with a problem where the backend does, and frees its place", async () => {
    const done = await run(await fakeBackend((_, __, response) => page(response)), `service=web.shop&${WINDOW}`);
    expect(done.events.at(-1)).toMatchObject({
      event: "problem",
      data: { code: "not_tracing", status: 502, requestId: "r1" },
    });
    expect(done.used).toBe(0);
  });

  test("ends with a problem where the thread that computes it breaks down, and frees its place", async () => {
    const lost: unknown[] = [];
    const program = new URL(
      "data:text/javascript,import('node:worker_threads').then((it)=>it.parentPort.once('message',()=>process.exit(3)))",
    );
    const analyst = new Analyst({ onLost: (cause) => lost.push(cause), program });
    const done = await run(await jaegerWith(busy), `service=web.shop&${WINDOW}`, { analyst });
    expect(done.events.at(-1)).toMatchObject({
      event: "problem",
      data: { code: "internal", detail: expect.stringContaining("Start the analysis again"), requestId: "r1" },
    });
    expect([done.used, lost.length]).toEqual([0, 1]);
  });

  test("tells no hidden names", async () => {
    const secret = (): readonly object[] =>
      otlp("x", [
        { id: "a", service: "web.shop", at: 0, ms: 100 },
        { id: "b", parent: "a", service: "vault.secret", name: "unseal", at: 10, ms: 80 },
      ]);
    const done = await run(await jaegerWith(secret), `service=web.shop&${WINDOW}`, {}, VIEWER);
    expect(JSON.stringify(done.events)).not.toMatch(/secret|vault|unseal/);
    expect(resultOf(done).contributors).toMatchObject([{ kind: "self", service: "web.shop" }]);
  });

  test("is cancelled down to the socket when its reader leaves", async () => {
    const fake = await fakeBackend((path, _, response) => {
      if (path === "/api/v3/services") send(response, 200, {});
      else if (path !== "/api/v3/traces") page(response);
    });
    const deps = depsWith([fake]);
    open.push({ fakes: [fake], backends: deps.backends });
    const leave = new AbortController();
    const stream = await tracingUseCases(deps).traceAnalysis(
      ANONYMOUS,
      parseTraceAnalysisQuery(new URLSearchParams(`service=web.shop&${WINDOW}`)),
      "r",
      leave.signal,
    );
    await expect.poll(() => fake.asked.some((path) => path.startsWith("/api/v3/traces?"))).toBe(true);
    expect(deps.slots.used).toBe(1);
    leave.abort();
    await fake.cut;
    await stream.cancel();
    await expect.poll(() => deps.slots.used).toBe(0);
  });
});

test.each<[string, string, string]>([
  ["a baseline without an end", `service=web.shop&baselineStart=${NOW - 100}`, "bad_parameter"],
  ["a window that ends before it begins", `service=web.shop&start=${NOW}&end=${NOW - 10}`, "bad_instant"],
  ["a baseline of a year", `service=web.shop&baselineStart=${NOW - 4e7}&baselineEnd=${NOW - 100}`, "bad_instant"],
  ["a backend that isn't there", "service=web.shop&backends=west", "bad_parameter"],
])("%s is refused before a stream is opened", async (_, text, code) => {
  const fake = await jaegerWith({});
  const deps = depsWith([fake]);
  open.push({ fakes: [fake], backends: deps.backends });
  const query = parseTraceAnalysisQuery(new URLSearchParams(text));
  const refused = await tracingUseCases(deps)
    .traceAnalysis(ANONYMOUS, query, "r", new AbortController().signal)
    .then(() => null, problemOf);
  expect([refused?.code, deps.slots.used]).toEqual([code, 0]);
});
