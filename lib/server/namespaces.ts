/** GET /namespaces: by the Kubernetes API where it is read, else by what telemetry names. */
import type { NamespaceItem, NamespacesAnswer, NamespacesQuery } from "#lib/api/namespaces.ts";
import type { WorkloadGraph } from "#lib/graph/workload-graph.ts";
import type { ClusterInventory, Inventory } from "#lib/inventory/model.ts";
import type { Credential } from "./identity.ts";
import type { Inventories } from "./inventory.ts";
import { page } from "./page.ts";
import type { Rights } from "./rights/model.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Namespaces are named by the default window's graph: it is the one most likely read already. */
const WINDOW = "1m";

export class NamespaceUseCases {
  readonly #telemetry: Telemetry;
  readonly #inventories: Inventories;
  readonly #rights: Rights;
  readonly #rootOf: (cluster: string) => string;

  constructor(
    telemetry: Telemetry,
    inventories: Inventories,
    rights: Rights,
    rootNamespace: (cluster: string) => string,
  ) {
    this.#telemetry = telemetry;
    this.#inventories = inventories;
    this.#rights = rights;
    this.#rootOf = rootNamespace;
  }

  /** Those the viewer may see. @throws MeshscopeError `reauth` */
  async list(credential: Credential, query: NamespacesQuery, signal?: AbortSignal): Promise<NamespacesAnswer> {
    // First, so that names which only this reading brings are asked about with the next one, not shown unasked.
    const visibility = await this.#rights.visibility(credential, signal);
    const { graph } = await this.#telemetry.feed(WINDOW).current({ latency: false, hour: false }, signal);
    const wanted = (cluster: string) => query.clusters.length === 0 || query.clusters.includes(cluster);
    const items = namespaceItems(this.#inventories.current(), graph, this.#rootOf).filter(
      (item) => wanted(item.cluster) && visibility.namespace(item.cluster, item.name),
    );
    return page(items, (item) => `${item.cluster}/${item.name}`, query);
  }
}

/** Every namespace of the inventory, and those that only telemetry names. */
export function namespaceItems(
  inventory: Inventory,
  graph: WorkloadGraph,
  rootOf: (cluster: string) => string,
): readonly NamespaceItem[] {
  const known = [...inventory.values()].flatMap((cluster) => ofCluster(cluster, rootOf(cluster.cluster)));
  const taken = new Set(known.map(({ cluster, name }) => `${cluster}/${name}`));
  const named = new Map<string, NamespaceItem>();
  for (const { key } of graph.nodes.values()) {
    const id = `${key.cluster}/${key.namespace}`;
    // Services and workloads live in namespaces; hosts and unknown callers don't.
    if ((key.kind !== "workload" && key.kind !== "service") || taken.has(id)) continue;
    const item = named.get(id) ?? {
      cluster: key.cluster,
      name: key.namespace,
      dataplane: null,
      workloads: 0,
      services: null,
      root: key.namespace === rootOf(key.cluster),
      from: "telemetry",
    };
    named.set(id, key.kind === "workload" ? { ...item, workloads: item.workloads + 1 } : item);
  }
  return [...known, ...named.values()];
}

function ofCluster(
  { cluster, namespaces, workloads, services }: ClusterInventory,
  root: string,
): readonly NamespaceItem[] {
  const count = (objects: Iterable<{ readonly namespace: string }>) => {
    const counts = new Map<string, number>();
    for (const { namespace } of objects) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    return counts;
  };
  const [running, offered] = [count(workloads.values()), count(services.values())];
  return [...namespaces.values()].map(({ name, dataplane }) => ({
    cluster,
    name,
    dataplane,
    workloads: running.get(name) ?? 0,
    services: offered.get(name) ?? 0,
    root: name === root,
    from: "kubernetes",
  }));
}
