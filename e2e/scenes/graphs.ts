/** Graphs for looking at the drawing: the shop as a person would see it on a bad day, and every mark beside its name. */
import { namespaceId, nodeId } from "#lib/graph/id.ts";
import type { Graph, GraphEdge, GraphNode, HealthState, Protocol } from "#lib/graph/model.ts";

type Extra<T> = Partial<T>;

const none = { cluster: "west-1", mesh: "istio", dataplane: "sidecar", badges: [] } as const;

function workload(
  namespace: string,
  name: string,
  health: HealthState = "healthy",
  extra: Extra<GraphNode> = {},
): GraphNode {
  const id = nodeId({ kind: "workload", cluster: "west-1", namespace, name });
  return { ...none, id, kind: "workload", namespace, workload: name, health, ...extra };
}

function other(
  kind: "external" | "unknown" | "restricted" | "service" | "namespace",
  name: string,
  extra: Extra<GraphNode> = {},
): GraphNode {
  const namespace = kind === "namespace" ? name : kind === "service" ? "kinds" : "unknown";
  const id = kind === "namespace" ? namespaceId("west-1", name) : nodeId({ kind, cluster: "west-1", namespace, name });
  return {
    ...none,
    id,
    kind,
    namespace,
    dataplane: null,
    health: "healthy",
    ...(kind === "service" ? { service: name } : {}),
    ...extra,
  };
}

interface Numbers {
  readonly rate?: number;
  readonly errors?: number;
  readonly p95?: number;
  readonly bytes?: number;
  readonly mtls?: number | null;
  readonly health?: HealthState;
  readonly protocol?: Protocol;
}

function edge(source: GraphNode, target: GraphNode, o: Numbers = {}): GraphEdge {
  const protocol = o.protocol ?? "http";
  const tcp = protocol === "tcp";
  const rate = tcp ? null : (o.rate ?? 1);
  return {
    id: `${source.id}>${target.id}>${protocol}`,
    source: source.id,
    target: target.id,
    protocol,
    mesh: "istio",
    layer: tcp ? "l4" : "l7",
    observer: "source",
    observers: {},
    rate,
    requests: rate === null ? null : rate * 60,
    errorRate: rate === null ? null : (o.errors ?? 0) * rate,
    outcomes: null,
    codes: {},
    flags: {},
    hosts: {},
    ...(o.bytes === undefined ? {} : { bytesPerSecond: { sent: o.bytes / 2, received: o.bytes / 2 } }),
    latency: o.p95 === undefined ? null : { mean: null, p50: null, p95: o.p95, p99: null },
    mtls: o.mtls === undefined ? 1 : o.mtls,
    mtlsBasis: "server",
    health: o.health ?? "healthy",
  } as unknown as GraphEdge;
}

function graph(nodes: readonly GraphNode[], edges: readonly GraphEdge[], lens: Graph["lens"] = "workload"): Graph {
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  return {
    at: "2026-08-20T14:10:00Z",
    window: "1m",
    latencyAt: null,
    configurationAt: null,
    lens,
    nodes: [...nodes].sort(byId),
    edges: [...edges].sort(byId),
    sources: [],
  };
}

export function shop(): Graph {
  const ingress = workload("istio-ingress", "ingress", "healthy", { dataplane: "gateway" });
  const page = workload("shop", "productpage-v1");
  const mobile = workload("shop", "mobile-bff-v3");
  const details = workload("shop", "details-v1");
  const reviews1 = workload("shop", "reviews-v1");
  const reviews2 = workload("shop", "reviews-v2", "degraded");
  const ratings = workload("shop", "ratings-v1", "failing");
  const batch = workload("shop", "legacy-batch", "idle", { badges: ["unmeshed"] });
  const checkout = workload("orders", "checkout-v4");
  const payments = workload("payments", "payments-v2");
  const fraud = workload("payments", "fraud-v1");
  const ledger = workload("payments", "ledger-v1");
  const postgres = workload("data", "postgres", "healthy", { badges: ["unmeshed"] });
  const bank = other("external", "api.bank.example");
  return graph(
    [
      ingress,
      page,
      mobile,
      details,
      reviews1,
      reviews2,
      ratings,
      batch,
      checkout,
      payments,
      fraud,
      ledger,
      postgres,
      bank,
    ],
    [
      edge(ingress, page, { rate: 62, p95: 52 }),
      edge(ingress, mobile, { rate: 9, p95: 31 }),
      edge(page, details, { rate: 60, p95: 6 }),
      edge(page, reviews1, { rate: 38, p95: 11 }),
      edge(page, reviews2, { rate: 23, p95: 34, errors: 0.02, health: "degraded" }),
      edge(mobile, reviews2, { rate: 6, p95: 30 }),
      edge(mobile, checkout, { rate: 3, p95: 70, protocol: "grpc" }),
      edge(reviews1, ratings, { rate: 30, p95: 12 }),
      edge(reviews2, ratings, { rate: 42, p95: 38, errors: 0.042, health: "failing" }),
      edge(page, checkout, { rate: 8, p95: 88 }),
      edge(checkout, payments, { rate: 8, p95: 61, protocol: "grpc" }),
      edge(payments, fraud, { rate: 7.9, p95: 18 }),
      edge(payments, ledger, { rate: 7.8, p95: 9 }),
      edge(ratings, postgres, { protocol: "tcp", bytes: 1_200_000 }),
      edge(payments, bank, { rate: 0.4, mtls: 0 }),
    ],
  );
}

export function marks(): Graph {
  const states: HealthState[] = ["healthy", "degraded", "failing", "idle", "unknown"];
  const of = (prefix: string, extra: Extra<GraphNode>) =>
    states.map((health) => workload("kinds", `${prefix}-${health}`, health, extra));
  const workloads = of("workload", {});
  const gateways = of("gateway", { dataplane: "gateway" });
  const waypoints = of("waypoint", { dataplane: "waypoint" });
  const services = states.map((health) => other("service", `service-${health}`, { health }));
  const outside = states.map((health) => other("external", `${health}.example`, { health }));
  const groups = states.map((health) => other("namespace", `team-${health}`, { health }));
  const signs = [
    workload("signs", "unmeshed", "healthy", { badges: ["unmeshed"] }),
    workload("signs", "partial-coverage", "healthy", { badges: ["partial-coverage"] }),
    workload("signs", "gone", "healthy", { goneAt: "2026-08-20T14:00:00Z" }),
    workload("signs", "a-workload-with-a-name-that-is-much-too-long-for-its-place-v2"),
    other("unknown", "unknown"),
    other("restricted", "restricted"),
  ];
  const pairs = (list: readonly GraphNode[], o: (at: number) => Numbers) =>
    list.slice(1).map((node, at) => edge(list[at] as GraphNode, node, o(at)));
  const [healthy, degraded, failing, idle, unknown] = workloads as [
    GraphNode,
    GraphNode,
    GraphNode,
    GraphNode,
    GraphNode,
  ];
  return graph(
    [...workloads, ...gateways, ...waypoints, ...services, ...outside, ...groups, ...signs],
    [
      edge(healthy, degraded, { rate: 120, p95: 12 }),
      edge(degraded, healthy, { rate: 12, p95: 33, mtls: 0 }),
      edge(degraded, healthy, { protocol: "grpc", rate: 4, p95: 7 }),
      edge(degraded, failing, { rate: 0.1, errors: 0.5, health: "failing" }),
      edge(failing, failing, { rate: 2, p95: 8 }),
      edge(failing, idle, { rate: 0, health: "idle" }),
      edge(idle, unknown, { rate: 3, health: "unknown", mtls: null }),
      ...pairs(gateways, (at) => ({ rate: 10 ** at, p95: 10 })),
      ...pairs(waypoints, (at) => ({ protocol: "tcp", bytes: 1000 * 30 ** at, mtls: at === 0 ? 0.4 : 1 })),
      ...pairs(services, (at) => ({
        protocol: "grpc",
        rate: 3 * at,
        errors: 0.02,
        health: at === 2 ? "degraded" : "healthy",
        p95: 40,
      })),
      ...pairs(outside, () => ({ rate: 2, mtls: 0, p95: 120 })),
      ...pairs(groups, (at) => ({ rate: 50 * (at + 1), p95: 30 })),
    ],
  );
}

/** A mesh of `count` workloads for looking at scale; arithmetic only, so that it is the same every time. */
export function large(count: number): Graph {
  let state = 7;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const namespaces = Math.max(2, Math.round(count / 40));
  const nodes = Array.from({ length: count }, (_, i) => {
    const health = random() < 0.01 ? "failing" : random() < 0.02 ? "degraded" : "healthy";
    return workload(`team-${Math.floor(random() * random() * namespaces)}`, `service-${i}-v1`, health);
  });
  const near = Map.groupBy(nodes, ({ namespace }) => namespace);
  const edges = new Map<string, GraphEdge>();
  for (const node of nodes) {
    const fan = 1 + Math.floor(random() ** 3 * 9);
    for (let i = 0; i < fan; i++) {
      const pool = random() < 0.8 ? (near.get(node.namespace) ?? nodes) : nodes;
      const target = pool[Math.floor(random() ** 2 * pool.length)] ?? node;
      if (target === node) continue;
      const made = edge(node, target, { rate: 10 ** (random() * 4 - 1), p95: random() * 200, health: target.health });
      edges.set(made.id, made);
    }
  }
  return graph(nodes, [...edges.values()]);
}
