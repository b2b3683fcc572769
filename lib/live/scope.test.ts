import { describe, expect, it } from "vitest";
import { clusterId, edgeId, namespaceId, nodeId } from "#lib/graph/id.ts";
import { type GraphEdge, type GraphNode, OUTCOMES, type Outcome } from "#lib/graph/model.ts";
import { bytesPerSecond, perSecond, ratio } from "#lib/units.ts";
import { changesOf } from "./changes.ts";
import { detailsOf } from "./details.ts";
import { graph as graphOf } from "./live.test-support.ts";
import { flagsOf, membersOf, scopeOf, trafficRows } from "./scope.ts";
import { WHOLE } from "./whole.ts";

const id = (namespace: string, name: string, cluster = "c") => nodeId({ kind: "workload", cluster, namespace, name });
const node = (namespace: string, name: string, more: Partial<GraphNode> = {}): GraphNode => ({
  id: id(namespace, name, more.cluster),
  kind: "workload",
  cluster: "c",
  namespace,
  workload: name,
  app: name.replace(/-v\d$/, ""),
  mesh: "istio",
  dataplane: "sidecar",
  health: "healthy",
  badges: [],
  ...more,
});

const outcomes = (of: Partial<Record<Outcome, number>>) =>
  Object.fromEntries(OUTCOMES.map((one) => [one, perSecond(of[one] ?? 0)])) as unknown as NonNullable<
    GraphEdge["outcomes"]
  >;

const edge = (source: string, target: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  id: edgeId(source, target, more.protocol ?? "http"),
  source,
  target,
  protocol: "http",
  mesh: "istio",
  layer: "l7",
  observer: "source",
  observers: {},
  rate: perSecond(10),
  requests: 600,
  errorRate: perSecond(0),
  outcomes: outcomes({ ok: 10 }),
  codes: { "200": perSecond(10) },
  flags: {},
  hosts: {},
  latency: null,
  mtls: null,
  mtlsBasis: "unknown",
  health: "healthy",
  ...more,
});

const A = id("shop", "a-v1");
const B = id("shop", "a-v2");
const C = id("orders", "c");
const nodes = [
  node("shop", "a-v1", { coverage: { reporting: 1, pods: 2 } }),
  node("shop", "a-v2"),
  node("orders", "c"),
];
const graph = (edges: readonly GraphEdge[]) => graphOf(nodes, edges);

describe("members of a box", () => {
  it.each([
    ["a namespace", namespaceId("c", "shop"), [A, B]],
    ["a cluster", clusterId("c"), [A, B, C]],
    ["an app", nodeId({ kind: "app", cluster: "c", namespace: "shop", name: "a" }), [A, B]],
    ["a namespace of another cluster", namespaceId("d", "shop"), []],
    ["what is no box", A, []],
    ["what is no id", "x", []],
  ])("of %s", (_name, box, members) => {
    expect([...membersOf(graph([]), box)].sort()).toEqual([...members].sort());
  });
});

describe("sums of a scope", () => {
  const shop = new Set([A, B]);

  it("keep directions and protocols apart, and never add requests to connections", () => {
    const tcp = edge(A, B, {
      protocol: "tcp",
      rate: null,
      errorRate: null,
      outcomes: null,
      bytesPerSecond: { sent: bytesPerSecond(10), received: bytesPerSecond(5) },
      connections: {
        openedPerSecond: perSecond(1),
        closedPerSecond: perSecond(1),
        failedPerSecond: perSecond(0.5),
        open: null,
      },
    });
    const rows = trafficRows(scopeOf(graph([edge(C, A), edge(A, B), edge(B, C), tcp]), shop).summary);
    expect(rows.map(({ direction, protocol, totals }) => [direction, protocol, totals.rate])).toEqual([
      ["in", "http", 10],
      ["inside", "http", 10],
      ["inside", "tcp", null],
      ["out", "http", 10],
    ]);
    expect(rows[2]?.totals.connections).toMatchObject({ openedPerSecond: 1, failedPerSecond: 0.5, open: null });
  });

  it("keep flags of requests and of connections apart", () => {
    const flags = { UF: perSecond(1) };
    const rows = trafficRows(
      scopeOf(graph([edge(A, B, { flags }), edge(B, C, { flags }), edge(A, B, { protocol: "tcp", flags })]), null)
        .summary,
    );
    expect(flagsOf(rows, false)).toEqual({ UF: 2 });
    expect(flagsOf(rows, true)).toEqual({ UF: 1 });
  });

  it("count pods that report of pods that exist", () => {
    expect(scopeOf(graph([]), shop).summary.coverage).toEqual({ reporting: 1, pods: 2 });
    expect(scopeOf(graph([]), new Set([C])).summary.coverage).toBeNull();
  });

  it("name what hurts, failing before degraded", () => {
    const bad = edge(A, B, { health: "failing", errorRate: perSecond(1) });
    const mild = edge(C, A, { health: "degraded", errorRate: perSecond(5) });
    expect(scopeOf(graph([mild, bad, edge(B, C)]), null).worst.map((one) => one.id)).toEqual([bad.id, mild.id]);
  });

  it("leave out what is gone in this window", () => {
    expect(scopeOf(graph([edge(A, B, { change: "gone" })]), null).edges).toBe(0);
  });
});

describe("details of what is no node or edge", () => {
  it("are of the whole graph, of a box, or absent", () => {
    const all = graph([edge(A, B)]);
    expect(detailsOf(all, WHOLE)).toMatchObject({
      kind: "scope",
      scope: { summary: { nodes: 3 }, edges: 1 },
      changes: null,
    });
    expect(detailsOf(all, namespaceId("c", "orders"))).toMatchObject({
      kind: "scope",
      scope: { summary: { nodes: 1 }, edges: 0 },
    });
    expect(detailsOf(all, namespaceId("c", "nowhere"))).toEqual({ kind: "absent", id: namespaceId("c", "nowhere") });
  });
});

describe("what a comparison found", () => {
  const latency = (p95: number) => ({ mean: null, p50: null, p95, p99: null }) as GraphEdge["latency"];
  const numbers = (of: Partial<GraphEdge>): NonNullable<GraphEdge["before"]> => ({
    rate: perSecond(10),
    requests: 600,
    errorRate: perSecond(0),
    outcomes: null,
    latency: null,
    mtls: null,
    health: "healthy",
    ...of,
  });

  it("is nothing without one", () => {
    expect(changesOf(graph([edge(A, B)]), null)).toBeNull();
  });

  it("lists new, gone, failing more and slower, each once where it belongs", () => {
    const found = changesOf(
      graph([
        edge(A, B, { change: "new" }),
        edge(B, A, { change: "gone" }),
        edge(A, C, { change: "same", errorRate: perSecond(1), before: numbers({}) }),
        edge(B, C, { change: "same", latency: latency(60), before: numbers({ latency: latency(40) }) }),
        edge(C, A, { change: "same", latency: latency(41), before: numbers({ latency: latency(40) }) }),
      ]),
      null,
    );
    const ids = (list: { readonly edges: readonly GraphEdge[] } | undefined) => list?.edges.map((one) => one.id);
    expect(ids(found?.added)).toEqual([edgeId(A, B, "http")]);
    expect(ids(found?.gone)).toEqual([edgeId(B, A, "http")]);
    expect(ids(found?.failing)).toEqual([edgeId(A, C, "http")]);
    expect(ids(found?.slower)).toEqual([edgeId(B, C, "http")]);
    expect(found).toMatchObject({ unchanged: 1, tooFew: 0 });
  });

  it("compares no shares or quantiles of what the server calls too few", () => {
    const few = edge(A, C, { change: "same", tooFew: true, errorRate: perSecond(5), before: numbers({}) });
    expect(changesOf(graph([few]), null)).toMatchObject({ failing: { total: 0 }, tooFew: 1, unchanged: 1 });
  });
});

describe("what a scope rests on", () => {
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`h${at}.example`, perSecond(at + 1)]));
  const limit = (share: number, failing = 10) => ({
    ...{ direction: "inbound" as const, outcomes: ["server" as const], share: ratio(share), degraded: 0, failing },
  });
  const edges = [
    edge(A, C, { mtls: ratio(1), mtlsBasis: "server", hosts: many, health: "failing", limit: limit(0.2) }),
    edge(B, C, {
      mtls: ratio(0.4),
      mtlsBasis: "server",
      hosts: { "h0.example": perSecond(50) },
      health: "failing",
      limit: limit(0.6),
    }),
    edge(C, A, { mtlsBasis: "inferred", health: "failing", limit: limit(0.3, 30), hosts: { "a.shop": perSecond(3) } }),
    edge(C, B, { health: "idle" }),
    edge(A, B, { protocol: "tcp", health: "failing", hosts: { "tcp.example": perSecond(1) } }),
    // Parts of a call that is drawn through its service.
    edge(A, C, { id: "half", half: "service", mtls: ratio(0), mtlsBasis: "server", hosts: many, health: "failing" }),
  ] as const;
  const { mtls, hosts, limits } = scopeOf(graphOf(nodes, edges), null);

  it("is counted by basis; what carries nothing and parts of a call aren't", () => {
    expect(mtls).toEqual({
      server: { edges: 2, unproven: 1 },
      peer: { edges: 0, unproven: 0 },
      inferred: { edges: 1, unproven: 0 },
      unknown: { edges: 1, unproven: 0 },
    });
  });

  it("has the hosts that were asked for most, and counts the others; a connection is no request", () => {
    expect(Object.entries(hosts.rates).slice(0, 2)).toEqual([
      ["h0.example", 51],
      ["h10.example", 11],
    ]);
    expect([Object.keys(hosts.rates).length, hosts.more]).toEqual([8, 4]);
    const orders = scopeOf(graphOf(nodes, edges), membersOf(graphOf(nodes, edges), namespaceId("c", "shop")));
    expect(orders.hosts).toEqual({ rates: { "a.shop": 3 }, more: 0 });
  });

  it("says by which limits edges are in trouble, with the one that is furthest over it", () => {
    expect(limits.items.map((one) => [one.edges, one.limit?.failing ?? null, one.worst.id])).toEqual([
      [2, 10, edgeId(B, C, "http")],
      [1, 30, edgeId(C, A, "http")],
      [1, null, edgeId(A, B, "tcp")],
    ]);
    expect(limits.more).toBe(0);
  });

  it("names six of the limits and counts the others", () => {
    const own = Array.from({ length: 9 }, (_, at) =>
      edge(A, C, { id: `${at}`, health: "failing", limit: limit(0.2, 10 + at) }),
    );
    const { items, more } = scopeOf(graphOf(nodes, own), null).limits;
    expect([items.length, more]).toEqual([6, 3]);
  });
});
