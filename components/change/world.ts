/** What the browser knows of a cluster when a form changes a draft: one service, its workloads, and the draft's objects. Pure. */
import type { ServiceAnswer } from "#lib/api/policies.ts";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import { unixSeconds } from "#lib/units.ts";

type Seen = Pick<ServiceAnswer, "cluster" | "namespace" | "name" | "rootNamespace" | "ports" | "workloadsInfo">;

/**
 * `others`: objects that are there besides the draft's, by name alone, so that nothing new takes a name that is taken.
 * Services other than this one aren't known here: what names them counts as existing (the server's plan decides).
 */
export function serviceWorld(
  service: Seen,
  manifests: readonly Manifest[],
  others: readonly ObjectRef[] = [],
): PolicyWorld {
  return worldOf(service.cluster, service.rootNamespace, manifests, others, serviceInventory(service));
}

/** A world of objects alone. */
export function worldOf(
  cluster: string,
  rootNamespace: string,
  manifests: readonly Manifest[],
  others: readonly ObjectRef[] = [],
  inventory: ClusterInventory | null = null,
): PolicyWorld {
  const keys = new Set(manifests.map((manifest) => refKey(refOf(cluster, manifest))));
  const stubs = others.filter((ref) => ref.cluster === cluster && !keys.has(refKey(ref))).map(stub);
  const byKind = Map.groupBy([...manifests, ...stubs], manifestKindKey);
  return { cluster, rootNamespace, inventory, objects: (kind) => byKind.get(kind) ?? [] };
}

/** An object of which only the name is known: it selects and routes nothing. */
function stub({ group, version, kind, namespace, name }: ObjectRef): Manifest {
  return {
    apiVersion: group === "" ? version : `${group}/${version}`,
    kind,
    metadata: { name, ...(namespace === null ? {} : { namespace }) },
    // Selects nobody: an empty selector would select all.
    spec: { selector: { matchLabels: { "meshscope.dev/name-only": "true" } } },
  };
}

function serviceInventory({ cluster, namespace, name, ports, workloadsInfo }: Seen): ClusterInventory {
  const workloads = workloadsInfo.map(
    (info): Workload => ({
      ...{ cluster, namespace, name: info.name, kind: "Deployment", app: info.app, version: info.version },
      ...{ mesh: null, dataplane: "none", serviceAccounts: [], labels: info.labels, annotations: {} },
      pods: Array.from({ length: info.pods }, (_, index) => ({
        ...{ name: `${info.name}-${index}`, ip: null, ready: index < info.ready, phase: "Running", reports: false },
      })),
      ...{ services: [name], goneAt: null, createdAt: null },
    }),
  );
  const service: Service = {
    ...{ cluster, namespace, name, selector: {}, ports, headless: false },
    workloads: workloads.map((workload) => workload.name),
  };
  const unknown = "the browser knows one service";
  return {
    cluster,
    asOf: unixSeconds(0),
    namespaces: new Map(),
    workloads: new Map(workloads.map((workload) => [`${namespace}/${workload.name}`, workload])),
    services: new Map([[`${namespace}/${name}`, service]]),
    externalHosts: [],
    workloadByIp: new Map(),
    unread: [
      { kind: "services", detail: unknown },
      { kind: "serviceentries", detail: unknown },
    ],
  };
}
