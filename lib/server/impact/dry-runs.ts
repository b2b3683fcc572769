/** GET /meaning/dry-runs/…: what policies on trial would have done, told as far as the viewer may see it. */
import type { DryRunsAnswer, DryRunsRequest } from "#lib/api/dry-runs.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { windowSeconds } from "#lib/api/windows.ts";
import type { WorkloadGraph } from "#lib/graph/workload-graph.ts";
import { dryRunResults, isDryRun } from "#lib/mesh/meaning.ts";
import type { DryRunWorkload } from "#lib/policy/dry-run.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { checkNamespace } from "../policy/access.ts";
import type { PolicyDeps } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import type { PolicyStore } from "../policy/store.ts";
import { sees, silence, unreadOf } from "../policy/told.ts";
import { inView } from "../policy/world.ts";
import type { DryRunReading } from "../telemetry/dry-runs.ts";
import type { DryRunSpans, DryRunSpansAsked } from "../tracing/dry-runs.ts";
import type { ImpactDeps } from "./impact.ts";

export interface DryRunDeps extends ImpactDeps, Pick<PolicyDeps, "rights" | "clients"> {
  /** What sampled spans say; null: nobody keeps any of that cluster. */
  readonly spans: (
    credential: Credential,
    asked: DryRunSpansAsked,
    signal?: AbortSignal,
  ) => Promise<DryRunSpans | null>;
}

const KIND = "AuthorizationPolicy";

/** Is a policy on trial in any cluster, or may one be that can't be read? Until they are read, none is known of. */
export function onTrial(store: PolicyStore): boolean {
  return [...store.clusters().values()].some(
    ({ unread, objects }) =>
      unread.some(({ kind, code }) => kind === KIND && code !== "not_found") || objects(KIND).some(isDryRun),
  );
}

/** Prometheus is asked only where something is, or may be, on trial. @throws MeshscopeError `forbidden`, `unknown_cluster`, `reauth` */
export async function showDryRuns(
  deps: DryRunDeps,
  credential: Credential,
  { cluster, namespace, workload, window, spans }: DryRunsRequest,
  signal?: AbortSignal,
): Promise<DryRunsAnswer> {
  const viewer = await viewerOf(deps, credential, signal, [{ cluster, namespace }]);
  const { visibility } = viewer;
  checkNamespace(deps, visibility, cluster, namespace);
  const text = deps.text(viewer);
  const inventory = deps.inventory().get(cluster);
  const policies = deps.store.clusters().get(cluster);
  const unread = unreadOf(policies);
  const rootNamespace = deps.rootNamespace(cluster);
  const old = silence(policies, deps.timers.now());
  const none = { cluster, namespace, at: null, window: null, limits: [...old], spans: null, workloads: [] };
  if (inventory === undefined)
    return { ...none, notEvaluated: "The cluster’s workloads haven’t been read yet, so their pods aren’t known." };
  const near = (policies?.objects(KIND) ?? []).filter(({ metadata }) =>
    [namespace, rootNamespace].includes(metadata.namespace ?? ""),
  );
  if (unread(KIND) === null && !near.some(isDryRun)) return none;

  const reading = await deps.telemetry.dryRuns.over(window, signal);
  const told = reading.told(cluster);
  const results = (graph: WorkloadGraph | null) =>
    dryRunResults({
      ...{ namespace, workload, graph, counts: told ? reading.counts : null, visible: visibility.namespace },
      world: {
        ...{ cluster, rootNamespace, unread, inventory: inView(inventory, visibility) },
        objects: (kind) => policies?.objects(kind) ?? [],
        sees: (manifest) => sees(deps, cluster, viewer, manifest),
      },
    });
  const counted = results(null);
  const denies = counted.some(({ tried }) => tried.some(({ denied }) => denied > 0));
  const past = denies
    ? await deps.telemetry.past.graph(reading.window, reading.at, { latency: false, hour: false }, signal)
    : null;
  const graph = past?.publication.told(cluster) === true ? past.publication.graph : null;
  const workloads = graph === null ? counted : results(graph);
  const limits = [
    ...[...reading.failures].map(([name, { detail }]) => `What '${name}' counted could not be read. ${detail}`),
    ...(past !== null && graph === null ? ["Who calls could not be read."] : []),
  ];
  return {
    ...{ cluster, namespace, at: formatInstant(reading.at), window: reading.window },
    limits: [...old, ...(told ? limits.map(text) : [])],
    ...(told ? {} : { notEvaluated: text(whyNot(reading, cluster)) }),
    spans: spans === "off" ? null : await spansOf(deps, credential, workloads, { cluster, namespace, reading }, signal),
    workloads: structuredClone(workloads) as DryRunsAnswer["workloads"],
  };
}

/** Of the first, which is the one that was asked for; policies out of sight aren't named. */
async function spansOf(
  { spans, inventory }: DryRunDeps,
  credential: Credential,
  [trial]: readonly DryRunWorkload[],
  {
    cluster,
    namespace,
    reading,
  }: { readonly cluster: string; readonly namespace: string; readonly reading: DryRunReading },
  signal?: AbortSignal,
): Promise<DryRunsAnswer["spans"]> {
  if (trial === undefined) return null;
  const { workload, policies, tried } = trial;
  const app = inventory().get(cluster)?.workloads.get(`${namespace}/${workload}`)?.app ?? null;
  const window = { start: unixSeconds(reading.at - windowSeconds(reading.window)), end: reading.at };
  const asked = tried.filter(({ denied, protocol }) => denied > 0 && protocol === "http");
  const found = await Promise.all(
    asked.map(({ action }) => spans(credential, { cluster, namespace, workload, app, action, ...window }, signal)),
  );
  const seen = new Map<string, ObjectRef>(
    policies.map(({ source: { object } }) => [`${object.namespace}/${object.name}`, object]),
  );
  const known = found.filter((each) => each !== null);
  if (known.length < found.length || known.length === 0) return null;
  return known.map((each) => ({
    ...each,
    policies: each.policies.map(({ policy, spans: count }) => ({
      policy: policy === null ? null : (seen.get(policy) ?? null),
      spans: count,
    })),
    callers: [...each.callers],
  }));
}

function whyNot({ failures, nameless }: DryRunReading, cluster: string): string {
  const [failure] = failures.values();
  if (failure !== undefined) return `What dry runs would have denied could not be read. ${failure.detail}`;
  const [name] = nameless;
  if (name !== undefined)
    return `Series of Prometheus '${name}' carry no labels of their pods, so what dry runs would have denied can’t be told of a workload. Let its scrape configuration keep the labels of pod and namespace.`;
  return `No Prometheus that holds a mesh’s metrics is configured for cluster "${cluster}".`;
}
