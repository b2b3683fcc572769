import type { KubeObject } from "../kube/object.ts";
import { labelsAt, listAt, numberAt, objectAt, textAt } from "../kube/read.ts";
import type { Identity } from "../metrics/labels.ts";
import { ProgramMetrics } from "../metrics/program.ts";
import { ProxyMetrics } from "../metrics/proxy.ts";
import { id } from "../truth/ledger.ts";
import type { Behaviour } from "./behaviour.ts";
import { BEHAVIOUR, QUIET, readBehaviour } from "./behaviour.ts";

export type Dataplane = "sidecar" | "ambient" | "gateway" | "waypoint" | "ztunnel" | "none";

/** A running pod as the simulator sees it: who it is, which proxy stands before it, what that proxy has counted. */
export interface SimPod {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly dataplane: Dataplane;
  readonly identity: Identity;
  /** Short and unique for (cluster, namespace, workload, version, account): part of series keys. */
  readonly identityKey: string;
  /** `cluster/namespace/workload`. */
  readonly workloadKey: string;
  /** The workload's id in the graph. */
  readonly workloadId: string;
  readonly ready: boolean;
  readonly scraped: boolean;
  readonly behaviour: Behaviour;
  readonly restarts: number;
  readonly metrics: ProxyMetrics;
  /** What the program measures of itself; null where it doesn't. */
  readonly program: ProgramMetrics | null;
}

/** Istio's workload name: the controller's, a ReplicaSet's without its hash, a CronJob's without its number. */
export function workloadName(object: KubeObject): string {
  const owner =
    object.metadata.ownerReferences?.find((o) => o.controller === true) ?? object.metadata.ownerReferences?.[0];
  if (owner === undefined) return object.metadata.name;
  if (owner.kind === "ReplicaSet") {
    const suffix = object.metadata.labels?.["pod-template-hash"];
    if (suffix !== undefined && owner.name.endsWith(`-${suffix}`)) return owner.name.slice(0, -suffix.length - 1);
  }
  return owner.name;
}

/** Which proxy a pod has, by what injection, CNI and gateway controllers leave on it. */
export function dataplaneOf(object: KubeObject): Dataplane {
  const labels = object.metadata.labels ?? {};
  if (labels["app"] === "ztunnel") return "ztunnel";
  if (labels["gateway.istio.io/managed"] === "istio.io-mesh-controller") return "waypoint";
  const containers = [...listAt(object.spec, "containers"), ...listAt(object.spec, "initContainers")];
  const proxied = containers.some((c) => textAt(c, "name") === "istio-proxy");
  if (proxied && listAt(object.spec, "containers").length === 1 && containers.length === 1) return "gateway";
  if (proxied) return "sidecar";
  return object.metadata.annotations?.["ambient.istio.io/redirection"] === "enabled" ? "ambient" : "none";
}

export interface PodContext {
  readonly cluster: string;
  readonly trustDomain: string;
  readonly byteHistograms: boolean;
  /** Hands out a short key for an identity. */
  readonly intern: (identity: string) => string;
}

/**
 * Reads a pod; null until it runs with an address. `previous` keeps its counters unless its containers restarted.
 */
export function readPod(object: KubeObject, context: PodContext, previous: SimPod | undefined): SimPod | null {
  const status = objectAt(object, "status");
  const ip = textAt(status, "podIP");
  if (ip === undefined || textAt(status, "phase") !== "Running" || object.metadata.deletionTimestamp !== undefined)
    return null;
  const labels = object.metadata.labels ?? {};
  const annotations = labelsAt(object.metadata, "annotations");
  const namespace = object.metadata.namespace ?? "default";
  const workload = workloadName(object);
  const account = textAt(object.spec, "serviceAccountName") ?? "default";
  const app = labels["app.kubernetes.io/name"] ?? labels["app"] ?? null;
  const version = labels["app.kubernetes.io/version"] ?? labels["version"] ?? null;
  const identity: Identity = {
    workload,
    namespace,
    app: labels["app"] ?? null,
    version: labels["version"] ?? null,
    canonicalService: labels["service.istio.io/canonical-name"] ?? app ?? workload,
    canonicalRevision: labels["service.istio.io/canonical-revision"] ?? version ?? "latest",
    cluster: context.cluster,
    principal: `spiffe://${context.trustDomain}/ns/${namespace}/sa/${account}`,
  };
  const restarts = listAt(status, "containerStatuses").reduce((sum, c) => sum + (numberAt(c, "restartCount") ?? 0), 0);
  const behaviour = readBehaviour(annotations[BEHAVIOUR]) ?? QUIET;
  const keepsCounting = previous !== undefined && previous.restarts === restarts;
  return {
    cluster: context.cluster,
    namespace,
    name: object.metadata.name,
    ip,
    node: textAt(object.spec, "nodeName") ?? "unknown",
    labels,
    dataplane: dataplaneOf(object),
    identity,
    identityKey: context.intern(`${context.cluster}/${namespace}/${workload}/${version ?? ""}/${account}/${app ?? ""}`),
    workloadKey: `${context.cluster}/${namespace}/${workload}`,
    workloadId: id(context.cluster, namespace, "workload", workload),
    ready: listAt(status, "conditions").some((c) => textAt(c, "type") === "Ready" && textAt(c, "status") === "True"),
    scraped: annotations["prometheus.io/scrape"] === "true",
    behaviour,
    restarts,
    metrics: keepsCounting ? previous.metrics : new ProxyMetrics({ byteHistograms: context.byteHistograms }),
    program: behaviour.measures ? ((keepsCounting ? previous.program : null) ?? new ProgramMetrics()) : null,
  };
}
