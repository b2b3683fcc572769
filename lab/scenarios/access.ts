/**
 * Who may do what in a lab's cluster. The console has what deploy/kubernetes grants it, read from there, so that a demo
 * that works proves those manifests. editor and viewer have one namespace; admin (system:masters) needs no rule.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { Json, KubeObject } from "../kube/object.ts";
import { isObject, objectAt } from "../kube/read.ts";
import { namespace } from "./manifests.ts";

const rbac = "rbac.authorization.k8s.io";
const deployed = new URL("../../deploy/kubernetes/", import.meta.url);

/** What the deployment ships for the API server's rights: rbac*.yaml, whole. */
function shipped(): KubeObject[] {
  return readdirSync(deployed)
    .filter((name) => /^rbac.*\.yaml$/.test(name))
    .sort()
    .flatMap((name) => parseAllDocuments(readFileSync(new URL(name, deployed), "utf8")))
    .map((document): unknown => document.toJS())
    .filter(isKubeObject);
}

const isKubeObject = (value: unknown): value is KubeObject =>
  isObject(value) && typeof objectAt(value, "metadata")["name"] === "string";

const reading = ["get", "list", "watch"];
const writing = ["create", "update", "patch", "delete"];
/** The API groups of all policy kinds. */
const policyGroups = [
  ...["networking", "security", "telemetry", "extensions"].map((group) => `${group}.istio.io`),
  "gateway.networking.k8s.io",
];

const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): Json => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

/** What is needed to see a namespace's mesh: its workloads, policies and their history. */
const viewing: readonly Json[] = [
  rule("", ["pods", "services"], reading),
  rule("apps", ["deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"], reading),
  rule("batch", ["jobs"], reading),
  ...policyGroups.map((group) => rule(group, ["*"], reading)),
];

function role(ns: string, user: string, rules: readonly Json[]): KubeObject[] {
  return [
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata: { name: user, namespace: ns }, rules },
    binding(ns, user, user, "Role"),
  ];
}

function binding(ns: string, name: string, user: string, kind: "Role" | "ClusterRole"): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata: { name, namespace: ns },
    roleRef: { apiGroup: rbac, kind, name },
    subjects: [{ apiGroup: rbac, kind: "User", name: user }],
  };
}

/** A lab's logs hold nothing that guests may not read: here the console has the role that it is shipped without. */
const guestsReadLogs: KubeObject = {
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: "meshscope-logs" },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "meshscope-logs" },
  subjects: [{ kind: "ServiceAccount", name: "meshscope", namespace: "meshscope" }],
};

/** The rights of a cluster; `shared` is the namespace that editor and viewer have, or null for none. */
export function access(shared: string | null): KubeObject[] {
  return [
    namespace("meshscope"),
    // Where the shipped role for the mesh's settings is.
    namespace("istio-system"),
    ...shipped(),
    guestsReadLogs,
    ...(shared === null
      ? []
      : [
          ...role(shared, "viewer", viewing),
          ...role(shared, "editor", [...viewing, ...policyGroups.map((group) => rule(group, ["*"], writing))]),
          // By the role that we ship, so that it is in use, too.
          binding(shared, "meshscope-history", "editor", "ClusterRole"),
          // The viewer may read no logs: somebody has to be refused.
          binding(shared, "meshscope-logs", "editor", "ClusterRole"),
        ]),
  ];
}
