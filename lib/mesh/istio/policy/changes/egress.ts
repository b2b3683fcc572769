/** Sidecar. https://istio.io/latest/docs/reference/config/networking/sidecar/ */

import type { EgressIntent } from "#lib/policy/intent.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refText } from "#lib/policy/ref.ts";
import { selectedBy } from "../meaning/routing/scope.ts";
import { byAge, has, type JsonObject, listAt, namespaceOf, specOf, textsAt } from "../routing/json.ts";
import { editAt, editSpec, refuse, set, type Workbench } from "./edit.ts";

export function egress({ cluster, scope, hosts }: EgressIntent, bench: Workbench): void {
  const { namespace } = scope;
  const labels = scope.level === "workload" ? scope.labels : {};
  if (cluster !== bench.world.cluster) refuse("cluster", `${cluster} isn't the cluster that is read`);
  if (hosts.length === 0) refuse("hosts", "no host at all is what a Sidecar can't say");
  if (scope.level === "workload" && Object.keys(labels).length === 0)
    refuse("scope.labels", "no labels select everything: choose the namespace instead");
  if (namespace === bench.world.rootNamespace)
    refuse("scope.namespace", "there it counts for every namespace without a Sidecar of its own: choose one namespace");
  const found = sidecarsFor(scope, bench.world);
  for (const loser of found.slice(1))
    bench.note(`${refText(bench.ref(loser))} selects the same and is ignored: the oldest counts`);
  const [oldest] = found;
  const object = oldest ?? create(bench, namespace, labels);
  if (oldest === undefined) noteWider(bench, scope);
  const listeners = listAt(specOf(object), "egress");
  // Listeners for a port of their own count before the one for all others.
  const at = listeners.findIndex((each) => !has(each, "port"));
  if (listeners.some((each) => has(each, "port")))
    bench.note(`${refText(bench.ref(object))} has listeners for single ports: their hosts stay as they are`);
  if (same([...textsAt(listeners[at], "hosts")].sort(), [...hosts].sort())) return;
  bench.put(
    editSpec(object, (spec) =>
      at < 0
        ? set(spec, "egress", [...listeners, { hosts }])
        : editAt(spec, "egress", at, (each) => set(each, "hosts", hosts)),
    ),
  );
  if (scope.level === "namespace") noteOthers(bench, namespace);
}

/** Those that select exactly this: the first counts. */
export function sidecarsFor(scope: EgressIntent["scope"], world: Pick<PolicyWorld, "objects">): readonly Manifest[] {
  const labels = scope.level === "workload" ? scope.labels : {};
  return world
    .objects("Sidecar")
    .filter((each) => namespaceOf(each) === scope.namespace && same(selectedBy(each), labels))
    .toSorted(byAge);
}

/** What the one that counted until then says beyond hosts: a Sidecar counts alone. (getSidecarScope in istiod's pilot/pkg/model/push_context.go) */
function noteWider(bench: Workbench, { level, namespace }: EgressIntent["scope"]): void {
  const { rootNamespace } = bench.world;
  const wider = [...(level === "workload" ? [namespace] : []), rootNamespace]
    .flatMap((each) => sidecarsFor({ level: "namespace", namespace: each }, bench.world).slice(0, 1))
    .at(0);
  if (wider === undefined) return;
  const lost = Object.keys(specOf(wider)).filter((key) => key !== "egress");
  if (lost.length > 0)
    bench.note(
      `${refText(bench.ref(wider))} doesn’t count there any more, and nothing of it is taken over: ${lost.sort().join(", ")}`,
    );
}

/** A workload's own Sidecar counts alone: nothing is added to it by its namespace's. */
function noteOthers(bench: Workbench, namespace: string): void {
  for (const each of bench.world.objects("Sidecar")) {
    if (namespaceOf(each) !== namespace || Object.keys(selectedBy(each)).length === 0) continue;
    bench.note(`workloads that ${refText(bench.ref(each))} selects go by that one alone`);
  }
}

function create(bench: Workbench, namespace: string, labels: Readonly<Record<string, string>>): Manifest {
  const selects = Object.keys(labels).length > 0;
  const name = bench.nameFor("Sidecar", namespace, labels);
  bench.note(`creates Sidecar ${namespace}/${name}`);
  const spec: JsonObject = selects ? { workloadSelector: { labels } } : {};
  return {
    apiVersion: bench.apiVersion("Sidecar", "networking.istio.io/v1"),
    kind: "Sidecar",
    metadata: { name, namespace },
    spec,
  };
}
