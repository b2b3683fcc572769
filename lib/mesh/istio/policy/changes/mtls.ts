/** PeerAuthentication. https://istio.io/latest/docs/reference/config/security/peer_authentication/ */

import type { MtlsIntent, MtlsMode } from "#lib/policy/intent.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refText } from "#lib/policy/ref.ts";
import { byAge, has, type JsonObject, mapAt, namespaceOf, objectAt, specOf, textAt } from "../routing/json.ts";
import { edit, editSpec, refuse, set, type Workbench } from "./edit.ts";

export function mtls(intent: MtlsIntent, bench: Workbench): void {
  const { scope, mode, ports } = intent;
  const namespace = scope.level === "mesh" ? bench.world.rootNamespace : scope.namespace;
  const labels = scope.level === "workload" ? scope.labels : {};
  if (intent.cluster !== bench.world.cluster) refuse("cluster", `${intent.cluster} isn't the cluster that is read`);
  if (mode === undefined && ports === undefined) refuse("mode", "neither a mode nor ports are given");
  if (ports !== undefined && scope.level !== "workload")
    refuse("ports", "exceptions of ports need labels that select workloads");
  if (scope.level === "workload" && Object.keys(labels).length === 0)
    refuse("scope.labels", "no labels select everything: choose the namespace instead");
  if (scope.level === "workload" && namespace === bench.world.rootNamespace) {
    refuse("scope.namespace", "policies with a selector don't count in the root namespace");
  }
  const found = bench.world
    .objects("PeerAuthentication")
    .filter(
      (one) => namespaceOf(one) === namespace && same(mapAt(objectAt(specOf(one), "selector"), "matchLabels"), labels),
    )
    .toSorted(byAge);
  const [oldest, next] = found;
  if (
    oldest === undefined &&
    (mode === undefined || mode === "UNSET") &&
    !Object.values(ports ?? {}).some((one) => one !== null)
  )
    return;
  const object = oldest ?? create(bench, namespace, labels);
  const after = editSpec(object, (spec) => {
    const whole = mode === undefined ? spec : edit(spec, "mtls", (now) => modeAs(now, mode));
    return Object.entries(ports ?? {}).reduce(
      (now, [port, value]) =>
        edit(now, "portLevelMtls", (all) =>
          value === null ? set(all, port, undefined) : set(all, port, modeAs(objectAt(all, port), value)),
        ),
      whole,
    );
  });
  const gone = oldest !== undefined && after !== oldest && !says(specOf(after));
  for (const loser of found.slice(gone ? 2 : 1))
    bench.note(`${refText(bench.ref(loser))} selects the same and is ignored: the oldest counts`);
  if (gone) {
    bench.delete(oldest);
    bench.note(`${refText(bench.ref(oldest))} would say nothing any more and is deleted`);
    if (next !== undefined)
      bench.note(`${refText(bench.ref(next))} selects the same and then counts: ${saidBy(specOf(next))}`);
  } else {
    bench.put(after);
  }
  const counts = gone ? modeOf(objectAt(next && specOf(next), "mtls")) : mode;
  if (counts === "STRICT") bench.note("clients without a proxy of the mesh are refused from then on");
  if (counts === "DISABLE")
    bench.note("a stricter policy of a workload in it breaks its clients, which then send plaintext");
}

/** UNSET and no mode at all are one thing; which of them is written stays. */
function modeAs(mtls: JsonObject, mode: MtlsMode): JsonObject {
  if (mode === modeOf(mtls)) return mtls;
  return set(mtls, "mode", mode === "UNSET" ? undefined : mode);
}

const modeOf = (mtls: JsonObject): string => textAt(mtls, "mode") ?? "UNSET";

/** Its mode, and those of ports. */
function saidBy(spec: JsonObject): string {
  const all = objectAt(spec, "portLevelMtls");
  const ports = Object.keys(all).map((port) => `port ${port} ${modeOf(objectAt(all, port))}`);
  return [modeOf(objectAt(spec, "mtls")), ...ports].join(", ");
}

function says(spec: JsonObject): boolean {
  return has(spec, "mtls") || has(spec, "portLevelMtls") || Object.keys(spec).some((key) => key !== "selector");
}

function create(bench: Workbench, namespace: string, labels: Readonly<Record<string, string>>): Manifest {
  const selects = Object.keys(labels).length > 0;
  const name = bench.nameFor("PeerAuthentication", namespace, labels);
  bench.note(`creates PeerAuthentication ${namespace}/${name}`);
  return {
    apiVersion: bench.apiVersion("PeerAuthentication", "security.istio.io/v1"),
    kind: "PeerAuthentication",
    metadata: { name, namespace },
    spec: selects ? { selector: { matchLabels: labels } } : {},
  };
}
