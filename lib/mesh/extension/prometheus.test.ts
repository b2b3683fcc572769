/** The adapter's queries on a real Prometheus: known increments in, exact numbers out. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import { type Bench, startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import type { Answers, Capabilities, SeriesMetric } from "#lib/mesh/port.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Labels, Matrix, Vector } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { extension } from "./index.ts";

/** A multiple of two hours, so that everything is one block. */
const START = 1_750_003_200;
const END = START + 900;
const STEP = 15;
const AT = "shop/bridge-1";

const CALL: Labels = {
  ...{ extension: "skupper", reporter: "combined", source_cluster: "c1", source_namespace: "shop", source_name: "web" },
  ...{
    source_is_root: "true",
    dest_cluster: "remote",
    dest_namespace: "data",
    dest_name: "mysql:3306",
    secure: "true",
  },
};
const HTTP: Labels = { ...CALL, protocol: "http", status_code: "200", flags: "-" };
const steady = (name: string, labels: Labels, perScrape: number): Written => ({
  name,
  labels: { ...labels, ...target(AT) },
  points: every(STEP, START, END, (age) => 100 + (age / STEP) * perScrape),
});
const SERIES: readonly Written[] = [
  { name: "up", labels: target(AT), points: every(STEP, START, END, () => 1) },
  steady("kiali_ext_requests_total", HTTP, 30),
  // The same calls as the other end tells them.
  steady("kiali_ext_requests_total", { ...HTTP, source_is_root: "false" }, 15),
  {
    name: "kiali_ext_requests_total",
    labels: { ...HTTP, status_code: "503", flags: "UF", ...target(AT) },
    points: every(STEP, END - 30, END, () => 7),
  },
  steady("kiali_ext_tcp_received_total", CALL, 1500),
  steady("kiali_ext_tcp_sent_total", CALL, 3000),
  // Nobody's.
  steady("kiali_ext_requests_total", { ...HTTP, extension: "" }, 30),
  // It has been silent for longer than the window.
  steady("kiali_ext_tcp_sent_total", { ...CALL, dest_name: "idle" }, 0),
  {
    name: "kiali_ext_requests_total",
    labels: { ...HTTP, dest_name: "quiet", ...target(AT) },
    points: every(STEP, START, END, (age) => Math.min(age, 300)),
  },
];

let bench: Bench;
let capabilities: Capabilities;
beforeAll(async () => {
  bench = await startBench(exposition(SERIES));
  const answers: [string, Vector][] = [];
  for (const { id, query } of extension.probe()) answers.push([id, await bench.ask(query, END)]);
  capabilities = extension.learn(new Map(answers), null);
}, 60_000);
afterAll(() => bench.stop());

async function refresh(edges: "live" | "all") {
  const answers = new Map<string, Vector>();
  for (const { id, query } of extension.plan(seconds(60), capabilities, { latency: true, edges }))
    answers.set(id, await bench.ask(query, END));
  const told: Answers = answers;
  return extension.decode(told, capabilities, {
    ...{ inventory: new Map(), clusterOf: (name: string) => name, defaultCluster: null },
    ...{ at: unixSeconds(END), window: seconds(60) },
  });
}

it("knows that there are extensions, and how often they are scraped", () => {
  expect(capabilities).toMatchObject({ mesh: "extension", present: true, scrapeInterval: 15 });
});

it("a Prometheus without any has none", async () => {
  const answers: [string, Vector][] = [];
  for (const { id, query } of extension.probe()) answers.push([id, await bench.ask(query, START - 3600)]);
  expect(extension.learn(new Map(answers), capabilities)).toMatchObject({ present: false, scrapeInterval: null });
  expect(extension.learn(new Map(), capabilities).present).toBe(true);
});

describe("a refresh", () => {
  it("has requests with bursts of newborn series, and bytes as the client sees them", async () => {
    const { observations, missing, ignored, warnings } = await refresh("live");
    expect(observations).toHaveLength(2);
    const [http, tcp] = [
      observations.find(({ layer }) => layer === "l7"),
      observations.find(({ layer }) => layer === "l4"),
    ];
    expect(http?.requests.map(({ code, flags, rate }) => [code, flags, Math.round(rate * 1000) / 1000])).toEqual([
      ["200", "-", 2],
      ["503", "UF", Math.round((7 / 60) * 1000) / 1000],
    ]);
    expect(http).toMatchObject({ newbornRequests: 7, newbornSince: END - 30 });
    expect(tcp?.bytes).toEqual({ sent: 100, received: 200 });
    expect([missing, ignored.series, warnings]).toEqual([[], 0, []]);
  });

  it("knows what carried anything within the hour, where that is asked for", async () => {
    const { observations } = await refresh("all");
    expect(
      observations.map(({ destination }) => destination.service).toSorted((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1)),
    ).toEqual(["mysql", "mysql", "quiet"]);
  });
});

describe("charts", () => {
  const options = {
    metrics: ["requests", "bytes"] as SeriesMetric[],
    window: seconds(60),
    metricsNameOf: (name: string) => name,
  };
  const grid = { start: unixSeconds(END), step: seconds(15), points: 1 };
  async function charts(reads: ReturnType<NonNullable<typeof extension.series>>) {
    const answers = new Map<string, Matrix>();
    for (const { id, query } of reads) {
      const { samples } = await bench.ask(query, END);
      const series = samples.map(({ labels, value }) => ({ labels, times: [unixSeconds(END)], values: [value] }));
      answers.set(id, { series, warnings: [], infos: [] });
    }
    return extension.charts?.(answers, reads, grid) ?? [];
  }
  const edge = (protocol: string) => {
    const key = parseEdgeId(`c1/shop/service/web>remote/data/service/mysql>${protocol}`);
    if (key === null) throw new Error(protocol);
    return extension.series?.({ type: "edge", ...key, lens: "workload" }, capabilities, options) ?? [];
  };

  it("of an edge: outcomes of its requests, or its bytes, counted once", async () => {
    expect(await charts(edge("http"))).toMatchObject([
      {
        metric: "requests",
        direction: "edge",
        observer: "extension",
        lines: [{ name: "ok", values: [2] }],
      },
    ]);
    expect(await charts(edge("tcp"))).toMatchObject([
      {
        metric: "bytes",
        lines: [
          { name: "sent", values: [100] },
          { name: "received", values: [200] },
        ],
      },
    ]);
    expect(await charts(edge("grpc"))).toEqual([]);
  });

  it("of a node: what comes in, and what goes out", async () => {
    const node = parseNodeId("remote/data/service/mysql");
    if (node === null) throw new Error("node");
    const reads = extension.series?.({ type: "node", node, lens: "workload" }, capabilities, options) ?? [];
    expect((await charts(reads)).map(({ direction, metric }) => `${direction} ${metric}`)).toEqual([
      "inbound requests",
      "inbound bytes",
    ]);
  });

  it.each([
    "c/unknown/unknown/unknown",
    "c/unknown/external/api.example",
    "restricted/restricted/restricted/restricted",
  ])("%s: no label tells it", (id) => {
    const node = parseNodeId(id);
    if (node === null) throw new Error(id);
    expect(extension.series?.({ type: "node", node, lens: "workload" }, capabilities, options)).toEqual([]);
  });

  it("a name is no pattern", () => {
    const node = parseNodeId("c/shop/workload/a.*b");
    if (node === null) throw new Error("node");
    const [read] = extension.series?.({ type: "node", node, lens: "workload" }, capabilities, options) ?? [];
    expect(read === undefined ? "" : printQuery(read.query)).toContain('dest_name=~"a\\\\.\\\\*b(?::[0-9]{1,5})?"');
  });
});
