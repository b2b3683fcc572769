/**
 * What policies on trial would have done, workload by workload: the counters of its pods beside the policies that its own proxy asks
 * and the callers that were seen. Pure.
 */
import { nodeId } from "#lib/graph/id.ts";
import { ownersOf } from "#lib/graph/trial.ts";
import type { WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { DryRunCount } from "#lib/mesh/port.ts";
import type { DryRunWorkload, Tried } from "#lib/policy/dry-run.ts";
import type { SecurityPoint } from "#lib/policy/security.ts";
import { workloadSecurity } from "../meaning/effective/security.ts";
import type { SecurityWorld } from "../meaning/effective/sight.ts";
import { callersOf } from "./callers.ts";

interface Input {
  readonly namespace: string;
  /** null: all of the namespace. */
  readonly workload: string | null;
  readonly world: SecurityWorld;
  /** Of the whole mesh, or of a part that has these; null: they couldn't be read. */
  readonly counts: readonly DryRunCount[] | null;
  /** null: who calls isn't known. */
  readonly graph: WorkloadGraph | null;
  readonly visible: (cluster: string, namespace: string) => boolean;
}

/** What was counted in the namespace. */
interface Counted {
  readonly byPod: ReadonlyMap<string, readonly DryRunCount[]>;
  /** By workload, what pods counted as denied that are gone and may have been its own: `action protocol`. */
  readonly gone: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Workloads with a policy on trial, or with counters of one; the others aren't told. */
export function dryRunResults(input: Input): readonly DryRunWorkload[] {
  const { namespace, workload, world } = input;
  const { cluster } = world;
  const byPod = Map.groupBy(
    (input.counts ?? []).filter((each) => each.cluster === cluster && each.namespace === namespace),
    ({ pod }) => pod,
  );
  const all = [...world.inventory.workloads.values()].filter(
    (each) => each.namespace === namespace && each.goneAt === null,
  );
  const counted = { byPod, gone: goneOf(byPod, all) };
  return all
    .filter((each) => workload === null || each.name === workload)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((each) => resultOf(each, counted, input) ?? []);
}

function goneOf(byPod: Counted["byPod"], workloads: readonly Workload[]): Counted["gone"] {
  const there = new Set(workloads.flatMap(({ pods }) => pods.map(({ name }) => name)));
  const gone = new Map<string, Set<string>>();
  for (const [pod, counts] of byPod) {
    if (there.has(pod)) continue;
    const denied = counts.filter(({ result, rate }) => result === "denied" && rate > 0).map(tryOf);
    if (denied.length > 0)
      for (const owner of ownersOf(pod)) gone.set(owner, new Set([...(gone.get(owner) ?? []), ...denied]));
  }
  return gone;
}

const tryOf = ({ action, protocol }: Pick<DryRunCount, "action" | "protocol">): string => `${action} ${protocol}`;

function resultOf(workload: Workload, { byPod, gone }: Counted, input: Input): DryRunWorkload | null {
  const { dataplane, pods } = workload;
  const { points } = workloadSecurity(workload, input.world);
  const counted = pods.filter(({ name }) => byPod.has(name));
  const counts = counted.flatMap(({ name }) => byPod.get(name) ?? []);
  const tried = points.flatMap(({ dryRun }) => dryRun).some(({ stage }) => stage === "allow" || stage === "deny");
  if (!tried && counts.length === 0) return null;
  // A waypoint's filter stands in the pods of the waypoint, and counts there for all services behind it.
  const own = points.find(({ kind }) => kind !== "waypoint" || dataplane === "waypoint");
  return {
    ...{ workload: workload.name, dataplane },
    policies: (own?.dryRun ?? []).flatMap(({ source, stage }) =>
      stage === "allow" || stage === "deny" ? [{ source, action: stage }] : [],
    ),
    armed: own === undefined ? null : armedAt(own),
    lacks: own?.lacks ?? [],
    tried: triedOf(workload, { counts, gone: gone.get(workload.name) ?? new Set() }, input),
    pods: { counted: counted.length, all: pods.filter(({ reports }) => reports).length },
    silent: counts.length > 0 || input.counts === null ? null : silentAt(points, own),
  };
}

function armedAt({ policies, otherwise }: SecurityPoint): boolean | null {
  if (policies.some(({ stage }) => stage === "allow")) return true;
  return otherwise.verdict === "unknown" ? null : false;
}

/** Of an ambient workload a policy on trial at its waypoint alone is counted there. */
function silentAt(points: readonly SecurityPoint[], own: SecurityPoint | undefined): DryRunWorkload["silent"] {
  if (own?.kind !== "ztunnel") return "no-counters";
  return own.dryRun.length > 0 || !points.some(({ dryRun }) => dryRun.length > 0) ? "ztunnel" : "waypoint";
}

function triedOf(
  { cluster, namespace, name }: Workload,
  { counts, gone }: { readonly counts: readonly DryRunCount[]; readonly gone: ReadonlySet<string> },
  { graph, visible }: Input,
): readonly Tried[] {
  const target = nodeId({ kind: "workload", cluster, namespace, name });
  const hops = graph?.hops.filter((hop) => hop.target === target) ?? null;
  return TRIES.map((each) => ({ ...each, own: counts.filter((one) => tryOf(one) === tryOf(each)) }))
    .filter((each) => each.own.length > 0 || gone.has(tryOf(each)))
    .map(({ action, protocol, own }): Tried => {
      const denied = rateOf(own, "denied");
      const ports = [...Map.groupBy(own, ({ port }) => port)].map(([port, here]) => ({
        ...{ port, allowed: rateOf(here, "allowed"), denied: rateOf(here, "denied") },
      }));
      const young = own.some(({ newborn, result }) => newborn && result === "denied");
      const atLeast = young || gone.has(tryOf({ action, protocol }));
      return {
        ...{ action, protocol, allowed: rateOf(own, "allowed"), denied, atLeast },
        ports: ports.toSorted((a, b) => (a.port ?? Number.POSITIVE_INFINITY) - (b.port ?? Number.POSITIVE_INFINITY)),
        callers: hops && callersOf(hops, { protocol, denied, atLeast }, visible),
      };
    });
}

/** In the order in which they are told. */
const TRIES = (["deny", "allow"] as const).flatMap((action) =>
  (["tcp", "http"] as const).map((protocol) => ({ action, protocol })),
);

const rateOf = (counts: readonly DryRunCount[], result: DryRunCount["result"]): number =>
  counts.reduce((sum, each) => (each.result === result ? sum + each.rate : sum), 0);
