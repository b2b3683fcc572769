/**
 * The one place that says which releases the lab's schemas come from. After a change here run
 * `node lab/schemas/generate.ts` and commit the *.gen.json files it writes.
 */
export interface SchemaSource {
  /** Go module as the module proxy knows it. */
  readonly module: string;
  readonly version: string;
  /** Files or folders inside the module that hold the definitions. */
  readonly path: string;
  /** The generated file beside this one. */
  readonly output: string;
}

export const istioSource: SchemaSource = {
  module: "istio.io/api",
  version: "v1.31.1",
  path: "kubernetes/customresourcedefinitions.gen.yaml",
  output: "istio.gen.json",
};

export const gatewaySource: SchemaSource = {
  module: "sigs.k8s.io/gateway-api",
  version: "v1.6.3",
  path: "config/crd/standard",
  output: "gateway.gen.json",
};

export const kubernetesSource: SchemaSource = {
  module: "k8s.io/kubernetes",
  version: "v1.36.3",
  path: "api/openapi-spec/v3",
  output: "kubernetes.gen.json",
};

/** The OpenAPI documents of Kubernetes' own groups that the lab serves, and the kinds taken from each. */
export const kubernetesDocuments: Readonly<Record<string, readonly string[]>> = {
  "api__v1_openapi.json": [
    "Namespace",
    "Pod",
    "Service",
    "Endpoints",
    "ServiceAccount",
    "ConfigMap",
    "Event",
    "Secret",
    "Node",
    "DeleteOptions",
    "Status",
  ],
  "apis__apps__v1_openapi.json": ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ControllerRevision"],
  "apis__autoscaling__v1_openapi.json": ["Scale"],
  "apis__batch__v1_openapi.json": ["Job", "CronJob"],
  "apis__discovery.k8s.io__v1_openapi.json": ["EndpointSlice"],
  "apis__coordination.k8s.io__v1_openapi.json": ["Lease"],
  "apis__rbac.authorization.k8s.io__v1_openapi.json": ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"],
  "apis__authentication.k8s.io__v1_openapi.json": ["SelfSubjectReview"],
  "apis__apiextensions.k8s.io__v1_openapi.json": ["CustomResourceDefinition"],
};
