import { describe, expect, it } from "vitest";
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import type { Capabilities, SeriesGrid, SeriesMetric, SeriesSubject } from "#lib/mesh/port.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Matrix } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { chartsOf } from "./charts.ts";
import { NO_FACTS } from "./facts.ts";
import { seriesReads } from "./series.ts";

const capabilities: Capabilities = {
  scrapeInterval: seconds(15),
  mesh: "istio",
  present: true,
  facts: { ...NO_FACTS },
};
const METRICS: readonly SeriesMetric[] = ["requests", "latency", "bytes", "connections"];
const options = {
  metrics: METRICS,
  window: seconds(60),
  metricsNameOf: (cluster: string) => (cluster === "west-1" ? "Kubernetes" : cluster),
};

function edge(id: string, lens: SeriesSubject["lens"] = "workload"): SeriesSubject {
  const key = parseEdgeId(id);
  if (key === null) throw new Error(id);
  return { type: "edge", ...key, lens };
}
function node(id: string): SeriesSubject {
  const key = parseNodeId(id);
  if (key === null) throw new Error(id);
  return { type: "node", node: key, lens: "workload" };
}
const texts = (subject: SeriesSubject) =>
  seriesReads(subject, capabilities, options).map(({ id, query }) => [id, printQuery(query)] as const);

describe("seriesReads", () => {
  it("asks for exactly one edge", () => {
    const [requests] = texts(edge("west-1/shop/workload/web>west-1/shop/workload/api>http"));
    expect(requests?.[0]).toBe("edge/requests");
    expect(requests?.[1]).toContain('source_workload="web"');
    expect(requests?.[1]).toContain('destination_workload="api"');
    expect(requests?.[1]).toContain('request_protocol="http"');
    expect(requests?.[1]).toMatch(/source_cluster=~"[^"]*Kubernetes/);
  });

  it.each([
    ["http", ["edge/requests", "edge/latency", "edge/bytes"]],
    ["tcp", ["edge/bytes", "edge/connections"]],
  ])("asks of %s what it has", (protocol, ids) => {
    expect(texts(edge(`c/n/workload/a>c/n/workload/b>${protocol}`)).map(([id]) => id)).toEqual(ids);
  });

  it("asks a node in both directions", () => {
    expect(texts(node("c/n/workload/a")).map(([id]) => id.split("/")[0])).toEqual([
      ...Array(4).fill("inbound"),
      ...Array(4).fill("outbound"),
    ]);
  });

  it.each([
    ["west-1/shop/namespace/shop", ['workload_namespace="shop"'], ["_workload=", "canonical"]],
    ["west-1/-/cluster/west-1", ['_cluster=~"'], ["_workload=", "workload_namespace", "canonical"]],
    ["west-1/shop/app/reviews", ['workload_namespace="shop"', 'canonical_service="reviews"'], ["canonical_revision"]],
  ])("asks a box %s for all that comes in and goes out", (id, has, hasNot) => {
    const [inbound, ...others] = texts(node(id)).filter(([each]) => each.endsWith("/requests"));
    const outbound = others.at(-1);
    for (const part of has) {
      expect(inbound?.[1]).toContain(`destination_${part}`.replace("__", "_"));
      expect(outbound?.[1]).toContain(`source_${part}`.replace("__", "_"));
    }
    for (const part of hasNot) expect(inbound?.[1]).not.toContain(part);
  });

  it("takes a service's node for the calls that reached no workload, but in the service lens", () => {
    const id = "c/n/workload/a>c/n/service/b>http";
    expect(texts(edge(id))[0]?.[1]).toContain('destination_workload="unknown"');
    expect(texts(edge(id, "service"))[0]?.[1]).not.toContain('destination_workload="unknown"');
  });

  it("asks nothing where labels can't tell", () => {
    expect(texts(edge("c/n/service/a>c/n/service/b>http", "service"))).toEqual([]);
    expect(texts(node("c/restricted/restricted/restricted"))).toEqual([]);
  });

  it("counts a pod that two targets report once, as the graph does (docs/numbers.md 15)", () => {
    const facts = { ...NO_FACTS, podLabel: "pod", namespaceLabel: "namespace", doubles: { pods: 1, example: "n/a" } };
    const subjects = [edge("c/n/workload/a>c/n/workload/b>http"), edge("c/n/workload/a>c/n/workload/b>tcp")];
    for (const subject of subjects) {
      for (const { query } of seriesReads(subject, { ...capabilities, facts }, options)) {
        expect(printQuery(query)).toMatch(/max by \([^)]*\bpod\b[^)]*\)/);
      }
    }
  });

  it("has no history of hosts that were summed: no label tells them", () => {
    for (const name of ["(other hosts)", "(invalid host)"]) {
      expect(texts(node(`c/unknown/external/${encodeURIComponent(name)}`))).toEqual([]);
    }
  });

  it("keeps hostile names inside their label value", () => {
    const hostile = 'x"} or vector(1) #\\';
    const id = `c/n/workload/${encodeURIComponent(hostile)}`;
    for (const [, text] of texts(node(id))) expect(text).toContain('x\\"} or vector(1) #\\\\');
  });
});

const grid: SeriesGrid = { start: unixSeconds(1000), step: seconds(10), points: 3 };
const matrix = (series: Matrix["series"]): Matrix => ({ series, warnings: [], infos: [] });
const at = (...offsets: number[]) => offsets.map((offset) => unixSeconds(1000 + offset));
const charts = (metric: SeriesMetric, series: Matrix["series"]) => {
  const reads = seriesReads(edge("c/n/workload/a>c/n/workload/b>http"), capabilities, {
    ...options,
    metrics: [metric],
  });
  return chartsOf(new Map(reads.map(({ id }) => [id, matrix(series)])), reads, grid);
};

describe("chartsOf", () => {
  it("puts requests into their classes, aligned, with gaps as gaps", () => {
    const labels = { reporter: "source", request_protocol: "http", response_flags: "-" };
    const [chart] = charts("requests", [
      { labels: { ...labels, response_code: "200" }, times: at(0, 20), values: [5, 7] },
      { labels: { ...labels, response_code: "503", response_flags: "UH" }, times: at(20), values: [1] },
    ]);
    expect(chart).toMatchObject({ unit: "1/s", direction: "edge", observer: "source" });
    expect(chart?.lines).toEqual([
      { name: "ok", values: [5, null, 7] },
      { name: "neverArrived", values: [0, null, 1] },
    ]);
  });

  it("keeps observers apart, the client's first", () => {
    const series = (reporter: string) => ({
      labels: { reporter, request_protocol: "http", response_code: "200" },
      times: at(0),
      values: [1],
    });
    expect(charts("requests", [series("destination"), series("source")]).map(({ observer }) => observer)).toEqual([
      "source",
      "destination",
    ]);
  });

  it("interpolates quantiles as the graph does, and leaves out instants with nothing counted", () => {
    const bucket = (le: string, values: number[]) => ({
      labels: { reporter: "source", le },
      times: at(0, 10, 20),
      values,
    });
    const [chart] = charts("latency", [
      bucket("10", [1, 0, Number.NaN]),
      bucket("20", [2, 0, 1]),
      bucket("+Inf", [2, 0, 1]),
      { labels: { reporter: "source" }, times: at(0, 10), values: [24, 0] },
    ]);
    expect(chart?.lines.find(({ name }) => name === "p50")?.values).toEqual([10, null, null]);
    expect(chart?.lines.find(({ name }) => name === "mean")?.values).toEqual([12, null, null]);
  });

  it("draws nothing from nothing, NaN or infinity", () => {
    expect(charts("requests", [])).toEqual([]);
    const labels = { reporter: "source", request_protocol: "http", response_code: "200" };
    expect(charts("requests", [{ labels, times: at(0, 10), values: [Number.NaN, Number.POSITIVE_INFINITY] }])).toEqual(
      [],
    );
  });
});
