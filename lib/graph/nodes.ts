/** Nodes of the workload graph: the ends that telemetry names, joined with what the inventory knows. */
import type { Inventory, Workload } from "#lib/inventory/model.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { type Badge, sortBadges } from "./badges.ts";
import type { HealthRules } from "./health.ts";
import { compareIds, type NodeKey, nodeId } from "./id.ts";
import { keyOf } from "./measure.ts";
import type { Coverage, Dataplane, HealthState, MeshName } from "./model.ts";
import { workloadHealth } from "./node-health.ts";
import type { Endpoint, PodReport } from "./observation.ts";
import type { Hop, WorkloadNode } from "./workload-graph.ts";

export interface NodesInput {
  readonly hops: readonly Hop[];
  /** By node id: an end that telemetry named. */
  readonly ends: ReadonlyMap<string, Endpoint>;
  readonly inventory: Inventory;
  readonly pods: readonly PodReport[];
  readonly health: HealthRules;
  /** The instant the hops are of: what went away after it was still there. */
  readonly at: UnixSeconds;
  readonly measured: (cluster: string) => boolean;
  /** `at` is long ago: what was made since wasn't there. */
  readonly past: boolean;
}

type Draft = Omit<WorkloadNode, "health"> & { readonly idle: HealthState };

/** All nodes by id, in the order of their ids. Cost: linear, but for that order. */
export function buildNodes({
  hops,
  ends,
  inventory,
  pods,
  health,
  at,
  measured,
  past,
}: NodesInput): ReadonlyMap<string, WorkloadNode> {
  const reports = reportIndex(pods);
  const seen = seenInTraffic(hops);
  const drafts = new Map<string, Draft>();
  for (const id of [...seen.ids, ...seen.between]) {
    const end = ends.get(id);
    if (end === undefined) continue;
    const key = keyOf(end);
    const known = inventory.get(key.cluster);
    const workload = key.kind === "workload" ? known?.workloads.get(`${key.namespace}/${key.name}`) : undefined;
    const service = seen.services.get(id) ?? null;
    if (workload !== undefined) drafts.set(id, ofWorkload(id, key, asOf(workload, at), end, service, reports, true));
    else drafts.set(id, ofTelemetry(id, key, end, service, seen, key.kind === "workload" && known !== undefined));
  }
  for (const cluster of inventory.values()) {
    for (const workload of cluster.workloads.values()) {
      const { namespace, name, dataplane } = workload;
      const key: NodeKey = { kind: "workload", cluster: cluster.cluster, namespace, name };
      const id = nodeId(key);
      if (drafts.has(id) || !wasThere(workload, at, past)) continue;
      // Outside the mesh and silent is every pod of the rest of the cluster: shown only where the namespace is enrolled.
      const enrolled = (cluster.namespaces.get(namespace)?.dataplane ?? "none") !== "none";
      if (dataplane !== "none" || enrolled) drafts.set(id, ofWorkload(id, key, workload, null, null, reports, false));
    }
  }
  const judged = workloadHealth(hops, drafts, health);
  const nodes = new Map<string, WorkloadNode>();
  for (const id of [...drafts.keys()].sort(compareIds)) {
    const draft = drafts.get(id);
    if (draft === undefined) continue;
    const { idle, ...node } = draft;
    const otherwise = measured(node.key.cluster) ? idle : "unknown";
    // Which labels it had then nobody knows.
    const labels = past ? {} : node.labels;
    nodes.set(id, { ...node, labels, health: judged.get(id) ?? otherwise });
  }
  return nodes;
}

interface Seen {
  readonly ids: ReadonlySet<string>;
  /** Waypoints that are the end of no hop. */
  readonly between: readonly string[];
  /** The service most requests at a node asked for. */
  readonly services: ReadonlyMap<string, NonNullable<WorkloadNode["service"]>>;
  /** Nodes whose own proxy reported, and as what. */
  readonly proxies: ReadonlyMap<string, { readonly mesh: MeshName; readonly dataplane: Dataplane }>;
}

function seenInTraffic(hops: readonly Hop[]): Seen {
  const ids = new Set<string>();
  const between = new Set<string>();
  const best = new Map<string, { readonly service: NonNullable<Hop["service"]>; readonly weight: number }>();
  const proxies = new Map<string, { mesh: MeshName; dataplane: Dataplane }>();
  const proxy = (id: string, mesh: MeshName, dataplane: Dataplane) => {
    if (dataplane === "sidecar" || !proxies.has(id)) proxies.set(id, { mesh, dataplane });
  };
  for (const hop of hops) {
    ids.add(hop.source).add(hop.target);
    if (hop.waypoint !== null) between.add(hop.waypoint);
    if (hop.evidence.has("source")) proxy(hop.source, hop.mesh, "sidecar");
    if (hop.evidence.has("destination")) proxy(hop.target, hop.mesh, "sidecar");
    if (hop.evidence.has("waypoint")) proxy(hop.target, hop.mesh, "ambient");
    if (hop.evidence.has("ztunnel") && hop.headline?.observer === "ztunnel") {
      proxy(hop.headline.side === "server" ? hop.target : hop.source, hop.mesh, "ambient");
    }
    if (hop.service === null || hop.headline === null) continue;
    let weight = 0;
    for (const request of hop.headline.requests) weight += request.rate;
    weight += hop.headline.connections?.opened ?? 0;
    const known = best.get(hop.target);
    if (known === undefined || weight > known.weight) best.set(hop.target, { service: hop.service, weight });
  }
  return {
    ids,
    between: [...between].filter((id) => !ids.has(id)),
    services: new Map([...best].map(([id, { service }]) => [id, service])),
    proxies,
  };
}

/** Which pods' proxies answer their scrapes. A cluster of which nothing is known to be scraped gives no coverage. */
interface Reports {
  readonly covers: (cluster: string) => boolean;
  readonly up: (cluster: string, namespace: string, pod: string) => boolean;
}

function reportIndex(pods: readonly PodReport[]): Reports {
  const clusters = new Set<string | null>();
  const up = new Set<string>();
  for (const pod of pods) {
    clusters.add(pod.cluster);
    if (pod.up) up.add(`${pod.cluster ?? ""}/${pod.namespace}/${pod.pod}`);
  }
  return {
    covers: (cluster) => clusters.has(cluster) || clusters.has(null),
    up: (cluster, namespace, pod) => up.has(`${cluster}/${namespace}/${pod}`) || up.has(`/${namespace}/${pod}`),
  };
}

/** Clocks of API servers differ by seconds, so of now nobody is called unborn. */
function wasThere(workload: Workload, at: UnixSeconds, past: boolean): boolean {
  if (asOf(workload, at).goneAt !== null) return false;
  return !past || workload.createdAt === null || workload.createdAt <= at;
}

/** A workload as it was at an instant, as far as that is known: not gone yet. */
function asOf(workload: Workload, at: UnixSeconds): Workload {
  return workload.goneAt !== null && workload.goneAt > at ? { ...workload, goneAt: null } : workload;
}

function coverageOf(workload: Workload, reports: Reports): Coverage | null {
  const pods = workload.pods.filter((pod) => pod.reports);
  if (pods.length === 0 || !reports.covers(workload.cluster)) return null;
  const reporting = pods.filter((pod) => reports.up(workload.cluster, workload.namespace, pod.name)).length;
  return { reporting, pods: pods.length };
}

function ofWorkload(
  id: string,
  key: NodeKey,
  workload: Workload,
  end: Endpoint | null,
  asked: WorkloadNode["service"],
  reports: Reports,
  traffic: boolean,
): Draft {
  const coverage = coverageOf(workload, reports);
  const silent = coverage !== null && coverage.reporting === 0;
  const badges: Badge[] = [];
  // A part of the mesh itself (istiod, ztunnel) has no data plane of its own, but nobody forgot to enrol it.
  const outside = workload.pods.filter((each) => each.unmeshed === true).length;
  const unmeshed = workload.dataplane === "none" && workload.mesh === null;
  const podsOutside = outside < workload.pods.length ? outside : 0;
  if (podsOutside > 0) badges.push("partly-unmeshed");
  else if (unmeshed) badges.push("unmeshed");
  if (workload.goneAt !== null) badges.push("gone");
  if (workload.dataplane === "gateway" || workload.dataplane === "waypoint") badges.push(workload.dataplane);
  if (silent) badges.push("no-telemetry");
  else if (coverage !== null && coverage.reporting < coverage.pods) badges.push("partial-coverage");
  const [first] = workload.services;
  return {
    id,
    key,
    mesh: workload.mesh,
    dataplane: workload.dataplane,
    app: workload.app ?? end?.app ?? null,
    version: workload.version ?? end?.version ?? null,
    service: asked ?? (first === undefined ? null : { namespace: workload.namespace, name: first }),
    coverage,
    goneAt: workload.goneAt,
    badges: sortBadges(badges),
    podsOutside,
    between: false,
    annotations: workload.annotations,
    labels: workload.labels,
    // Idle is a finding: it is said only of what is known to report and has nothing to say.
    // A waypoint's calls are drawn between their real ends: that it has none of its own is no silence.
    idle:
      silent || workload.dataplane === "waypoint" || (workload.dataplane === "none" && !traffic) ? "unknown" : "idle",
  };
}

function ofTelemetry(
  id: string,
  key: NodeKey,
  end: Endpoint,
  asked: WorkloadNode["service"],
  seen: Seen,
  missing: boolean,
): Draft {
  const proxy = key.kind === "workload" ? seen.proxies.get(id) : undefined;
  const badges: Badge[] = missing ? ["not-in-inventory"] : [];
  if (end.dataplane === "gateway" || end.dataplane === "waypoint") badges.push(end.dataplane);
  return {
    id,
    key,
    mesh: proxy?.mesh ?? null,
    dataplane: end.dataplane ?? proxy?.dataplane ?? null,
    app: end.app,
    version: end.version,
    service: key.kind === "service" ? { namespace: key.namespace, name: key.name } : asked,
    coverage: null,
    goneAt: null,
    badges: sortBadges(badges),
    podsOutside: 0,
    between: !seen.ids.has(id),
    annotations: {},
    labels: {},
    idle: end.dataplane === "waypoint" ? "unknown" : "idle",
  };
}
