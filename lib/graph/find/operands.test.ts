import { describe, expect, it } from "vitest";
import { bytesPerSecond, milliseconds, perSecond, ratio } from "#lib/units.ts";
import type { Graph } from "../model.ts";
import { type Expression, termsOf } from "./ast.ts";
import { blindSpots, evaluate } from "./evaluate.ts";
import { edgeOf, graphOf, nodeOf, outcomes } from "./find.test-support.ts";
import { GraphIndex } from "./graph-index.ts";
import { appliesTo } from "./operand.ts";
import { nameOperand, OPERANDS } from "./operands.ts";
import { parse } from "./parse.ts";

const gw = nodeOf("edge/workload/gw", { dataplane: "gateway", badges: ["gateway", "traffic-source"] });
const front = nodeOf("shop/workload/front", {
  ...{ app: "frontend", service: "front-svc", version: "v1", coverage: { reporting: 2, pods: 3 } },
  labels: { app: "frontend" },
  badges: ["partial-coverage", "virtual-service", "request-routing", "request-timeout", "traffic-shifting"],
});
const reviews = nodeOf("shop/workload/reviews-v2", {
  ...{ app: "reviews", service: "reviews", version: "v2", health: "failing", change: "new" },
  labels: { app: "reviews", "topology.kubernetes.io/region": "east" },
  badges: ["partly-unmeshed", "circuit-breaker", "fault-injection", "mirroring", "workload-entry"],
});
const db = nodeOf("data/workload/db", {
  ...{ mesh: null, dataplane: "none", health: "unknown", version: "v1" },
  badges: ["unmeshed", "outside", "tcp-traffic-shifting"],
});
const spare = nodeOf("shop/workload/spare", {
  health: "idle",
  goneAt: "2026-08-20T13:59:00Z",
  badges: ["waypoint"],
  coverage: { reporting: 0, pods: 0 },
});
const api = nodeOf("unknown/external/api.example");
const passthrough = nodeOf("unknown/external/PassthroughCluster");
const unknown = nodeOf("unknown/unknown/unknown");
const restricted = nodeOf("restricted/restricted/restricted", { health: "unknown" });
const orders = nodeOf("orders/namespace/orders", { dataplane: null });

const NODES = { gw, front, reviews, db, spare, api, passthrough, unknown, restricted, orders };
const EDGES = {
  "gw>front": edgeOf(gw, front, {
    ...{ rate: perSecond(30), requests: 1800, mtls: ratio(1), codes: { "200": perSecond(30) } },
    ...{
      latency: latency(20, 80),
      trials: [{ action: "deny", min: perSecond(4), max: perSecond(4) }],
      principals: { source: "spiffe://x/ns/edge/sa/gw" },
      hosts: { "front-svc.shop": perSecond(30) },
    },
    outcomes: outcomes({ ok: 30 }),
    bytesPerSecond: { sent: bytesPerSecond(300), received: bytesPerSecond(90_000) },
    operations: { ListFronts: perSecond(20), GetFront: perSecond(10), DeleteFront: perSecond(0) },
  }),
  "unknown>front": edgeOf(unknown, front, {
    ...{ rate: perSecond(10), mtls: ratio(0), observer: "destination", extensions: ["skupper"] },
    trials: [
      { action: "allow", min: perSecond(0), max: perSecond(3) },
      { action: "deny", min: perSecond(0), max: perSecond(2) },
    ],
  }),
  "front>reviews": edgeOf(front, reviews, {
    ...{ rate: perSecond(20), requests: 1200, errorRate: perSecond(2), health: "failing", change: "new" },
    ...{
      codes: { "200": perSecond(17), "404": perSecond(1), "503": perSecond(1), "-": perSecond(1) },
      flags: { "UF,URX": perSecond(1) },
    },
    ...{ outcomes: outcomes({ ok: 17, client: 1, server: 1, neverArrived: 1 }), latency: latency(300, 1200) },
    ...{
      principals: { source: "spiffe://x/ns/shop/sa/front", destination: "spiffe://x/ns/shop/sa/reviews" },
      mtls: ratio(0.5),
    },
    newborn: { atLeast: 6, firstSeen: "2026-08-20T13:59:50Z" },
  }),
  "front>api": edgeOf(front, api, {
    ...{ rate: perSecond(5), requests: 300 },
    codes: { "200": perSecond(5), "302": perSecond(0) },
  }),
  "front>orders": edgeOf(front, orders, {
    ...{ protocol: "grpc", rate: perSecond(8), requests: 480, change: "same", observer: "waypoint" },
    ...{
      codes: { "0": perSecond(6), "14": perSecond(2) },
      outcomes: outcomes({ ok: 6, server: 2 }),
      errorRate: perSecond(2),
    },
  }),
  "reviews>orders": edgeOf(reviews, orders, {
    protocol: "grpc",
    rate: perSecond(0),
    requests: 0,
    outcomes: outcomes({}),
    streaming: true,
    messagesPerSecond: { sent: perSecond(1), received: perSecond(120) },
  }),
  "reviews>db": edgeOf(reviews, db, {
    protocol: "tcp",
    bytesPerSecond: { sent: bytesPerSecond(1000), received: bytesPerSecond(4000) },
  }),
  "gw>passthrough": edgeOf(gw, passthrough, { protocol: "tcp" }),
  "front>spare": edgeOf(front, spare, {
    ...{ rate: perSecond(0), requests: 0, health: "idle" },
    // By the pods that are there; others counted more.
    trials: [{ action: "deny", min: perSecond(0), max: perSecond(0), atLeast: true }],
  }),
};

function latency(p50: number, p95: number) {
  return { mean: milliseconds(p50), p50: milliseconds(p50), p95: milliseconds(p95), p99: milliseconds(p95 * 2) };
}

const GRAPH = graphOf(Object.values(NODES), Object.values(EDGES));
const SHORT = new Map(Object.entries({ ...NODES, ...EDGES }).map(([name, { id }]) => [id, name]));

function read(text: string): Expression {
  const parsed = parse(text);
  if (!parsed.ok || parsed.expression === null) throw new Error(`${text} doesn't parse`);
  return parsed.expression;
}

/** Short names of what an expression is true of, nodes first. */
function found(text: string, graph: Graph = GRAPH): string {
  const { nodes, edges } = evaluate(read(text), new GraphIndex(graph));
  return [...nodes, ...edges].map((id) => SHORT.get(id) ?? id).join(" ");
}

const ROWS: readonly (readonly [title: string, text: string, found: string])[] = [
  ["node operand label", "label:app = REVIEWS", "reviews"],
  ["node operand label: there is one", "label:topology.kubernetes.io/region", "reviews"],
  ["node operand label: negated, where labels are known", "NOT label:topology.kubernetes.io/region", "front"],
  ["node operand label: of an end", "target.label:app ^= rev", "front>reviews"],
  ["node operand label: a name of objects' own is no label", "label:toString OR label:__proto__", ""],
  ["node operand app", "app = frontend", "front"],
  ["node operand cluster", "cluster = c AND kind = namespace", "orders"],
  ["node operand grpcin", "grpcin >= 8", "orders"],
  ["node operand grpcout", "grpcout > 5/s", "front"],
  ["node operand httpin", "httpin > 20", "front"],
  ["node operand httpin: nobody calls it by http", "httpin = NaN", "gw db spare passthrough unknown restricted orders"],
  ["node operand httpout", "httpout >= 1500/m", "gw front"],
  ["node operand tcpin", "tcpin >= 5kB/s", "db"],
  ["node operand tcpout", "tcpout = 5000", "reviews"],
  ["node operand name", "name = front-svc OR name = api.example", "front api"],
  ["node operand name: of groups and of nobody", "name = orders OR name = unknown", "unknown orders"],
  ["node operand name: negated, none of the names", "name !*= e AND kind = workload", "gw db"],
  ["node operand namespace", "ns = shop", "front reviews spare"],
  ["node operand node", "node = workload AND NOT ns = shop", "gw db"],
  ["node operand rank", "rank <= 1", "front orders"],
  ["node operand service", "svc startswith rev", "reviews"],
  ["node operand version", "version = v1", "front db"],
  ["node operand version: there is one", "version AND NOT ns = shop", "db"],
  ["node operand workload", "wl endswith -v2", "reviews"],
  ["node operand circuitbreaker", "has cb", "reviews"],
  ["node operand faultinjection", "fi", "reviews"],
  ["node operand mirroring", "mirroring", "reviews"],
  ["node operand requestrouting", "rr", "front"],
  ["node operand requesttimeout", "rto", "front"],
  ["node operand trafficshifting", "ts", "front"],
  ["node operand tcptrafficshifting", "tcpts", "db"],
  ["node operand virtualservice", "vs", "front"],
  ["node operand workloadentry", "we", "reviews"],
  ["node operand serviceentry", "se", "api"],
  ["node operand healthy", "healthy AND kind = workload", "gw front"],
  ["node operand healthy: its opposite is in trouble", "!healthy", "reviews"],
  ["node operand idle", "is idle", "spare"],
  ["node operand inaccessible", "inaccessible", "api passthrough unknown restricted"],
  ["node operand dead", "dead", "spare"],
  ["node operand outside", "outside", "db"],
  ["node operand sidecar", "!sc", "reviews db"],
  ["node operand sidecar: outofmesh, as Kiali's help has it", "outofmesh", "reviews db"],
  ["node operand trafficsource", "trafficsource", "gw"],
  ["node operand coverage", "coverage < 100%", "front"],
  ["node operand dataplane", "dataplane = gateway", "gw"],
  ["node operand badge", "badge = partial-coverage", "front"],
  ["node operand gateway", "gateway", "gw"],
  ["node operand waypoint", "waypoint", "spare"],
  ["edge operand edge: alone of mixed ones", "edge AND health = idle", "front>spare"],
  ["node operand unmeshed", "unmeshed", "reviews db"],
  ["edge operand destprincipal", "destprincipal $= reviews", "front>reviews"],
  ["edge operand sourceprincipal", "sourceprincipal contains /shop/", "front>reviews"],
  ["edge operand grpc", "grpc > 5", "front>orders"],
  ["edge operand http", "http >= 20", "gw>front front>reviews"],
  ["edge operand tcp", "tcp > 4.9kB/s", "reviews>db"],
  ["edge operand %grpcerr", "%grpcerr >= 25", "front>orders"],
  ["edge operand %grpctraffic", "%grpctraffic = 100%", "front>orders"],
  ["edge operand %httperr", "%httperr = 15", "front>reviews"],
  ["edge operand %httptraffic", "%httptraffic >= 80 AND %httptraffic < 100", "front>reviews"],
  ["edge operand mtls", "mtls", "gw>front front>reviews"],
  ["edge operand mtls: none of it, measured", "!mtls", "unknown>front"],
  ["edge operand mtls: share", "mtls < 100%", "unknown>front front>reviews"],
  ["edge operand protocol", "protocol = tcp", "reviews>db gw>passthrough"],
  ["edge operand responsetime", "responsetime > 1000", "front>reviews"],
  ["edge operand throughput", "throughput > 0", "gw>front reviews>db"],
  ["edge operand throughput: both directions", "throughput >= 5kB/s AND throughput < 90.3kB/s", "reviews>db"],
  ["edge operand throughput: of requests", "throughput.sent > 500B/s", "reviews>db"],
  ["edge operand throughput: of responses", "throughput.received > 5kB/s", "gw>front"],
  [
    "edge operand throughput: where nothing counts bytes",
    "protocol = http AND throughput = nodata",
    "unknown>front front>reviews front>api front>spare",
  ],
  ["edge operand messages", "messages = 121/s", "reviews>orders"],
  ["edge operand messages: to the server", "messages.sent <= 1/s", "reviews>orders"],
  ["edge operand messages: to the caller", "messages.received > 100/s OR messages.received = 0/s", "reviews>orders"],
  ["edge operand traffic", "!traffic", "front>spare"],
  [
    "edge operand traffic: by any protocol",
    "traffic AND NOT protocol = http",
    "front>orders reviews>orders reviews>db",
  ],
  ["edge operand latency.p50", "latency.p50 >= 300ms", "front>reviews"],
  ["edge operand latency.mean", "latency.mean < 0.1s", "gw>front"],
  ["edge operand latency.p99", "latency.p99 > 2s", "front>reviews"],
  ["edge operand dryrun", "dryrun", "gw>front unknown>front front>spare"],
  [
    "edge operand dryrun: policies of both actions may deny different calls",
    "dryrun >= 5/s",
    "unknown>front front>spare",
  ],
  ["edge operand dryrun: more than is told has no bound", "dryrun <= 5/s", "gw>front unknown>front"],
  ["edge operand dryrun: at least", "dryrun.atleast", "gw>front"],
  ["edge operand dryrun: what nothing is counted of is no 0", "dryrun = 0 OR NOT dryrun", ""],
  ["edge operand code", "code = 503 OR code = 302", "front>reviews"],
  ["edge operand flag: of a list", "flag = urx", "front>reviews"],
  ["edge operand host", "host ^= front", "gw>front"],
  ["edge operand observer", "observer = destination", "unknown>front"],
  ["edge operand extension", "extension = skupper", "unknown>front"],
  ["edge operand streaming", "streaming", "reviews>orders"],
  ["edge operand newborn", "newborn >= 5", "front>reviews"],
  ["operand health of nodes and edges", "health = failing", "reviews front>reviews"],
  ["operand error: share", "error > 9%", "reviews orders front>reviews front>orders"],
  ["operand error: rate", "error >= 2/s", "reviews orders front>reviews front>orders"],
  ["operand rate: of a node nobody calls, what goes out", "rate >= 30", "gw front gw>front"],
  ["operand requests", "requests < 301 AND requests > 0", "api front>api"],
  ["operand outcome.client", "outcome.client > 0", "reviews front>reviews"],
  ["operand outcome.server: rate", "outcome.server > 1.5/s", "orders front>orders"],
  ["operand outcome.neverArrived: share", "outcome.neverarrived = 5%", "reviews front>reviews"],
  ["operand outcome.ok: share", "outcome.ok < 80%", "orders front>orders"],
  [
    "operands outcome.policy, outcome.injected, outcome.cancelled",
    "outcome.policy OR outcome.injected OR outcome.cancelled",
    "",
  ],
  ["node operand operation", "operation = listfronts", "front gw>front"],
  ["node operand operation: one of several", "op ^= get AND op = ListFronts", "front gw>front"],
  ["node operand operation: not asked for in this window", "op = DeleteFront", ""],
  ["node operand operation: none of these, where requests are classified", "NOT op = GetOrder", "front gw>front"],
  ["node operand operation: where none is", "op = nodata AND protocol = tcp", "reviews>db gw>passthrough"],
  ["operand change", "change = new", "reviews front>reviews"],
  ["operand mesh", "mesh != nodata AND ns = edge", "gw gw>front gw>passthrough"],
  ["ends of an edge", "source.ns = shop AND target.app = reviews", "front>reviews"],
];

describe("each operand", () => {
  it.each(ROWS)("%s: %s", (_, text, expected) => expect(found(text)).toBe(expected));

  it("has a row here", () => {
    const seen = ROWS.flatMap(([, text]) => termsOf(read(text)).map(({ subject }) => subject.operand));
    const names = OPERANDS.map(({ name }) => name);
    expect(names.filter((name) => !seen.includes(name))).toEqual([]);
  });

  it("has a name of its own, and each alias too", () => {
    const names = OPERANDS.flatMap(({ name, aliases }) => [name, ...aliases]).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    for (const operand of OPERANDS) {
      for (const name of [operand.name, ...operand.aliases]) {
        expect(nameOperand(operand.keyed ? `${name}:x` : name).operand).toBe(operand);
      }
    }
  });

  it("is asked of something, and explained in one line", () => {
    for (const operand of OPERANDS) {
      expect(["node", "edge", "both"]).toContain(appliesTo(operand));
      expect([operand.node, operand.edge].filter(Boolean).length).toBeGreaterThan(0);
      expect(operand.help).toMatch(/^[A-Zga-z].{5,90}[^.]$/);
    }
  });
});

describe("what a graph can't answer is said, and matches nothing", () => {
  const without = { ...GRAPH, configurationAt: null, latencyAt: null };
  const { labels: _, ...unlabelled } = front;
  const plain = graphOf([unlabelled], []);
  it.each([
    ["labels that weren't asked for", "label:region OR !label:region OR label:app = x", plain, /No labels are known/],
    [
      "operations where nothing is classified",
      "operation = get OR NOT op = get",
      plain,
      /No request here is classified/,
    ],
    ["configuration without Kubernetes", "vs OR !vs", without, /Without Kubernetes/],
    ["latencies that weren't read", "latency.p95 > 10s AND rt < 0", without, /No latencies/],
    ["change without a comparison", "change = new OR change != new", plain, /Nothing is compared/],
  ])("%s", (_, text, graph, why) => {
    const [spot, ...others] = blindSpots(read(text), new GraphIndex(graph));
    expect(spot?.message).toMatch(why);
    expect(spot?.at).toBe(0);
    expect(others).toEqual([]);
    expect(found(text, graph)).toBe("");
  });

  it("but one that can is not", () => {
    const text = "vs OR latency.p95 > 1s OR change = new OR coverage < 50%";
    expect(blindSpots(read(text), new GraphIndex(GRAPH))).toEqual([]);
  });
});
