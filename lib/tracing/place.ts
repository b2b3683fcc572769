/**
 * Where in the mesh a span was made: cluster, namespace and workload, as far as its tags and resource tell, with the tag
 * that told it. Sidecars and gateways name their pod (node_id), waypoints name the ends of the call, programs bring
 * OpenTelemetry's k8s.* and service.* attributes, and Istio's default service name is `<app>.<namespace>`.
 * https://istio.io/latest/docs/tasks/observability/distributed-tracing/overview/
 * https://opentelemetry.io/docs/specs/semconv/resource/k8s/
 */
import { attributeOf, KINDS, serviceOf, type Trace } from "./model.ts";

export interface Place {
  /** As telemetry writes it; null where it doesn't. */
  readonly cluster: string | null;
  /** null: this span can't be placed. */
  readonly namespace: string | null;
  readonly workload: string | null;
  readonly pod: string | null;
  readonly app: string | null;
  readonly version: string | null;
  readonly proxy: "sidecar" | "gateway" | "waypoint" | null;
  /** What told it. */
  readonly basis: "node_id" | "waypoint" | "istio" | "kubernetes" | "name" | "nothing";
}

/** Name of a pod's workload, where the cluster's objects know it. */
export type WorkloadOfPod = (place: {
  readonly cluster: string | null;
  readonly namespace: string;
  readonly pod: string;
}) => string | null;

const SERVER = KINDS.indexOf("server");
const PROXIES: Readonly<Record<string, Place["proxy"]>> = {
  sidecar: "sidecar",
  router: "gateway",
  waypoint: "waypoint",
};

/** The place of a span. Cost: a few looks through its tags. */
export function placeOf(trace: Trace, row: number, workloadOf: WorkloadOfPod = () => null): Place {
  const get = (key: string): string | null => textOf(attributeOf(trace, row, key));
  const istio = {
    cluster: get("istio.cluster_id"),
    app: get("istio.canonical_service"),
    version: get("istio.canonical_revision"),
  };
  const node = nodeOf(get("node_id"));
  if (node?.proxy === "waypoint") {
    // A waypoint stands between: what it serves it does for the destination, what it asks it asks for the source.
    const side = `istio.${trace.kind[row] === SERVER ? "destination" : "source"}`;
    const namespace = get(`${side}_namespace`);
    const workload = get(`${side}_workload`);
    if (namespace !== null && workload !== null) {
      return {
        cluster: get(`${side}_cluster_id`) ?? istio.cluster,
        ...{ namespace, workload, pod: null, proxy: "waypoint", basis: "waypoint" },
        app: get(`${side}_canonical_service`) ?? get(`${side}_app`),
        version: get(`${side}_canonical_revision`) ?? get(`${side}_app_version`),
      };
    }
  }
  if (node !== null) {
    const { pod, namespace, proxy } = node;
    const workload = workloadOf({ cluster: istio.cluster, namespace, pod }) ?? workloadOfName(pod);
    return { ...istio, namespace, workload, pod, proxy, basis: "node_id" };
  }
  const namespace = get("istio.namespace");
  if (namespace !== null && istio.app !== null)
    return { ...istio, namespace, workload: null, pod: null, proxy: null, basis: "istio" };
  return kubernetesOf(get, workloadOf) ?? namedPlace(serviceOf(trace, row)) ?? NOWHERE;
}

const NOWHERE: Place = {
  ...{ cluster: null, namespace: null, workload: null, pod: null, app: null, version: null },
  ...{ proxy: null, basis: "nothing" },
};

/** The pod whose process made a span: the proxy's own, a waypoint's too, or the program's. */
export interface MadeIn {
  readonly namespace: string;
  readonly pod: string;
  /** null: its tags don't say. */
  readonly container: string | null;
  readonly proxy: Place["proxy"];
}

/** null where nothing names the pod. */
export function madeIn(trace: Trace, row: number): MadeIn | null {
  const get = (key: string): string | null => textOf(attributeOf(trace, row, key));
  const node = nodeOf(get("node_id"));
  if (node !== null) return { ...node, container: "istio-proxy" };
  const pod = get("k8s.pod.name");
  const named = get("k8s.namespace.name") ?? get("service.namespace") ?? namedPlace(serviceOf(trace, row))?.namespace;
  if (pod === null || named == null || !isLabel(named)) return null;
  return { namespace: named, pod, container: get("k8s.container.name"), proxy: null };
}

const OWNERS = ["deployment", "statefulset", "daemonset", "cronjob", "job", "replicaset"] as const;

function kubernetesOf(get: (key: string) => string | null, workloadOf: WorkloadOfPod): Place | null {
  const namespace = get("k8s.namespace.name") ?? get("service.namespace");
  if (namespace === null || !isLabel(namespace)) return null;
  const cluster = get("k8s.cluster.name");
  const pod = get("k8s.pod.name");
  const owner = OWNERS.map((kind) => get(`k8s.${kind}.name`)).find((name) => name !== null) ?? null;
  const known = pod === null ? null : workloadOf({ cluster, namespace, pod });
  const app = get("service.name");
  return {
    ...{ cluster, namespace, pod, app, version: get("service.version") },
    workload: known ?? owner ?? (pod === null ? null : workloadOfName(pod)),
    ...{ proxy: null, basis: "kubernetes" },
  };
}

/** `<app>.<namespace>`, Istio's default, and `<name>.<namespace>.svc…`; null for any other name. */
export function namedPlace(service: string): Place | null {
  const [app, namespace, svc, ...rest] = service.split(".");
  const short = svc === undefined;
  const long = svc === "svc" && rest.every(isLabel);
  if (app === undefined || namespace === undefined || !isLabel(app) || !isLabel(namespace) || !(short || long))
    return null;
  return { ...NOWHERE, namespace, app, basis: "name" };
}

/** `KIND~IP~POD.NAMESPACE~DOMAIN`: how a proxy names itself. */
function nodeOf(id: string | null): { pod: string; namespace: string; proxy: Place["proxy"] } | null {
  const [kind = "", , name = ""] = (id ?? "").split("~");
  const proxy = Object.hasOwn(PROXIES, kind) ? PROXIES[kind] : undefined;
  const at = name.lastIndexOf(".");
  const [pod, namespace] = [name.slice(0, at), name.slice(at + 1)];
  return proxy === undefined || at < 1 || !isLabel(namespace) ? null : { pod, namespace, proxy };
}

/** Letters of generated suffixes. https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go */
const SAFE = "[bcdfghjklmnpqrstvwxz2456789]";
const SUFFIXES = [new RegExp(`^(.+)-${SAFE}{6,10}-${SAFE}{5}$`), new RegExp(`^(.+)-${SAFE}{5}$`), /^(.+)-\d{1,5}$/];

/** The workload that a pod's name tells of: Deployments add two suffixes, DaemonSets and Jobs one, StatefulSets a number. */
export function workloadOfName(pod: string): string {
  for (const suffix of SUFFIXES) {
    const name = suffix.exec(pod)?.[1];
    if (name !== undefined) return name;
  }
  return pod;
}

/** Whom a client's span calls. */
export interface Peer {
  /** Host or service name as it is written. */
  readonly host: string;
  readonly port: number | null;
  readonly subset: string | null;
  /** Of a Kubernetes host. */
  readonly service: string | null;
  readonly namespace: string | null;
}

/** What OpenTelemetry and its predecessors call the other side, most telling first. https://opentelemetry.io/docs/specs/semconv/attributes-registry/ */
const PEERS = ["peer.service", "server.address", "net.peer.name", "db.name", "messaging.destination.name"] as const;

/** By Envoy's cluster name (`outbound|port|subset|host`), else by what programs write; null where nothing tells. */
export function peerOf(trace: Trace, row: number): Peer | null {
  const cluster = textOf(attributeOf(trace, row, "upstream_cluster"))?.replaceAll(";", "|") ?? "";
  const [direction, port, subset, host] = cluster.split("|");
  if (direction === "inbound") return null;
  if (direction === "outbound" && host) return peer(host, Number(port) || null, subset || null);
  for (const key of PEERS) {
    const named = textOf(attributeOf(trace, row, key));
    if (named !== null) return peer(named, null, null);
  }
  return null;
}

function peer(host: string, port: number | null, subset: string | null): Peer {
  const place = /\.svc(\.|$)/.test(host) ? namedPlace(host) : null;
  return { host, port, subset, service: place?.app ?? null, namespace: place?.namespace ?? null };
}

/** RFC 1123 label. */
function isLabel(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" && value !== "unknown" ? value : null;
}
