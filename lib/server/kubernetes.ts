/** The console's own read-only watches, one a cluster that the configuration gives Kubernetes access to. */
import { formatInstant } from "#lib/api/instant.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { createKubeClient, type KubeTarget } from "#lib/kube/client.ts";
import { type InventoryWatch, watchInventory } from "#lib/kube/inventory-watch.ts";
import { kubeconfigTarget } from "#lib/kube/kubeconfig.ts";
import { inClusterTarget } from "#lib/kube/target.ts";
import type { Timers } from "./clock.ts";
import type { ClusterConfig } from "./config.ts";
import { type Inventories, NO_INVENTORIES } from "./inventory.ts";
import { unreadKind } from "./unread.ts";

/** A cluster's API: reading with the console's own credential or a viewer's, writing with a viewer's alone. */
export type Kube = ReturnType<typeof createKubeClient>;

/**
 * A client for each cluster that has Kubernetes, by configured name and in the configuration's order.
 * @throws MeshscopeError `bad_config` for a kubeconfig or ServiceAccount that can't be used
 */
export async function connectClusters(
  clusters: readonly ClusterConfig[],
  timers: Timers,
): Promise<ReadonlyMap<string, Kube>> {
  const connected = await Promise.all(
    clusters.flatMap((cluster) =>
      cluster.kubernetes === undefined
        ? []
        : [
            targetOf(cluster, cluster.kubernetes, timers).then((target): [string, Kube] => [
              cluster.name,
              createKubeClient(target, { clock: timers }),
            ]),
          ],
    ),
  );
  return new Map(connected);
}

/** Starts the watches and returns at once; a cluster that doesn't answer is a state to show. The clients stay the caller's. */
export function watchClusters(
  clusters: readonly ClusterConfig[],
  clients: ReadonlyMap<string, Kube>,
  { timers, signal }: { readonly timers: Timers; readonly signal: AbortSignal },
): Inventories {
  const watched = clusters.flatMap(({ name, mesh }) => {
    const client = clients.get(name);
    if (client === undefined) return [];
    const watch = watchInventory(client, { cluster: name, rootNamespace: mesh.rootNamespace, clock: timers, signal });
    return [{ name, watch }];
  });
  if (watched.length === 0) return NO_INVENTORIES;
  return {
    current: () =>
      new Map(
        watched.flatMap(({ name, watch }): [string, ClusterInventory][] =>
          [watch.current()].flatMap((each) => (each === null ? [] : [[name, each]])),
        ),
      ),
    statuses: () => watched.map(({ name, watch }) => statusOf(name, watch)),
    onStatus: (listener) => {
      const ends = watched.map(({ watch }) => watch.onChange(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    close: async () => {
      await Promise.allSettled(watched.map(({ watch }) => watch.close()));
    },
  };
}

function targetOf(
  cluster: ClusterConfig,
  kubernetes: NonNullable<ClusterConfig["kubernetes"]>,
  timers: Timers,
): Promise<KubeTarget> {
  if ("inCluster" in kubernetes) return inClusterTarget(cluster.name, timers, process.env);
  return kubeconfigTarget(cluster.name, kubernetes.kubeconfig, kubernetes.context);
}

function statusOf(cluster: string, watch: InventoryWatch): SourceStatus {
  const { state, since, asOf, problem, warnings } = watch.status();
  const unread = watch.current()?.unread ?? [];
  return {
    name: cluster,
    kind: "kubernetes",
    state,
    since: formatInstant(since),
    asOf: asOf === null ? null : formatInstant(asOf),
    queryMs: null,
    ...(problem ? { problem } : {}),
    warnings,
    infos: [],
    clusters: [cluster],
    missing: unread.map((each) => unreadKind(cluster, each)),
  };
}
