/**
 * The mesh as its objects describe it, fed by watches alone. Every change bumps `version`, which throws away what was
 * derived (routes, endpoints); nothing here does I/O.
 */
import type { KubeObject, ResourceName } from "../kube/object.ts";
import { keyOf } from "../kube/object.ts";
import { labelsAt, listAt, numberAt, objectAt, selects, stringsAt, textAt } from "../kube/read.ts";
import { type DestinationRule, readDestinationRule } from "./destination-rule.ts";
import { readServiceRoute, type ServiceRoute } from "./http-route.ts";
import { serverMode } from "./mtls.ts";
import { type MtlsMode, type PeerAuthentication, readPeerAuthentication } from "./peer-authentication.ts";
import type { SimPod } from "./pod.ts";
import { readPod } from "./pod.ts";
import { DOMAIN, hostMatches, readVirtualService, type VirtualService } from "./virtual-service.ts";

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
  "Telemetry",
] as const satisfies readonly ResourceName[];
export type WatchedKind = (typeof WATCHED)[number];

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  /** null: no selector, so no endpoints of its own. */
  readonly selector: Readonly<Record<string, string>> | null;
  readonly ports: readonly { readonly port: number; readonly target: number }[];
  /** `namespace/name` of the waypoint that its clients' ztunnels use. */
  readonly waypoint: string | null;
}

interface Cluster {
  readonly name: string;
  readonly objects: Map<WatchedKind, Map<string, KubeObject>>;
  /** Derived: by `namespace/name`. */
  readonly services: Map<string, Service>;
}

const ROOT = "istio-system";

export class World {
  /** Grows with every change that can move traffic. */
  version = 0;
  readonly pods = new Map<string, SimPod>();
  readonly #clusters = new Map<string, Cluster>();
  readonly #keys = new Map<string, string>();
  readonly #trustDomain = "cluster.local";
  #derivedAt = -1;
  #virtualServices: VirtualService[] = [];
  #destinationRules: DestinationRule[] = [];
  #serviceRoutes: ServiceRoute[] = [];
  #peerAuthentications: PeerAuthentication[] = [];
  #external = new Set<string>();
  #registryOnly = new Set<string>();
  #byWorkload = new Map<string, SimPod[]>();
  #byNamespace = new Map<string, SimPod[]>();
  #ztunnels = new Map<string, SimPod>();
  readonly #endpoints = new Map<string, readonly SimPod[]>();
  readonly #modes = new Map<SimPod, Map<number, MtlsMode>>();

  /** Takes an object as a watch hands it over. */
  upsert(clusterName: string, kind: WatchedKind, object: KubeObject): void {
    const cluster = this.#cluster(clusterName);
    const store = this.#store(cluster, kind);
    store.set(keyOf(object), object);
    if (kind === "Pod") this.#setPod(clusterName, object);
    this.version += 1;
  }

  remove(clusterName: string, kind: WatchedKind, object: KubeObject): void {
    const cluster = this.#cluster(clusterName);
    this.#store(cluster, kind).delete(keyOf(object));
    if (kind === "Pod") this.pods.delete(`${clusterName}/${keyOf(object)}`);
    this.version += 1;
  }

  /** Running pods by `cluster/namespace/workload`, in a stable order. */
  get workloads(): ReadonlyMap<string, readonly SimPod[]> {
    this.#derive();
    return this.#byWorkload;
  }

  get virtualServices(): readonly VirtualService[] {
    this.#derive();
    return this.#virtualServices;
  }

  /** Gateway API routes that are attached to services. */
  get serviceRoutes(): readonly ServiceRoute[] {
    this.#derive();
    return this.#serviceRoutes;
  }

  get destinationRules(): readonly DestinationRule[] {
    this.#derive();
    return this.#destinationRules;
  }

  /** The service with this FQDN; clusters of one mesh share services by name and namespace. */
  service(host: string): Service | null {
    if (!host.endsWith(`.${DOMAIN}`)) return null;
    this.#derive();
    const [name, namespace] = host.split(".");
    for (const cluster of this.#clusters.values()) {
      const found = cluster.services.get(`${namespace}/${name}`);
      if (found !== undefined) return found;
    }
    return null;
  }

  /**
   * A host as a program writes it, without its port, by the search list that Kubernetes puts into resolv.conf: NAME,
   * NAME.NAMESPACE and NAME.NAMESPACE.svc are services where such a service exists.
   */
  dialled(host: string, namespace: string): string {
    const bare = host.toLowerCase().replace(/:\d+$/, "");
    const candidates = [`${bare}.${namespace}.${DOMAIN}`, `${bare}.${DOMAIN}`, `${bare}.cluster.local`];
    return candidates.find((c) => c.split(".").length === 5 && this.service(c) !== null) ?? bare;
  }

  /** Is this host in the registry by a ServiceEntry? */
  isExternal(host: string): boolean {
    this.#derive();
    return this.#external.has(host);
  }

  /** Does a Sidecar object keep this namespace's clients from unknown hosts? */
  registryOnly(cluster: string, namespace: string): boolean {
    this.#derive();
    return this.#registryOnly.has(`${cluster}/${namespace}`) || this.#registryOnly.has(`${cluster}/${ROOT}`);
  }

  /** Ready pods of a service in all clusters that have it, restricted to a subset's labels; stable order. */
  endpoints(service: Service, labels: Readonly<Record<string, string>> | null): readonly SimPod[] {
    this.#derive();
    const key = `${service.host}|${labels === null ? "" : JSON.stringify(labels)}`;
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    const out: SimPod[] = [];
    const selector = service.selector;
    if (selector !== null) {
      for (const pod of this.#byNamespace.get(service.namespace) ?? []) {
        if (!pod.ready || !selects(selector, pod.labels)) continue;
        if (labels !== null && !selects(labels, pod.labels)) continue;
        if (this.#clusters.get(pod.cluster)?.services.has(`${service.namespace}/${service.name}`)) out.push(pod);
      }
    }
    this.#endpoints.set(key, out);
    return out;
  }

  /** The mode a pod's port accepts. */
  mtlsMode(pod: SimPod, port: number): MtlsMode {
    this.#derive();
    let ports = this.#modes.get(pod);
    if (ports === undefined) {
      ports = new Map();
      this.#modes.set(pod, ports);
    }
    let mode = ports.get(port);
    if (mode === undefined) {
      mode = serverMode(this.#peerAuthentications, pod, port, ROOT);
      ports.set(port, mode);
    }
    return mode;
  }

  /** Does the same proxy still run: the pod is there and hasn't restarted? */
  isAlive(pod: SimPod): boolean {
    return this.pods.get(`${pod.cluster}/${pod.namespace}/${pod.name}`)?.metrics === pod.metrics;
  }

  /** The ztunnel that serves a pod's node; undefined where none runs. */
  ztunnel(pod: SimPod): SimPod | undefined {
    this.#derive();
    return this.#ztunnels.get(`${pod.cluster}/${pod.node}`);
  }

  /** Ready pods of the waypoint `namespace/name` in a cluster. */
  waypoints(cluster: string, name: string): readonly SimPod[] {
    return (this.workloads.get(`${cluster}/${name}`) ?? []).filter((p) => p.dataplane === "waypoint" && p.ready);
  }

  /** Gateways (`namespace/name`) whose selector takes this pod and of whose servers one listens for the host. */
  gatewaysOf(pod: SimPod, host: string): readonly string[] {
    const out: string[] = [];
    for (const object of this.#all("IstioGateway", pod.cluster)) {
      const selector = labelsAt(object.spec, "selector");
      if (Object.keys(selector).length === 0 || !selects(selector, pod.labels)) continue;
      const hosts = listAt(object.spec, "servers").flatMap((server) => stringsAt(server, "hosts"));
      // NAMESPACE/HOST limits whose VirtualServices may bind, which only matters where namespaces are adversaries.
      if (hosts.some((h) => hostMatches(h.slice(h.indexOf("/") + 1), host))) out.push(keyOf(object));
    }
    return out;
  }

  #cluster(name: string): Cluster {
    let cluster = this.#clusters.get(name);
    if (cluster === undefined) {
      cluster = { name, objects: new Map(), services: new Map() };
      this.#clusters.set(name, cluster);
    }
    return cluster;
  }

  #store(cluster: Cluster, kind: WatchedKind): Map<string, KubeObject> {
    let store = cluster.objects.get(kind);
    if (store === undefined) {
      store = new Map();
      cluster.objects.set(kind, store);
    }
    return store;
  }

  *#all(kind: WatchedKind, only?: string): Iterable<KubeObject> {
    for (const cluster of this.#clusters.values())
      if (only === undefined || cluster.name === only) yield* cluster.objects.get(kind)?.values() ?? [];
  }

  #setPod(cluster: string, object: KubeObject): void {
    const key = `${cluster}/${keyOf(object)}`;
    const context = {
      cluster,
      trustDomain: this.#trustDomain,
      byteHistograms: this.#byteHistograms(cluster),
      intern: (name: string): string => {
        let short = this.#keys.get(name);
        if (short === undefined) {
          short = this.#keys.size.toString(36);
          this.#keys.set(name, short);
        }
        return short;
      },
    };
    const pod = readPod(object, context, this.pods.get(key));
    if (pod === null) this.pods.delete(key);
    else this.pods.set(key, pod);
  }

  /** Telemetry in the root namespace that disables both size histograms; read when a proxy starts. */
  #byteHistograms(cluster: string): boolean {
    const disabled = new Set<string>();
    for (const object of this.#all("Telemetry", cluster)) {
      if (object.metadata.namespace !== ROOT) continue;
      for (const metrics of listAt(object.spec, "metrics"))
        for (const override of listAt(metrics, "overrides")) {
          const metric = textAt(objectAt(override, "match"), "metric");
          if (metric !== undefined && override["disabled"] === true) disabled.add(metric);
        }
    }
    return !(disabled.has("REQUEST_SIZE") && disabled.has("RESPONSE_SIZE"));
  }

  #readServices(cluster: Cluster): void {
    cluster.services.clear();
    const namespaces = cluster.objects.get("Namespace");
    for (const [key, object] of cluster.objects.get("Service") ?? []) {
      const namespace = object.metadata.namespace ?? "default";
      const own = object.metadata.labels?.["istio.io/use-waypoint"];
      const waypoint = own ?? namespaces?.get(namespace)?.metadata.labels?.["istio.io/use-waypoint"];
      const selector = labelsAt(object.spec, "selector");
      cluster.services.set(key, {
        namespace,
        name: object.metadata.name,
        host: `${object.metadata.name}.${namespace}.${DOMAIN}`,
        selector: Object.keys(selector).length > 0 ? selector : null,
        ports: listAt(object.spec, "ports").map((p) => ({
          port: numberAt(p, "port") ?? 80,
          target: numberAt(p, "targetPort") ?? numberAt(p, "port") ?? 80,
        })),
        waypoint: waypoint === undefined || waypoint === "none" ? null : `${namespace}/${waypoint}`,
      });
    }
  }

  #derive(): void {
    if (this.#derivedAt === this.version) return;
    this.#derivedAt = this.version;
    this.#endpoints.clear();
    this.#modes.clear();
    this.#virtualServices = [...this.#all("VirtualService")].map(readVirtualService).sort(byAge);
    this.#serviceRoutes = [...this.#all("HTTPRoute"), ...this.#all("GRPCRoute")].map(readServiceRoute).sort(byName);
    this.#destinationRules = [...this.#all("DestinationRule")].map(readDestinationRule).sort(byName);
    this.#peerAuthentications = [...this.#all("PeerAuthentication")].map(readPeerAuthentication);
    this.#external = new Set([...this.#all("ServiceEntry")].flatMap((o) => stringsAt(o.spec, "hosts")));
    this.#registryOnly = new Set();
    for (const cluster of this.#clusters.values())
      for (const sidecar of this.#all("Sidecar", cluster.name))
        if (textAt(objectAt(sidecar.spec, "outboundTrafficPolicy"), "mode") === "REGISTRY_ONLY")
          this.#registryOnly.add(`${cluster.name}/${sidecar.metadata.namespace}`);
    for (const cluster of this.#clusters.values()) this.#readServices(cluster);
    this.#byWorkload = new Map();
    this.#byNamespace = new Map();
    this.#ztunnels = new Map();
    for (const pod of [...this.pods.values()].sort(byName)) {
      push(this.#byWorkload, pod.workloadKey, pod);
      push(this.#byNamespace, pod.namespace, pod);
      if (pod.dataplane === "ztunnel") this.#ztunnels.set(`${pod.cluster}/${pod.node}`, pod);
    }
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The oldest first, as Istio takes them where only one can count. */
function byAge(a: VirtualService, b: VirtualService): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return byName(a, b);
}

/** By namespace, name, then cluster where there is one: an order that doesn't depend on arrival. */
function byName(
  a: { namespace: string; name: string; cluster?: string },
  b: { namespace: string; name: string; cluster?: string },
): number {
  const left = `${a.namespace}/${a.name}/${a.cluster ?? ""}`;
  const right = `${b.namespace}/${b.name}/${b.cluster ?? ""}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
