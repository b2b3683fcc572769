/** Short ways to write observations, inventories and merged graphs in tests. */
import type { ClusterInventory, Inventory, Workload } from "#lib/inventory/model.ts";
import { bytesPerSecond, perSecond, seconds, unixSeconds } from "#lib/units.ts";
import { DEFAULT_HEALTH } from "./health.ts";
import { viewGraph } from "./lens.ts";
import { type MergeInput, mergeGraph } from "./merge.ts";
import type { EdgeObservation, Endpoint, Histogram, PodReport, RequestCount } from "./observation.ts";
import type { View } from "./view.ts";

export const CLUSTER = "c";

/** `shop/cart`, `shop/cart@shop/carts` (called by its service), `svc:shop/carts`, `ext:api.example.com` or `?`. */
export function end(text: string, more: Partial<Endpoint> = {}): Endpoint {
  const empty: Endpoint = {
    cluster: CLUSTER,
    namespace: null,
    workload: null,
    app: null,
    version: null,
    service: null,
    external: null,
    dataplane: null,
  };
  if (text === "?") return { ...empty, ...more };
  if (text.startsWith("ext:")) return { ...empty, external: text.slice(4), ...more };
  if (text.startsWith("svc:")) {
    const [namespace = "", service = ""] = text.slice(4).split("/");
    return { ...empty, namespace, service, ...more };
  }
  const [workload = "", service] = text.split("@");
  const [namespace = "", name = ""] = workload.split("/");
  return { ...empty, namespace, workload: name, app: name.replace(/-v\d+$/, ""), service: service ?? null, ...more };
}

/** `{"200": 5, "503 UH": 1}` as request counts. */
export function counts(codes: Readonly<Record<string, number>>, grpc = false): RequestCount[] {
  return Object.entries(codes).map(([key, rate]) => {
    const [code = "", flags = "-"] = key.split(" ");
    return { code, flags, grpc, rate: perSecond(rate), newborn: perSecond(0) };
  });
}

export function l7(
  observer: EdgeObservation["observer"],
  from: string,
  to: string,
  codes: Readonly<Record<string, number>>,
  more: Partial<EdgeObservation> = {},
): EdgeObservation {
  return {
    mesh: "istio",
    layer: "l7",
    protocol: "http",
    observer,
    source: end(from),
    destination: end(to),
    requests: counts(codes, more.protocol === "grpc"),
    hosts: new Map(),
    bytes: null,
    connections: null,
    messages: null,
    latency: null,
    latencyMissing: null,
    mtls: null,
    sourcePrincipal: null,
    destinationPrincipal: null,
    newbornSince: null,
    newbornRequests: 0,
    ...more,
  };
}

export function l4(
  observer: EdgeObservation["observer"],
  from: string,
  to: string,
  traffic: {
    opened?: number;
    failed?: number;
    sent?: number;
    received?: number;
    flags?: Readonly<Record<string, number>>;
  },
  more: Partial<EdgeObservation> = {},
): EdgeObservation {
  const { opened = 0, failed = 0, sent = 0, received = 0, flags = {} } = traffic;
  return {
    ...l7(observer, from, to, {}),
    layer: "l4",
    protocol: "tcp",
    bytes: { sent: bytesPerSecond(sent), received: bytesPerSecond(received) },
    connections: {
      opened: perSecond(opened),
      closed: perSecond(opened),
      failed: perSecond(failed),
      open: null,
      flags: new Map(Object.entries(flags).map(([flag, rate]) => [flag, perSecond(rate)])),
    },
    ...more,
  };
}

export function buckets(bounds: readonly number[], values: readonly number[], sum: number | null = null): Histogram {
  return { bounds: [...bounds, Number.POSITIVE_INFINITY], counts: values, sum };
}

export function workload(name: string, more: Partial<Workload> = {}): Workload {
  const [namespace = "", short = ""] = name.split("/");
  return {
    cluster: CLUSTER,
    namespace,
    name: short,
    kind: "Deployment",
    app: short,
    version: null,
    mesh: "istio",
    dataplane: "sidecar",
    serviceAccounts: [],
    labels: {},
    annotations: {},
    pods: [{ name: `${short}-1`, ip: null, ready: true, phase: "Running", reports: true }],
    services: [],
    goneAt: null,
    createdAt: null,
    ...more,
  };
}

export function inventory(workloads: readonly Workload[], more: Partial<ClusterInventory> = {}): Inventory {
  const namespaces = [...new Set(workloads.map((w) => w.namespace))];
  const cluster: ClusterInventory = {
    cluster: CLUSTER,
    asOf: unixSeconds(0),
    namespaces: new Map(
      namespaces.map((name) => [name, { cluster: CLUSTER, name, dataplane: "sidecar", revision: null, labels: {} }]),
    ),
    workloads: new Map(workloads.map((w) => [`${w.namespace}/${w.name}`, w])),
    services: new Map(),
    externalHosts: [],
    workloadByIp: new Map(),
    unread: [],
    ...more,
  };
  return new Map([[CLUSTER, cluster]]);
}

export function merge(
  observations: readonly EdgeObservation[],
  more: Partial<MergeInput> & { pods?: readonly PodReport[] } = {},
) {
  const { pods = [], ...input } = more;
  return mergeGraph({
    decoded: [{ observations, pods }],
    inventory: new Map(),
    window: seconds(60),
    at: unixSeconds(1_800_000_000),
    health: DEFAULT_HEALTH,
    errorRate: "meshscope",
    edges: "live",
    ...input,
  });
}

export const WHOLE: View = { clusters: [], namespaces: [], lens: "workload", fold: [], latency: true };

/** Merges and looks, in one step. */
export function view(
  observations: readonly EdgeObservation[],
  look: Partial<View> = {},
  more: Parameters<typeof merge>[1] = {},
) {
  const graph = viewGraph(merge(observations, more), { ...WHOLE, ...look });
  return {
    ...graph,
    edge: (id: string) => graph.edges.find((edge) => edge.id === id),
    node: (id: string) => graph.nodes.find((node) => node.id === id),
    ids: graph.edges.map((edge) => edge.id),
  };
}
