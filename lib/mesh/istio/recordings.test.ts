/** The shipped rules: printed from the adapter's own reads, accepted by promtool, and the same numbers either way. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import { printQuery } from "#lib/promql/print.ts";
import { findPromtool } from "#lib/real-prometheus.test-support.ts";
import { seconds } from "#lib/units.ts";
import { decode } from "./decode.test-support.ts";
import { callLabels, requestLabels } from "./exposition.test-support.ts";
import { NO_FACTS } from "./facts.ts";
import { istio } from "./index.ts";
import { learn, refresh } from "./prometheus.test-support.ts";
import { recordingFor, recordingRules } from "./recordings.ts";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../../../deploy/prometheus/", import.meta.url));
const HEADER = `# Recording rules for Meshscope: each holds the answer of one of the console's reads over Istio's metrics, so that a large
# mesh is scanned once for all viewers. The console uses them where they are fresh and asks for itself where not; both ways
# give the same numbers. Names are meshscope:istio_READ:rateWINDOW; reads are requests, newborn (first values of new
# series), l4 (bytes, connections, gRPC messages, by label meter) and latency (buckets with le, sums without).
# Sums come after rate(). ztunnels are told apart by the pod label app, as Istio's example scrape configuration sets it.
# Printed from lib/mesh/istio/recordings.ts: change that, then run vitest -u on its test.
`;

function rulesFile(): string {
  const groups = recordingRules().map(({ name, every: interval, rules }) => ({
    name,
    interval: `${interval}s`,
    rules: rules.map(({ record, expr }) => ({ record, expr: printQuery(expr) })),
  }));
  return HEADER + stringify({ groups }, { lineWidth: 120 });
}

describe("recording rules", () => {
  it("are the shipped file", async () => {
    await expect(rulesFile()).toMatchFileSnapshot(`${folder}meshscope.rules.yaml`);
  });

  it("pass promtool's check and their own unit tests", async () => {
    const promtool = await findPromtool();
    const check = await run(promtool, ["check", "rules", `${folder}meshscope.rules.yaml`]);
    expect(check.stdout).toMatch(/SUCCESS: 8 rules found/);
    const test = await run(promtool, ["test", "rules", `${folder}meshscope.rules.test.yaml`]);
    expect(test.stdout).toMatch(/SUCCESS/);
  }, 60_000);

  it.each([
    ["another window", 30, {}],
    ["rules that are not there", 60, { recorded: [300] }],
    ["doubles, which rules can't know", 60, { doubles: { pods: 1, example: "x/y" } }],
  ])("are not read for %s", (_, window, facts) => {
    expect(recordingFor("requests", seconds(window), { ...NO_FACTS, recorded: [60], ...facts })).toBeNull();
  });

  it("are not read of a past in which they may not have been recorded", () => {
    const capabilities = { mesh: "istio", present: true, scrapeInterval: null, facts: { ...NO_FACTS, recorded: [60] } };
    const texts = (past: boolean) =>
      istio
        .plan(seconds(60), { ...capabilities, mesh: "istio" }, { latency: true, past })
        .map(({ query }) => printQuery(query));
    expect(texts(false).join("\n")).toMatch(/meshscope:istio_requests:rate1m/);
    expect(texts(true).join("\n")).not.toMatch(/meshscope:/);
  });

  it("say how old their numbers may be", () => {
    const infos = (recorded: number[]) => decode({ facts: { recorded } }).infos;
    expect(infos([60])).toEqual([expect.stringMatching(/recording rules.*15 s/)]);
    expect(infos([])).toEqual([]);
  });

  it("are not read where they would say something else", () => {
    const facts = { ...NO_FACTS, recorded: [60] };
    expect(recordingFor("l4", seconds(60), { ...facts, ztunnelLabel: "container" })).toBeNull();
    expect(recordingFor("latency", seconds(60), facts)).toBe("meshscope:istio_latency:rate1m");
  });
});

it("a recording of latency is completed for clients found not to report", () => {
  const facts = { ...NO_FACTS, recorded: [60], silent: ["legacy"] };
  const capabilities = { mesh: "istio", present: true, scrapeInterval: null, facts } as const;
  const latency = istio.plan(seconds(60), capabilities, { latency: true }).find(({ id }) => id === "latency");
  const text = latency === undefined ? "" : printQuery(latency.query);
  expect(text).toContain("meshscope:istio_latency:rate1m or ");
  expect(text).toContain('reporter="destination",source_workload="legacy"');
  expect(text).not.toContain("source|waypoint");
});

const START = 1_750_003_200;
const END = START + 900;
const call = { reporter: "source", from: "shop/a", to: "shop/b" } as const;
const points = (perScrape: number) => every(15, START, END, (age) => (age / 15) * perScrape);
const raw: Written[] = [
  { name: "up", labels: target("shop/a-1"), points: every(15, START, END, () => 1) },
  { name: "istio_requests_total", labels: { ...requestLabels(call, "200"), ...target("shop/a-1") }, points: points(7) },
  {
    name: "istio_requests_total",
    labels: { ...requestLabels(call, "503", "UF"), ...target("shop/a-1") },
    points: every(15, END - 30, END, () => 5),
  },
  {
    name: "istio_tcp_sent_bytes_total",
    labels: {
      ...callLabels({ ...call, to: "shop/db" }),
      request_protocol: "tcp",
      response_flags: "-",
      ...target("shop/a-1"),
    },
    points: points(1000),
  },
  ...["10", "20", "+Inf"].map((le, i) => ({
    name: "istio_request_duration_milliseconds_bucket",
    labels: { ...requestLabels(call, "200"), ...target("shop/a-1"), le },
    points: points(i + 1),
  })),
  {
    name: "istio_request_duration_milliseconds_sum",
    labels: { ...requestLabels(call, "200"), ...target("shop/a-1") },
    points: points(33),
  },
];

it("recorded or not, one data set gives the same observations", async () => {
  const plain = await startBench(exposition(raw));
  const recorded: Written[] = [];
  let direct: Awaited<ReturnType<typeof refresh>>;
  try {
    const capabilities = await learn(plain, END);
    expect(capabilities.facts["recorded"]).toEqual([]);
    direct = await refresh(plain, END, 60, capabilities);
    for (const { rules } of recordingRules().slice(0, 1)) {
      for (const { record, expr } of rules) {
        for (const { labels, value } of (await plain.ask(expr, END)).samples) {
          recorded.push({
            name: record,
            labels,
            points: [
              [END - 30, value],
              [END - 15, value],
              [END, value],
            ],
          });
        }
      }
    }
  } finally {
    await plain.stop();
  }
  const ruled = await startBench(exposition([...raw, ...recorded]));
  try {
    const capabilities = await learn(ruled, END);
    expect(capabilities.facts["recorded"]).toEqual([60]);
    const queries = istio.plan(seconds(60), capabilities, { latency: true }).map(({ query }) => printQuery(query));
    expect(queries.filter((query) => query.startsWith("meshscope:"))).toHaveLength(4);
    const indirect = await refresh(ruled, END, 60, capabilities);
    expect(indirect.decoded.observations).toHaveLength(2);
    expect({ ...indirect.decoded, infos: [] }).toEqual(direct.decoded);
    const stale = await learn(ruled, END + 120);
    expect(stale.facts["recorded"]).toEqual([]);
  } finally {
    await ruled.stop();
  }
}, 60_000);
