/** Where spans were made, in the console's own words: configured clusters, workloads of the inventory, nodes of the graph. */
import { type NodeKey, nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Inventory } from "#lib/inventory/model.ts";
import type { Trace } from "#lib/tracing/model.ts";
import { namedPlace, type Place, placeOf } from "#lib/tracing/place.ts";
import { wholeCluster } from "../rights/filter.ts";
import type { Visibility } from "../rights/model.ts";

export interface PlaceDeps {
  readonly inventory: () => Inventory;
  /** metricsName → configured cluster name. */
  readonly clusterOf: (metricsName: string) => string;
}

/** A place with its cluster as configured; null where that isn't known. */
export interface Located extends Place {
  readonly clusters: readonly string[];
}

export class Places {
  readonly #deps: PlaceDeps;

  constructor(deps: PlaceDeps) {
    this.#deps = deps;
  }

  /** The place of a span that a backend for these clusters keeps. */
  of(trace: Trace, row: number, clusters: readonly string[]): Located {
    const place = placeOf(trace, row, ({ cluster, namespace, pod }) => {
      for (const name of this.#clusters(cluster, clusters)) {
        const cluster = this.#deps.inventory().get(name);
        const found = cluster && podsOf(cluster).get(`${namespace}/${pod}`);
        if (found) return found;
      }
      return null;
    });
    return { ...place, clusters: this.#clusters(place.cluster, clusters) };
  }

  /** The node of the graph; null where the span can't be placed, or more than one cluster comes into question. */
  node(place: Located): string | null {
    const { workload } = place;
    const key = this.key(place);
    if (key === null) return null;
    return nodeId(workload === null ? key : { ...key, kind: "workload", name: workload });
  }

  /** What metrics know the service by: its app where one is told, else its workload. */
  key({ clusters, namespace, workload, app }: Located): NodeKey | null {
    const [cluster, other] = clusters;
    if (cluster === undefined || other !== undefined || namespace === null) return null;
    if (app !== null) return { kind: "app", cluster, namespace, name: app };
    return workload === null ? null : { kind: "workload", cluster, namespace, name: workload };
  }

  /**
   * May a viewer be told of a service that a backend lists by name alone? Where namespaces of that name are hidden in another
   * cluster, only if it is known to be in one that isn't.
   */
  mayBeTold(service: string, clusters: readonly string[], visibility: Visibility): boolean {
    if (visibility.all || !mayAskFor(service, clusters, visibility)) return visibility.all;
    const place = namedPlace(service);
    if (place?.namespace == null) return true;
    const { app, namespace } = place;
    const seen = clusters.filter((cluster) => visibility.namespace(cluster, namespace));
    return seen.length === clusters.length || seen.some((cluster) => this.#runs(cluster, namespace, app ?? ""));
  }

  /** Is that workload what runs at the place? By its name, its app, or the Kubernetes service of that name. */
  isOf(
    place: Located,
    workload: { readonly cluster: string; readonly namespace: string; readonly name: string },
  ): boolean {
    const { cluster, namespace, name } = workload;
    if (!place.clusters.includes(cluster) || place.namespace !== namespace) return false;
    if (place.workload === name) return true;
    const inventory = this.#deps.inventory().get(cluster);
    const known = inventory?.workloads.get(`${namespace}/${name}`);
    // Of what is gone the name is all that is left.
    const app = known === undefined ? name : known.app;
    const behind = place.app === null ? undefined : inventory?.services.get(`${namespace}/${place.app}`);
    return (place.app !== null && app === place.app) || behind?.workloads.includes(name) === true;
  }

  #runs(cluster: string, namespace: string, app: string): boolean {
    const workloads = this.#deps.inventory().get(cluster)?.workloads.values() ?? [];
    for (const workload of workloads)
      if (workload.namespace === namespace && (workload.app === app || workload.name === app)) return true;
    return false;
  }

  /** A cluster that a span names, else all that the backend keeps spans of. */
  #clusters(named: string | null, clusters: readonly string[]): readonly string[] {
    return named === null ? clusters : [this.#deps.clusterOf(named)];
  }
}

const pods = new WeakMap<ClusterInventory, ReadonlyMap<string, string>>();

/** `namespace/pod` → workload. Made once an inventory. */
function podsOf(cluster: ClusterInventory): ReadonlyMap<string, string> {
  const known = pods.get(cluster);
  if (known) return known;
  const found = new Map<string, string>();
  for (const workload of cluster.workloads.values())
    for (const pod of workload.pods) found.set(`${workload.namespace}/${pod.name}`, workload.name);
  pods.set(cluster, found);
  return found;
}

/** May a viewer see what was made there? What can't be placed is for those alone who see everything. */
export function mayBeSeen(
  { clusters, namespace }: Pick<Located, "clusters" | "namespace">,
  visibility: Visibility,
): boolean {
  if (visibility.all) return true;
  return (
    namespace !== null && clusters.length > 0 && clusters.every((cluster) => visibility.namespace(cluster, namespace))
  );
}

/** May a viewer ask for a service by its name, `<app>.<namespace>`? What is found is told by each span's own place. */
export function mayAskFor(service: string, clusters: readonly string[], visibility: Visibility): boolean {
  if (visibility.all) return true;
  const namespace = namedPlace(service)?.namespace ?? null;
  if (namespace === null) return clusters.every((cluster) => wholeCluster(visibility, cluster));
  return clusters.some((cluster) => visibility.namespace(cluster, namespace));
}
