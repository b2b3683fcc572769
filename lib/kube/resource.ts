/** Which collection of the Kubernetes API is meant, and its path. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
import { MeshscopeError } from "#lib/errors.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";

export interface Resource {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case, as in paths. */
  readonly plural: string;
  readonly kind: string;
}

const CORE = "";
export const NAMESPACES: Resource = { group: CORE, version: "v1", plural: "namespaces", kind: "Namespace" };
export const PODS: Resource = { group: CORE, version: "v1", plural: "pods", kind: "Pod" };
export const SERVICES: Resource = { group: CORE, version: "v1", plural: "services", kind: "Service" };
export const SERVICEACCOUNTS: Resource = {
  group: CORE,
  version: "v1",
  plural: "serviceaccounts",
  kind: "ServiceAccount",
};
export const CONFIGMAPS: Resource = { group: CORE, version: "v1", plural: "configmaps", kind: "ConfigMap" };
export const DEPLOYMENTS: Resource = { group: "apps", version: "v1", plural: "deployments", kind: "Deployment" };
export const REPLICASETS: Resource = { group: "apps", version: "v1", plural: "replicasets", kind: "ReplicaSet" };
export const STATEFULSETS: Resource = { group: "apps", version: "v1", plural: "statefulsets", kind: "StatefulSet" };
export const DAEMONSETS: Resource = { group: "apps", version: "v1", plural: "daemonsets", kind: "DaemonSet" };
export const JOBS: Resource = { group: "batch", version: "v1", plural: "jobs", kind: "Job" };
export const SERVICEENTRIES: Resource = {
  group: "networking.istio.io",
  version: "v1",
  plural: "serviceentries",
  kind: "ServiceEntry",
};

export const CONTROLLERREVISIONS: Resource = {
  group: "apps",
  version: "v1",
  plural: "controllerrevisions",
  kind: "ControllerRevision",
};

const ADMISSION = { group: "admissionregistration.k8s.io", version: "v1" };
export const MUTATING_WEBHOOKS: Resource = {
  ...ADMISSION,
  plural: "mutatingwebhookconfigurations",
  kind: "MutatingWebhookConfiguration",
};
export const VALIDATING_WEBHOOKS: Resource = {
  ...ADMISSION,
  plural: "validatingwebhookconfigurations",
  kind: "ValidatingWebhookConfiguration",
};
export const CRDS: Resource = {
  group: "apiextensions.k8s.io",
  version: "v1",
  plural: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
};

/** A policy kind in one of its versions; the preferred one unless told. */
export function resourceOf(kind: PolicyKind, version: string = kind.versions[0]): Resource {
  return { group: kind.group, version, plural: kind.plural, kind: kind.kind };
}

/** How a collection is called in sentences: as kubectl does. */
export function resourceName({ group, plural }: Resource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** DNS subdomains, and what RBAC and CRD names add to them. No slash, no percent, no dots alone. */
const NAME = /^[a-z0-9]([-a-z0-9.:]{0,251}[a-z0-9])?$/;

/**
 * The path of a collection, or of one object in it.
 * @throws MeshscopeError `bad_parameter` for a name that no object can have: nothing is sent.
 */
export function pathOf(resource: Resource, namespace?: string, name?: string): string {
  const root = resource.group === "" ? "/api/v1" : `/apis/${resource.group}/${resource.version}`;
  const within = namespace === undefined ? "" : `/namespaces/${checked(DNS_LABEL, namespace, "namespace")}`;
  const one = name === undefined ? "" : `/${checked(NAME, name, "name")}`;
  return `${root}${within}/${resource.plural}${one}`;
}

function checked(allowed: RegExp, text: string, what: string): string {
  if (!allowed.test(text) || text.includes("..")) {
    throw new MeshscopeError("bad_parameter", `No Kubernetes object can have such a ${what}.`);
  }
  return text;
}
