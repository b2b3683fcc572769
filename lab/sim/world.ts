/**
 * The mesh as its objects describe it, fed by watches alone. Every change bumps `version`, which throws away what was
 * derived (routes, endpoints); nothing here does I/O.
 */
import type { KubeObject } from "../kube/object.ts";
import { keyOf } from "../kube/object.ts";
import { labelsAt, listAt, objectAt, selects, stringsAt, textAt } from "../kube/read.ts";
import { type DestinationRule, readDestinationRule } from "./destination-rule.ts";
import { readServiceRoute, type ServiceRoute } from "./http-route.ts";
import { serverMode } from "./mtls.ts";
import { Objects, type WatchedKind } from "./objects.ts";
import { type MtlsMode, type PeerAuthentication, readPeerAuthentication } from "./peer-authentication.ts";
import type { SimPod } from "./pod.ts";
import { readPod } from "./pod.ts";
import { readService, type Service } from "./service.ts";
import {
  keepsByteHistograms,
  logsAll,
  readTelemetry,
  type Side,
  type Tag,
  type Telemetry,
  tagsOf,
} from "./telemetry.ts";
import { DOMAIN, hostMatches, readVirtualService, type VirtualService } from "./virtual-service.ts";

const ROOT = "istio-system";

export class World {
  /** Grows with every change that can move traffic. */
  version = 0;
  readonly pods = new Map<string, SimPod>();
  readonly #objects = new Objects();
  readonly #keys = new Map<string, string>();
  readonly #trustDomain = "cluster.local";
  #derivedAt = -1;
  #virtualServices: VirtualService[] = [];
  #destinationRules: DestinationRule[] = [];
  #serviceRoutes: ServiceRoute[] = [];
  /** By cluster: each control plane reads its own cluster's. */
  #peerAuthentications = new Map<string, PeerAuthentication[]>();
  /** By cluster, then by `namespace/name`. */
  #services = new Map<string, Map<string, Service>>();
  #external = new Set<string>();
  #registryOnly = new Set<string>();
  #byWorkload = new Map<string, SimPod[]>();
  #byNamespace = new Map<string, SimPod[]>();
  #ztunnels = new Map<string, SimPod>();
  readonly #endpoints = new Map<string, readonly SimPod[]>();
  readonly #modes = new Map<SimPod, Map<number, MtlsMode>>();
  /** By cluster. */
  #telemetries = new Map<string, readonly Telemetry[]>();
  readonly #tags = new Map<SimPod, { [side in Side]?: readonly Tag[] }>();
  readonly #logging = new Map<SimPod, { [side in Side]?: boolean }>();

  /** Takes an object as a watch hands it over. */
  upsert(cluster: string, kind: WatchedKind, object: KubeObject): void {
    this.#objects.set(cluster, kind, object);
    if (kind === "Pod") this.#setPod(cluster, object);
    this.version += 1;
  }

  remove(cluster: string, kind: WatchedKind, object: KubeObject): void {
    this.#objects.delete(cluster, kind, object);
    if (kind === "Pod") this.pods.delete(`${cluster}/${keyOf(object)}`);
    this.version += 1;
  }

  get clusters(): Iterable<string> {
    return this.#objects.clusters;
  }

  /** A cluster's objects of a kind as they are, for those who read them by themselves. */
  objects(kind: WatchedKind, cluster: string): Iterable<KubeObject> {
    return this.#objects.all(kind, cluster);
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
    for (const services of this.#services.values()) {
      const found = services.get(`${namespace}/${name}`);
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
        if (this.#services.get(pod.cluster)?.has(`${service.namespace}/${service.name}`)) out.push(pod);
      }
    }
    this.#endpoints.set(key, out);
    return out;
  }

  /** The mode a pod's port accepts; null: what its namespace says of all of its workloads. */
  mtlsMode(pod: SimPod, asked: number | null): MtlsMode {
    this.#derive();
    let ports = this.#modes.get(pod);
    if (ports === undefined) {
      ports = new Map();
      this.#modes.set(pod, ports);
    }
    const port = asked ?? 0;
    let mode = ports.get(port);
    if (mode === undefined) {
      const { namespace, labels } = pod;
      const policies = this.#peerAuthentications.get(pod.cluster) ?? [];
      mode = serverMode(policies, { namespace, labels: asked === null ? null : labels }, port, ROOT);
      ports.set(port, mode);
    }
    return mode;
  }

  /** The tags that a pod's proxy adds to requests of which it tells as their client's or as their server's. */
  tags(pod: SimPod, side: Side): readonly Tag[] {
    this.#derive();
    const sides = this.#tags.get(pod) ?? {};
    if (!this.#tags.has(pod)) this.#tags.set(pod, sides);
    sides[side] ??= tagsOf(this.#telemetries.get(pod.cluster) ?? [], pod, side, ROOT);
    return sides[side];
  }

  /** Whether a Telemetry object has a pod's proxy write down all calls of that side. */
  logsAll(pod: SimPod, side: Side): boolean {
    this.#derive();
    const sides = this.#logging.get(pod) ?? {};
    if (!this.#logging.has(pod)) this.#logging.set(pod, sides);
    sides[side] ??= logsAll(this.#telemetries.get(pod.cluster) ?? [], pod, side, ROOT);
    return sides[side];
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
    for (const object of this.#objects.all("IstioGateway", pod.cluster)) {
      const selector = labelsAt(object.spec, "selector");
      if (Object.keys(selector).length === 0 || !selects(selector, pod.labels)) continue;
      const hosts = listAt(object.spec, "servers").flatMap((server) => stringsAt(server, "hosts"));
      // NAMESPACE/HOST limits whose VirtualServices may bind, which only matters where namespaces are adversaries.
      if (hosts.some((h) => hostMatches(h.slice(h.indexOf("/") + 1), host))) out.push(keyOf(object));
    }
    return out;
  }

  #setPod(cluster: string, object: KubeObject): void {
    const key = `${cluster}/${keyOf(object)}`;
    const context = {
      cluster,
      trustDomain: this.#trustDomain,
      byteHistograms: keepsByteHistograms(this.#telemetry(cluster), ROOT),
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

  /** Read as they stand, also while nothing is derived: a proxy reads them when it starts. */
  #telemetry(cluster: string): readonly Telemetry[] {
    return [...this.#objects.all("Telemetry", cluster)].map(readTelemetry);
  }

  #servicesOf(cluster: string): Map<string, Service> {
    const label = (namespace: string, name: string) =>
      this.#objects.get(cluster, "Namespace", namespace)?.metadata.labels?.[name];
    return new Map([...this.#objects.all("Service", cluster)].map((each) => [keyOf(each), readService(each, label)]));
  }

  #derive(): void {
    if (this.#derivedAt === this.version) return;
    this.#derivedAt = this.version;
    this.#endpoints.clear();
    this.#modes.clear();
    this.#tags.clear();
    this.#logging.clear();
    this.#telemetries = new Map();
    this.#virtualServices = [...this.#objects.all("VirtualService")].map(readVirtualService).sort(byAge);
    this.#serviceRoutes = [...this.#objects.all("HTTPRoute"), ...this.#objects.all("GRPCRoute")]
      .map(readServiceRoute)
      .sort(byName);
    this.#destinationRules = [...this.#objects.all("DestinationRule")].map(readDestinationRule).sort(byName);
    this.#peerAuthentications = new Map();
    this.#external = new Set([...this.#objects.all("ServiceEntry")].flatMap((o) => stringsAt(o.spec, "hosts")));
    this.#registryOnly = new Set();
    this.#services = new Map();
    for (const cluster of this.#objects.clusters) {
      this.#services.set(cluster, this.#servicesOf(cluster));
      this.#telemetries.set(cluster, this.#telemetry(cluster));
      const peers = [...this.#objects.all("PeerAuthentication", cluster)];
      this.#peerAuthentications.set(cluster, peers.map(readPeerAuthentication));
      for (const sidecar of this.#objects.all("Sidecar", cluster))
        if (textAt(objectAt(sidecar.spec, "outboundTrafficPolicy"), "mode") === "REGISTRY_ONLY")
          this.#registryOnly.add(`${cluster}/${sidecar.metadata.namespace}`);
    }
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
