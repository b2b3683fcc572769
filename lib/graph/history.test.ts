import { describe, expect, it } from "vitest";
import { bytesPerSecond, perSecond } from "#lib/units.ts";
import { sumLines, sumOf } from "./history.ts";
import type { GraphEdge, GraphNode } from "./model.ts";
import { outcomesOf } from "./outcome.ts";

const base: GraphEdge = {
  ...{ id: "a>b>http", source: "a", target: "b", protocol: "http", mesh: "istio", layer: "l7", observer: "source" },
  ...{ observers: {}, rate: perSecond(0), requests: 0, errorRate: perSecond(0), outcomes: outcomesOf(() => 0) },
  ...{ codes: {}, flags: {}, hosts: {}, latency: null, latencyMissing: "no-samples", mtls: null, mtlsBasis: "unknown" },
  ...{ health: "healthy" },
};
const edge = (rate: number, failed: number, change: Partial<GraphEdge> = {}): GraphEdge => ({
  ...base,
  rate: perSecond(rate),
  outcomes: outcomesOf((name) => (name === "ok" ? rate - failed : name === "server" ? failed : 0)),
  ...change,
});
const tcp = (opened: number, failed: number): GraphEdge => ({
  ...base,
  ...{ id: "a>c>tcp", protocol: "tcp", rate: null, outcomes: null, errorRate: null },
  bytesPerSecond: { sent: bytesPerSecond(10), received: bytesPerSecond(20) },
  connections: {
    ...{ openedPerSecond: perSecond(opened), closedPerSecond: perSecond(0), failedPerSecond: perSecond(failed) },
    open: null,
  },
});
const node = (id: string): GraphNode => ({
  ...{ id, kind: "workload", cluster: "c", namespace: "shop", mesh: "istio", dataplane: "sidecar" },
  ...{ health: "healthy", badges: [] },
});
const sum = (...edges: GraphEdge[]) => sumOf({ nodes: ["a", "b", "c", "s"].map(node), edges });
const values = (lines: ReturnType<typeof sumLines>) =>
  Object.fromEntries(lines.map(({ name, values: of }) => [name, of]));

describe("the sum of a view", () => {
  it("adds requests of http and grpc, and never connections to them", () => {
    const { requests, tcp: l4 } = sum(edge(5, 1), edge(3, 0, { protocol: "grpc" }), tcp(2, 1));
    expect(requests?.rate).toBe(8);
    expect(requests?.outcomes).toMatchObject({ ok: 7, server: 1 });
    expect(l4?.connections).toMatchObject({ openedPerSecond: 2, failedPerSecond: 1 });
  });

  it("counts a call that is drawn through its service once", () => {
    expect(sum(edge(5, 0), edge(5, 0, { id: "s>b>http", half: "service" })).requests?.rate).toBe(5);
  });

  it("has no requests where no edge carries any, and no classes where one can't tell", () => {
    expect(sum(tcp(1, 0)).requests).toBeNull();
    expect(sum(edge(5, 0), edge(1, 0, { protocol: "grpc", outcomes: null })).requests).toEqual({
      rate: 6,
      outcomes: null,
    });
  });
});

describe("lines of sums", () => {
  it("are gaps where nothing is known, and 0 where nothing flowed", () => {
    expect(values(sumLines("requests", [sum(edge(5, 1)), null, sum()]))).toEqual({
      ok: [4, null, 0],
      server: [1, null, 0],
    });
  });

  it("keep requests whose class isn't known apart", () => {
    expect(values(sumLines("requests", [sum(edge(5, 1)), sum(edge(2, 0, { outcomes: null }))]))).toEqual({
      ok: [4, 0],
      server: [1, 0],
      unknown: [0, 2],
    });
  });

  it("of bytes and connections are those of tcp", () => {
    expect(values(sumLines("bytes", [sum(tcp(1, 0), edge(9, 0))]))).toEqual({ sent: [10], received: [20] });
    expect(values(sumLines("connections", [null, sum(tcp(3, 1))]))).toEqual({
      ...{ opened: [null, 3], closed: [null, 0], failed: [null, 1] },
    });
  });

  it.each(["requests", "bytes", "connections"] as const)("of %s are none where no instant had any", (kind) => {
    expect(sumLines(kind, [sum(), null])).toEqual([]);
    expect(sumLines(kind, [])).toEqual([]);
  });
});
