/** A Kubernetes object as JSON: metadata is known, the rest belongs to its kind. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec?: Json;
  readonly status?: Json;
  readonly [key: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** A JSON object whose members the reader checks one by one (read.ts). */
export type Json = Readonly<Record<string, unknown>>;

/** A kind the lab reads or writes. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export interface Resource {
  /** Group and version, `v1` for core. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const resource = (apiVersion: string, kind: string, plural: string, namespaced = true): Resource => ({
  apiVersion,
  kind,
  plural,
  namespaced,
});

export const RESOURCES = {
  Namespace: resource("v1", "Namespace", "namespaces", false),
  ServiceAccount: resource("v1", "ServiceAccount", "serviceaccounts"),
  ConfigMap: resource("v1", "ConfigMap", "configmaps"),
  Service: resource("v1", "Service", "services"),
  Pod: resource("v1", "Pod", "pods"),
  Deployment: resource("apps/v1", "Deployment", "deployments"),
  ReplicaSet: resource("apps/v1", "ReplicaSet", "replicasets"),
  StatefulSet: resource("apps/v1", "StatefulSet", "statefulsets"),
  DaemonSet: resource("apps/v1", "DaemonSet", "daemonsets"),
  Job: resource("batch/v1", "Job", "jobs"),
  EndpointSlice: resource("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
  VirtualService: resource("networking.istio.io/v1", "VirtualService", "virtualservices"),
  DestinationRule: resource("networking.istio.io/v1", "DestinationRule", "destinationrules"),
  ServiceEntry: resource("networking.istio.io/v1", "ServiceEntry", "serviceentries"),
  Sidecar: resource("networking.istio.io/v1", "Sidecar", "sidecars"),
  IstioGateway: resource("networking.istio.io/v1", "Gateway", "gateways"),
  PeerAuthentication: resource("security.istio.io/v1", "PeerAuthentication", "peerauthentications"),
  RequestAuthentication: resource("security.istio.io/v1", "RequestAuthentication", "requestauthentications"),
  AuthorizationPolicy: resource("security.istio.io/v1", "AuthorizationPolicy", "authorizationpolicies"),
  Telemetry: resource("telemetry.istio.io/v1", "Telemetry", "telemetries"),
  Gateway: resource("gateway.networking.k8s.io/v1", "Gateway", "gateways"),
  HTTPRoute: resource("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes"),
  GRPCRoute: resource("gateway.networking.k8s.io/v1", "GRPCRoute", "grpcroutes"),
  ControllerRevision: resource("apps/v1", "ControllerRevision", "controllerrevisions"),
  Role: resource("rbac.authorization.k8s.io/v1", "Role", "roles"),
  ClusterRole: resource("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
  RoleBinding: resource("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  ClusterRoleBinding: resource("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false),
} as const satisfies Record<string, Resource>;

export type ResourceName = keyof typeof RESOURCES;

/** The URL path of a collection, or of one object in it. */
export function pathOf(r: Resource, namespace?: string, name?: string): string {
  const base = r.apiVersion === "v1" ? "/api/v1" : `/apis/${r.apiVersion}`;
  const scope = r.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${base}${scope}/${r.plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

/** `namespace/name`, or the name alone for cluster-wide kinds: the key of every store in the lab. */
export const keyOf = (object: KubeObject): string =>
  object.metadata.namespace === undefined
    ? object.metadata.name
    : `${object.metadata.namespace}/${object.metadata.name}`;

/** The resource of a manifest, by apiVersion and kind; undefined for kinds the lab doesn't know. */
export const resourceOf = (object: KubeObject): Resource | undefined =>
  Object.values<Resource>(RESOURCES).find((r) => r.apiVersion === object.apiVersion && r.kind === object.kind);
