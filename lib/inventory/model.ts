/** What runs where, by the Kubernetes API: pure data that lib/kube's watches fold into (fold.ts). */
import type { ErrorCode } from "#lib/errors.ts";
import type { Dataplane, MeshName } from "#lib/graph/model.ts";
import type { UnixSeconds } from "#lib/units.ts";

/** A controller of pods as operators name it: the Deployment, not its ReplicaSet. */
export interface Workload {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** Deployment, StatefulSet, DaemonSet, Job, CronJob, ReplicaSet, Pod, … */
  readonly kind: string;
  readonly app: string | null;
  readonly version: string | null;
  /** Set although `dataplane` is none: a part of the mesh itself (istiod, ztunnel), which nobody forgot to enrol. */
  readonly mesh: MeshName | null;
  readonly dataplane: Dataplane;
  readonly serviceAccounts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** health.kiali.io/rate and ours, raw. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Settings of its proxies alone (annotation `proxy.istio.io/config`), YAML, where they speak of sampling. */
  readonly proxyConfig?: string;
  /** Of istiod: its variables that are read, where they are set; null: from elsewhere (a reference). Absent: not known. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Of its controller; absent: it has none that is known. */
  readonly template?: TemplateTraits;
  /** Without such a controller, of its newest pod, where that has something to say. */
  readonly newest?: PodTraits;
  /** Images of its pods' proxies, each with the first pod that runs it; absent: none has one, or asks for its own. */
  readonly proxyImages?: readonly { readonly image: string; readonly pod: string }[];
  readonly pods: readonly PodRef[];
  /** Services whose selector takes its pods, `name`s in its namespace, sorted. */
  readonly services: readonly string[];
  /** Set once its last pod went away under watch. */
  readonly goneAt: UnixSeconds | null;
  readonly createdAt: UnixSeconds | null;
  /** Something of another kind has its name, too, and is a part of it: of which of them a pod was, its name doesn't tell. */
  readonly sharesName?: true;
}

/** What checks ask of a pod, or of the template that pods are made by: each absent where there is nothing to say. */
export interface PodTraits {
  /** Those of Istio's domains; a value of more than 500 characters is "". */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Ports that its containers declare: their numbers, and their names with the protocol (`web/TCP`). */
  readonly ports?: readonly (number | string)[];
  /** Which containers run as the proxy's user; -1: what the pod says for all of them. */
  readonly proxyUsers?: readonly number[];
  /** The first container with `image: auto`, which the injector fills in. */
  readonly imageAuto?: number;
}

export interface TemplateTraits extends PodTraits {
  /** Istio's annotations of the controller itself. */
  readonly own?: Readonly<Record<string, string>>;
}

export interface PodRef {
  readonly name: string;
  readonly ip: string | null;
  readonly ready: boolean;
  readonly phase: string;
  /** The node it runs on; absent: not known, or none yet. */
  readonly node?: string;
  /** Carries a proxy that should report (sidecar, gateway or waypoint container). */
  readonly reports: boolean;
  /** Of the control plane that serves its proxy, or in ambient its node's ztunnel; absent: it has none, or that isn't said. */
  readonly revision?: string;
  /** Runs without any proxy, outside the mesh; absent where it is in it, or a part of it. */
  readonly unmeshed?: true;
  /** In its node's network, where nothing is injected. */
  readonly hostNetwork?: true;
  /** Its annotations say otherwise than those of the newest pod with a proxy, which are the workload's, which connections come to its sidecar. */
  readonly capturedOtherwise?: true;
  /** The first container whose image the injector should have filled in, and didn't. */
  readonly imageAuto?: number;
}

export interface ServicePort {
  readonly name: string | null;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol: string | null;
  /** Of a ServiceEntry, whose `protocol` stands in appProtocol, and alone says what it carries. */
  readonly entry?: true;
  /** Absent: not said, which is the port itself. */
  readonly targetPort?: number | string;
}

export interface Service {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  readonly headless: boolean;
  /** Its own in the cluster, of each family one; absent: it has none. */
  readonly addresses?: readonly string[];
  /** Set on type ExternalName. */
  readonly externalName?: string;
  /** The waypoint that its labels ask for; `none` opts out of its namespace's. */
  readonly waypoint?: { readonly name: string; readonly namespace: string | null };
  /** Namespaces whose clients know it, by its annotation, with `.` its own, `*` all and `~` none; absent: it doesn't say. */
  readonly exportTo?: readonly string[];
  /** Those of Istio's domains; absent: none. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether its labels send gateways' calls through the waypoint; absent: they don't say. */
  readonly ingressWaypoint?: boolean;
  /** `publishNotReadyAddresses`: pods that aren't ready are endpoints too; absent: they aren't. */
  readonly publishesUnready?: boolean;
  /** Conditions of its status that are False, at most 8; absent: none. */
  readonly negative?: readonly { readonly type: string; readonly text: string }[];
  /** Names of workloads in its namespace that the selector takes, sorted. */
  readonly workloads: readonly string[];
}

/** A host outside the cluster that Istio knows by a ServiceEntry. */
export interface ExternalHost {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly hosts: readonly string[];
  readonly location: "MESH_EXTERNAL" | "MESH_INTERNAL";
}

export interface Namespace {
  readonly cluster: string;
  readonly name: string;
  /** What its labels say about membership: injected sidecars, ambient, or nothing. */
  readonly dataplane: "sidecar" | "ambient" | "none";
  readonly revision: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** A kind that could not be read. */
export interface Unread {
  /** Resource and group, as RBAC names them: `pods`, `serviceentries.networking.istio.io`. */
  readonly kind: string;
  readonly detail: string;
  /** `forbidden`: no right; `not_found`: the cluster has no such kind; absent while it isn't read yet. */
  readonly code?: ErrorCode;
}

/** One cluster's objects, joined. Lookups are by `namespace/name`. */
export interface ClusterInventory {
  readonly cluster: string;
  readonly asOf: UnixSeconds;
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly services: ReadonlyMap<string, Service>;
  readonly externalHosts: readonly ExternalHost[];
  /** pod IP → `namespace/name` of the workload; for traffic that telemetry names by address only. */
  readonly workloadByIp: ReadonlyMap<string, string>;
  /** Kinds that could not be read, and why (no right, API absent). */
  readonly unread: readonly Unread[];
  /** What befell workloads, oldest first; absent where nothing did. */
  readonly events?: readonly WorkloadEvent[];
}

/** A version of a workload that was rolled out, or a container of it that was started again. */
export interface WorkloadEvent {
  readonly kind: "deployment" | "restart";
  readonly namespace: string;
  /** Its controller, as the workload is called. */
  readonly workload: { readonly kind: string; readonly name: string };
  readonly at: UnixSeconds;
  /** `ReplicaSet web-5d4f`; `api-1, container app: OOMKilled (exit 137), restart 3`. */
  readonly text: string;
}

/** By configured cluster name. A cluster without Kubernetes is absent. */
export type Inventory = ReadonlyMap<string, ClusterInventory>;
