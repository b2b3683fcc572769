/** What security policies count for. https://istio.io/latest/docs/reference/config/type/workload-selector/ */
import type { PolicyTarget } from "#lib/policy/intent.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API, NETWORKING } from "../kinds.ts";
import { labelsAt, named, targetsOf } from "../lookup.ts";
import { type JsonObject, namespaceOf } from "../routing/json.ts";
import { editSpec, refuse, set, setAll, type Workbench } from "./edit.ts";

const GROUP = { Service: "", ServiceEntry: NETWORKING, Gateway: GATEWAY_API } as const;

/** null: it targets what forms don't, such as a class of gateways. */
export function readTarget(manifest: Manifest): PolicyTarget | null {
  const targets = targetsOf(manifest);
  const labels = labelsAt(manifest.spec, "selector", "matchLabels") ?? {};
  if (targets.length === 0)
    return Object.keys(labels).length === 0 ? { level: "namespace" } : { level: "workloads", labels };
  const refs = targets.map(({ target }) => named(target, { group: "", kind: "", namespace: namespaceOf(manifest) }));
  const known = refs.flatMap(({ group, kind, name, namespace }) => {
    if (kind !== "Service" && kind !== "ServiceEntry" && kind !== "Gateway") return [];
    return GROUP[kind] === group && namespace === namespaceOf(manifest) ? [{ kind, name } as const] : [];
  });
  return known.length === refs.length ? { level: "targets", refs: known } : null;
}

export function setTarget(manifest: Manifest, target: PolicyTarget, bench: Workbench): Manifest {
  const root = namespaceOf(manifest) === bench.world.rootNamespace;
  if (target.level === "workloads" && Object.keys(target.labels).length === 0)
    refuse("target.labels", "no labels select everything: choose the namespace instead");
  if (target.level === "targets" && target.refs.length === 0) refuse("target.refs", "name a Service or a waypoint");
  if (root && target.level === "namespace") bench.note("in the root namespace it counts for the whole mesh");
  if (root && target.level === "workloads") bench.note("in the root namespace labels select in every namespace");
  if (target.level === "targets") bench.note("waypoints and gateways follow it, sidecars and ztunnel don't");
  if (same(readTarget(manifest), target)) return manifest;
  const labels: JsonObject = target.level === "workloads" ? target.labels : {};
  return editSpec(manifest, (spec) =>
    setAll(set(spec, "targetRef", undefined), {
      selector: target.level === "workloads" ? { matchLabels: labels } : undefined,
      targetRefs:
        target.level === "targets"
          ? target.refs.map(({ kind, name }) => ({ group: GROUP[kind], kind, name }))
          : undefined,
    }),
  );
}
