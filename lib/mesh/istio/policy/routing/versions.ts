/** The versions that rules of a service can name. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refOf } from "#lib/policy/ref.ts";
import type { RouteVersion } from "#lib/policy/routing.ts";
import type { Named } from "../hosts.ts";
import type { Applied } from "./destination-rules.ts";

/** Declared subsets, then values of the label `version` that pods carry and no subset names. */
export function subsetVersions(service: Named, applied: Applied, world: PolicyWorld): readonly RouteVersion[] {
  const workloads = workloadsOf(service, world);
  const declared = applied.subsets.map((subset): RouteVersion => {
    const taken = workloads.filter(({ labels }) => {
      return Object.entries(subset.labels).every(([name, value]) => labels[name] === value);
    });
    return {
      name: subset.name,
      labels: subset.labels,
      object: refOf(world.cluster, subset.owner),
      ...count(taken),
    };
  });
  const named = new Set(applied.subsets.flatMap(({ name, labels }) => [name, labels["version"] ?? name]));
  const values = new Set(workloads.flatMap(({ labels }) => labels["version"] ?? []));
  const undeclared = [...values]
    .filter((value) => !named.has(value))
    .toSorted()
    .map(
      (value): RouteVersion => ({
        name: value,
        labels: { version: value },
        object: null,
        ...count(workloads.filter(({ labels }) => labels["version"] === value)),
      }),
    );
  return [...declared, ...undeclared];
}

/** Services that Gateway API routes send to. */
export function backendVersions(
  backends: ReadonlyMap<string, { readonly to: Named; readonly route: Manifest }>,
  world: PolicyWorld,
): readonly RouteVersion[] {
  return [...backends].map(([name, { to, route }]) => ({
    name,
    labels: null,
    object: refOf(world.cluster, route),
    ...count(workloadsOf(to, world)),
  }));
}

/** Workloads that are there and that the service's selector takes. */
export function workloadsOf({ namespace, name }: Named, { inventory }: PolicyWorld): readonly Workload[] {
  const service = inventory?.services.get(`${namespace}/${name}`);
  const taken = (service?.workloads ?? []).flatMap((w) => inventory?.workloads.get(`${namespace}/${w}`) ?? []);
  return taken.filter(({ goneAt }) => goneAt === null);
}

function count(workloads: readonly Workload[]): Pick<RouteVersion, "workloads" | "ready" | "pods"> {
  const pods = workloads.flatMap((workload) => workload.pods);
  return {
    workloads: workloads.map(({ name }) => name),
    ready: pods.filter(({ ready }) => ready).length,
    pods: pods.length,
  };
}
