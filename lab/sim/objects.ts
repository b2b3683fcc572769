/** The objects that the watches have handed over, by cluster and kind. */
import type { KubeObject, ResourceName } from "../kube/object.ts";
import { keyOf } from "../kube/object.ts";

/** The kinds the simulator watches. */
export const WATCHED = [
  "Namespace",
  "Service",
  "Pod",
  "VirtualService",
  "DestinationRule",
  "ServiceEntry",
  "Sidecar",
  "IstioGateway",
  "HTTPRoute",
  "GRPCRoute",
  "PeerAuthentication",
  "RequestAuthentication",
  "AuthorizationPolicy",
  "Telemetry",
] as const satisfies readonly ResourceName[];
export type WatchedKind = (typeof WATCHED)[number];

export class Objects {
  readonly #clusters = new Map<string, Map<WatchedKind, Map<string, KubeObject>>>();

  get clusters(): Iterable<string> {
    return this.#clusters.keys();
  }

  set(cluster: string, kind: WatchedKind, object: KubeObject): void {
    this.#store(cluster, kind).set(keyOf(object), object);
  }

  delete(cluster: string, kind: WatchedKind, object: KubeObject): void {
    this.#store(cluster, kind).delete(keyOf(object));
  }

  /** One object, by `namespace/name`, or its name where it has no namespace. */
  get(cluster: string, kind: WatchedKind, key: string): KubeObject | undefined {
    return this.#clusters.get(cluster)?.get(kind)?.get(key);
  }

  /** All of a kind, in the order they came; of one cluster, or of every one. */
  *all(kind: WatchedKind, only?: string): Iterable<KubeObject> {
    for (const [cluster, kinds] of this.#clusters)
      if (only === undefined || cluster === only) yield* kinds.get(kind)?.values() ?? [];
  }

  #store(cluster: string, kind: WatchedKind): Map<string, KubeObject> {
    let kinds = this.#clusters.get(cluster);
    if (kinds === undefined) {
      kinds = new Map();
      this.#clusters.set(cluster, kinds);
    }
    let store = kinds.get(kind);
    if (store === undefined) {
      store = new Map();
      kinds.set(kind, store);
    }
    return store;
  }
}
