/**
 * What policies on trial (istio.io/dry-run) would have denied, joined to the calls. The counters name a workload's pods, and
 * neither a caller nor a policy: only of whoever makes all the calls to it is their count certain. docs/numbers.md.
 */
import type { Inventory } from "#lib/inventory/model.ts";
import { type PerSecond, perSecond } from "#lib/units.ts";
import { nodeId } from "./id.ts";
import { requestRate } from "./measure.ts";
import type { EdgeTrial } from "./model.ts";
import type { Hop, Trials, WorkloadGraph } from "./workload-graph.ts";

/** What one pod counted. Of `tcp` connections, else requests. */
export interface TrialCount {
  readonly cluster: string | null;
  readonly namespace: string;
  readonly pod: string;
  readonly protocol: "http" | "tcp";
  readonly action: EdgeTrial["action"];
  readonly result: "allowed" | "denied";
  readonly rate: PerSecond;
  readonly newborn: boolean;
}

interface Tried {
  readonly action: EdgeTrial["action"];
  denied: number;
  atLeast: boolean;
}

const placeOf = (target: string, tcp: boolean) => `${target} ${tcp ? "tcp" : "http"}`;
const isTcp = ({ protocol }: Hop) => protocol === "tcp";
/** HTTP and gRPC are counted together. */
const callerOf = ({ source, protocol }: Hop) => `${source} ${protocol}`;

/** The same graph with the trials of workloads that exist; without any, the same object. */
export function withTrials(graph: WorkloadGraph, counts: readonly TrialCount[], inventory: Inventory): WorkloadGraph {
  if (counts.length === 0) return graph;
  const pods = podsOf(new Set(counts.map(({ cluster, namespace }) => `${cluster}/${namespace}`)), inventory);
  const tried = new Map<string, Map<EdgeTrial["action"], Tried>>();
  const gone: Gone[] = [];
  for (const { cluster, namespace, pod, protocol, action, result, rate, newborn } of counts) {
    const target = pods.get(`${cluster}/${namespace}/${pod}`);
    if (target === undefined) {
      if (result === "denied" && rate > 0) gone.push({ cluster, namespace, pod, tcp: protocol === "tcp", action });
      continue;
    }
    const place = placeOf(target, protocol === "tcp");
    const here = tried.get(place) ?? new Map<EdgeTrial["action"], Tried>();
    const sum = here.get(action) ?? { action, denied: 0, atLeast: false };
    if (result === "denied") {
      sum.denied += rate;
      sum.atLeast ||= newborn;
    }
    tried.set(place, here.set(action, sum));
  }
  for (const each of gone)
    for (const target of maybeOf(each, inventory)) {
      const place = placeOf(target, each.tcp);
      const here = tried.get(place) ?? new Map<EdgeTrial["action"], Tried>();
      const { denied = 0 } = here.get(each.action) ?? {};
      tried.set(place, here.set(each.action, { action: each.action, denied, atLeast: true }));
    }
  const callers = new Map([...tried.keys()].map((place) => [place, new Set<string>()]));
  for (const hop of graph.hops) if (hop.live) callers.get(placeOf(hop.target, isTcp(hop)))?.add(callerOf(hop));
  const trials = new Map(
    [...tried].map(([place, own]) => [place, { tried: [...own.values()], callers: callers.get(place)?.size ?? 0 }]),
  );
  return { ...graph, trials };
}

/** A pod that counted and isn't there any more: whose it was isn't known for sure. */
interface Gone extends Pick<TrialCount, "cluster" | "namespace" | "pod" | "action"> {
  readonly tcp: boolean;
}

/** Workloads whose pod it may have been, by its name: more may have been denied there than is counted. */
function maybeOf({ cluster, namespace, pod }: Gone, inventory: Inventory): readonly string[] {
  const workloads = cluster === null ? undefined : inventory.get(cluster)?.workloads;
  return ownersOf(pod).flatMap((name) => {
    const workload = workloads?.get(`${namespace}/${name}`);
    return workload === undefined ? [] : nodeId({ kind: "workload", cluster: workload.cluster, namespace, name });
  });
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const LONGEST_NAME = 253;

/** Names that the workload of this pod may have: what stands before each hyphen of the pod's own. */
export function ownersOf(pod: string): readonly string[] {
  return pod.length > LONGEST_NAME ? [] : [...pod.matchAll(/-/g)].map(({ index }) => pod.slice(0, index));
}

/** Workloads' ids by `cluster/namespace/pod`, in these namespaces. */
function podsOf(namespaces: ReadonlySet<string>, inventory: Inventory): ReadonlyMap<string, string> {
  const pods = new Map<string, string>();
  for (const { cluster, workloads } of inventory.values())
    for (const { namespace, name, pods: own, goneAt } of workloads.values()) {
      const place = `${cluster}/${namespace}`;
      if (goneAt !== null || !namespaces.has(place)) continue;
      for (const pod of own) pods.set(`${place}/${pod.name}`, nodeId({ kind: "workload", cluster, namespace, name }));
    }
  return pods;
}

/**
 * Of hops that are drawn as one edge. Where they are all the calls to a workload, what was counted there is theirs; else
 * anything from none of it to what they call, or to all of it where that is less. Bounds of several workloads add up.
 */
export function trialsOf(hops: readonly Hop[], trials: Trials | undefined): readonly EdgeTrial[] {
  if (trials === undefined) return [];
  const live = hops.filter((hop) => hop.live);
  const sums = new Map<EdgeTrial["action"], { min: number; max: number; atLeast: boolean }>();
  for (const [place, here] of Map.groupBy(live, (hop) => placeOf(hop.target, isTcp(hop)))) {
    const own = trials.get(place);
    if (own === undefined) continue;
    const all = new Set(here.map(callerOf)).size === own.callers;
    const calls = here.reduce((sum, hop) => sum + mostSeen(hop), 0);
    for (const { action, denied, atLeast } of own.tried) {
      const sum = sums.get(action) ?? { min: 0, max: 0, atLeast: false };
      sum.min += all ? denied : 0;
      sum.max += all ? denied : Math.min(calls, denied);
      sum.atLeast ||= atLeast;
      sums.set(action, sum);
    }
  }
  return [...sums]
    .map(([action, { min, max, atLeast }]) => ({
      ...{ action, min: perSecond(min), max: perSecond(max) },
      ...(atLeast ? { atLeast } : {}),
    }))
    .toSorted((a, b) => (a.action < b.action ? -1 : 1));
}

/** A server counts attempts, of which the client counts some: what bounds must be the most that anybody counted. */
export function mostSeen({ headline, evidence, protocol }: Hop): number {
  const all = headline === null ? [...evidence.values()] : [headline, ...evidence.values()];
  return Math.max(
    0,
    ...all.map(({ requests, connections }) =>
      protocol === "tcp" ? (connections?.opened ?? 0) : requestRate(requests),
    ),
  );
}
