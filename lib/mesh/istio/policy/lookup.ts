/** Finding what a policy names, in what the caller may see. */
import type { Workload } from "#lib/inventory/model.ts";
import { isObject, keysOf, listAt, own, textAt } from "#lib/policy/json.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";

/** A labels map from outside: texts alone. */
export function labelsAt(value: unknown, ...at: readonly string[]): Readonly<Record<string, string>> | null {
  let here = value;
  for (const key of at) here = own(here, key);
  if (!isObject(here)) return null;
  return Object.fromEntries(keysOf(here).map((key) => [key, String(own(here, key))]));
}

/** `app=reviews,version=v1` */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** `a`, `a and b`, `a and 3 more` */
export function few(texts: readonly string[]): string {
  const [first = "nothing", second, ...rest] = texts;
  if (second === undefined) return first;
  return rest.length === 0 ? `${first} and ${second}` : `${first} and ${rest.length + 1} more`;
}

/** Workloads that carry all these labels, in a namespace or everywhere (null); without an inventory, none known. */
export function workloadsWith(
  world: PolicyWorld,
  labels: Readonly<Record<string, string>>,
  namespace: string | null,
): readonly Workload[] {
  return [...(world.inventory?.workloads.values() ?? [])].filter(
    (workload) =>
      (namespace === null || workload.namespace === namespace) &&
      Object.entries(labels).every(([key, value]) => own(workload.labels, key) === value),
  );
}

/** An object of a kind by name; null where there is none, or none that may be seen. */
export function find(
  world: PolicyWorld,
  kind: { readonly group: string; readonly kind: string },
  namespace: string | null,
  name: string,
): ObjectRef | null {
  const found = world
    .objects(kindKey(kind))
    .find(({ metadata }) => metadata.name === name && (metadata.namespace ?? null) === namespace);
  return found === undefined ? null : refOf(world.cluster, found);
}

/** Targets of a policy: `targetRefs`, or the older `targetRef`. */
export function targetsOf(manifest: Manifest): readonly { readonly path: string; readonly target: unknown }[] {
  const list = listAt(manifest.spec, "targetRefs").map((target, index) => ({
    path: `spec.targetRefs[${index}]`,
    target,
  }));
  const single = own(manifest.spec, "targetRef");
  return list.length === 0 && isObject(single) ? [{ path: "spec.targetRef", target: single }] : list;
}

/** What a Gateway API reference names: group, kind and namespace where it doesn't say, by the field's defaults. */
export function named(
  reference: unknown,
  defaults: { readonly group: string; readonly kind: string; readonly namespace: string },
) {
  const group = own(reference, "group");
  return {
    group: typeof group === "string" ? group : defaults.group,
    kind: textAt(reference, "kind") ?? defaults.kind,
    namespace: textAt(reference, "namespace") ?? defaults.namespace,
    name: textAt(reference, "name") ?? "",
  };
}
