/** The built-in kinds served, with the traits their strategies have in kube-apiserver (pkg/registry of k8s.io/kubernetes). */
import { rbacGroup } from "./builtin-rbac.ts";
import { definition } from "./definitions.ts";
import type { Resource } from "./resource.ts";

interface Row {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  /** Prefix of the definition's name in Kubernetes' OpenAPI documents. */
  readonly package: string;
  readonly short?: readonly string[];
  readonly all?: boolean;
  readonly cluster?: boolean;
  readonly status?: boolean;
  readonly generation?: boolean;
  readonly createOnUpdate?: boolean;
  readonly returnsObject?: boolean;
  readonly readOnly?: boolean;
}

const core = "io.k8s.api.core.v1";
const apps = "io.k8s.api.apps.v1";
const batch = "io.k8s.api.batch.v1";
const rbac = "io.k8s.api.rbac.v1";
const rows: readonly Row[] = [
  {
    group: "",
    package: core,
    plural: "namespaces",
    kind: "Namespace",
    short: ["ns"],
    cluster: true,
    status: true,
    returnsObject: true,
  },
  { group: "", package: core, plural: "nodes", kind: "Node", short: ["no"], cluster: true, status: true },
  {
    group: "",
    package: core,
    plural: "pods",
    kind: "Pod",
    short: ["po"],
    all: true,
    status: true,
    generation: true,
    returnsObject: true,
  },
  {
    group: "",
    package: core,
    plural: "services",
    kind: "Service",
    short: ["svc"],
    all: true,
    status: true,
    createOnUpdate: true,
    returnsObject: true,
  },
  { group: "", package: core, plural: "endpoints", kind: "Endpoints", short: ["ep"], createOnUpdate: true },
  { group: "", package: core, plural: "serviceaccounts", kind: "ServiceAccount", short: ["sa"], returnsObject: true },
  { group: "", package: core, plural: "configmaps", kind: "ConfigMap", short: ["cm"] },
  { group: "", package: core, plural: "secrets", kind: "Secret" },
  { group: "", package: core, plural: "events", kind: "Event", short: ["ev"], createOnUpdate: true },
  {
    group: "apps",
    package: apps,
    plural: "deployments",
    kind: "Deployment",
    short: ["deploy"],
    all: true,
    status: true,
    generation: true,
  },
  {
    group: "apps",
    package: apps,
    plural: "replicasets",
    kind: "ReplicaSet",
    short: ["rs"],
    all: true,
    status: true,
    generation: true,
  },
  {
    group: "apps",
    package: apps,
    plural: "statefulsets",
    kind: "StatefulSet",
    short: ["sts"],
    all: true,
    status: true,
    generation: true,
  },
  {
    group: "apps",
    package: apps,
    plural: "daemonsets",
    kind: "DaemonSet",
    short: ["ds"],
    all: true,
    status: true,
    generation: true,
  },
  { group: "apps", package: apps, plural: "controllerrevisions", kind: "ControllerRevision" },
  { group: rbacGroup, package: rbac, plural: "roles", kind: "Role", createOnUpdate: true },
  { group: rbacGroup, package: rbac, plural: "clusterroles", kind: "ClusterRole", cluster: true, createOnUpdate: true },
  { group: rbacGroup, package: rbac, plural: "rolebindings", kind: "RoleBinding", createOnUpdate: true },
  {
    group: rbacGroup,
    package: rbac,
    plural: "clusterrolebindings",
    kind: "ClusterRoleBinding",
    cluster: true,
    createOnUpdate: true,
  },
  { group: "batch", package: batch, plural: "jobs", kind: "Job", all: true, status: true, generation: true },
  {
    group: "batch",
    package: batch,
    plural: "cronjobs",
    kind: "CronJob",
    short: ["cj"],
    all: true,
    status: true,
    generation: true,
  },
  {
    group: "discovery.k8s.io",
    package: "io.k8s.api.discovery.v1",
    plural: "endpointslices",
    kind: "EndpointSlice",
    generation: true,
  },
  {
    group: "coordination.k8s.io",
    package: "io.k8s.api.coordination.v1",
    plural: "leases",
    kind: "Lease",
    createOnUpdate: true,
  },
  {
    group: "apiextensions.k8s.io",
    package: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
    plural: "customresourcedefinitions",
    kind: "CustomResourceDefinition",
    short: ["crd", "crds"],
    cluster: true,
    status: true,
    readOnly: true,
  },
];

const scalable: ReadonlySet<string> = new Set(["Deployment", "ReplicaSet", "StatefulSet"]);

function resourceOf(row: Row): Resource {
  return {
    group: row.group,
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    kind: row.kind,
    listKind: `${row.kind}List`,
    shortNames: row.short ?? [],
    categories: row.readOnly === true ? ["api-extensions"] : row.all === true ? ["all"] : [],
    namespaced: row.cluster !== true,
    versions: [
      {
        name: "v1",
        storage: true,
        schema: definition(`${row.package}.${row.kind}`),
        status: row.status === true,
        columns: [],
      },
    ],
    builtin: true,
    readOnly: row.readOnly === true,
    generation: row.generation === true,
    scale: scalable.has(row.kind),
    log: row.kind === "Pod",
    unconditionalUpdate: row.kind !== "Lease",
    createOnUpdate: row.createOnUpdate === true,
    deleteCollection: row.kind !== "Namespace",
    deleteReturnsObject: row.returnsObject === true,
  };
}

/** All built-in resources served. */
export const builtinResources: readonly Resource[] = rows.map(resourceOf);
