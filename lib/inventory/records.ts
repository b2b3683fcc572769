/** What is kept of each Kubernetes object: small, since a cluster has tens of thousands. lib/inventory/decode.ts makes them. */

import type { UnixSeconds } from "#lib/units.ts";
import type { PodTraits, ServicePort, TemplateTraits } from "./model.ts";

export type StringMap = Readonly<Record<string, string>>;

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

export interface NamespaceRecord {
  readonly name: string;
  readonly labels: StringMap;
}

export interface ContainerRestart {
  readonly container: string;
  /** When the run before ended. */
  readonly at: UnixSeconds;
  /** `Error`, `OOMKilled`, …; "" where it isn't said. */
  readonly reason: string;
  readonly exitCode: number | null;
  /** How often it has been started again. */
  readonly count: number;
}

export interface PodRecord extends Named {
  readonly labels: StringMap;
  /** Only those that are read (see KEPT_ANNOTATIONS in lib/inventory/decode.ts). */
  readonly annotations: StringMap;
  /** Annotation `proxy.istio.io/config`, where it speaks of sampling. */
  readonly proxyConfig?: string;
  /** Its controller. */
  readonly owner: Owner | null;
  readonly serviceAccount: string;
  /** All addresses, the main one first. */
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  /** Absent: none yet. */
  readonly node?: string;
  readonly phase: string;
  readonly ready: boolean;
  /** It is being deleted. */
  readonly deleting: boolean;
  /** Names of its containers, native sidecars (init containers that keep running) included. */
  readonly containers: readonly string[];
  /** Of containers that ran before: how the last run of each ended. */
  readonly restarts: readonly ContainerRestart[];
  readonly traits: PodTraits;
  /** Of its proxy; absent: it has none, or asks for one of its own. */
  readonly proxyImage?: string;
  /** Of the control plane that its proxy was made for; absent: it doesn't say. */
  readonly revision?: string;
  readonly createdAt: UnixSeconds | null;
}

/** A Deployment, StatefulSet or DaemonSet: it exists without pods too. */
export interface ControllerRecord extends Named {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
  /** Of its pod template. */
  readonly labels: StringMap;
  /** Its own and its template's; of two, its own. */
  readonly annotations: StringMap;
  readonly serviceAccount: string;
  /** Of its template: as a pod's. */
  readonly proxyConfig?: string;
  /** Of istiod alone: see Workload.env. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly template: TemplateTraits;
  readonly createdAt: UnixSeconds | null;
}

/** A ReplicaSet or Job: who owns it, and since when. */
export interface OwnedRecord extends Named {
  readonly kind: "ReplicaSet" | "Job";
  readonly owner: Owner | null;
  readonly createdAt: UnixSeconds | null;
}

export interface ServiceRecord extends Named {
  readonly selector: StringMap;
  readonly ports: readonly ServicePort[];
  readonly headless: boolean;
  /** `clusterIPs`; absent: it has none. */
  readonly addresses?: readonly string[];
  /** Set on type ExternalName. */
  readonly externalName?: string;
  /** `istio.io/use-waypoint` and its namespace, of its labels. */
  readonly waypoint?: { readonly name: string; readonly namespace: string | null };
  /** `networking.istio.io/exportTo` of its annotations. */
  readonly exportTo?: readonly string[];
  /** Those of Istio's domains. */
  readonly annotations?: StringMap;
  /** `istio.io/ingress-use-waypoint` of its labels. */
  readonly ingressWaypoint?: boolean;
  /** `publishNotReadyAddresses`: pods that aren't ready are endpoints too; absent: they aren't. */
  readonly publishesUnready?: boolean;
  /** Conditions of its status that are False, at most 8; absent: none. */
  readonly negative?: readonly { readonly type: string; readonly text: string }[];
}

export interface ServiceEntryRecord extends Named {
  readonly hosts: readonly string[];
  readonly location: "MESH_EXTERNAL" | "MESH_INTERNAL";
}

/** The kinds that are read, by the key of their collection. */
export interface RecordTypes {
  readonly namespaces: NamespaceRecord;
  readonly pods: PodRecord;
  readonly controllers: ControllerRecord;
  readonly owned: OwnedRecord;
  readonly services: ServiceRecord;
  readonly serviceEntries: ServiceEntryRecord;
}

export type RecordKind = keyof RecordTypes;
