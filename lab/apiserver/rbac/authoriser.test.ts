import { expect, it } from "vitest";
import { type KubeObject, keyOf } from "../object.ts";
import { Store } from "../store.ts";
import { createAuthoriser } from "./authoriser.ts";

const group = "rbac.authorization.k8s.io";
const user = { username: "u", uid: "u", groups: ["g", "system:authenticated"] };
const pods = { verb: "get", group: "", resource: "pods", subresource: "", namespace: "a", name: "p" };
const role = (name: string, verb: string): KubeObject => ({
  kind: "ClusterRole",
  apiVersion: `${group}/v1`,
  metadata: { name },
  rules: [{ verbs: [verb], apiGroups: [""], resources: ["pods"] }],
});
const binding = (namespace: string, name: string, to: string, subject = "u"): KubeObject => ({
  kind: "RoleBinding",
  apiVersion: `${group}/v1`,
  metadata: { name, namespace },
  roleRef: { apiGroup: group, kind: "ClusterRole", name: to },
  subjects: [{ kind: "User", apiGroup: group, name: subject }],
});

function cluster() {
  const store = new Store({ firstRevision: 1, history: 10 });
  const put = (plural: string, object: KubeObject) =>
    store.collection(`${plural}.${group}`).commit(keyOf(object.metadata.namespace ?? "", object.metadata.name), object);
  return { store, put, authoriser: createAuthoriser(store) };
}

it("follows every write to a role or a binding at once", () => {
  const { store, put, authoriser } = cluster();
  const may = () => authoriser.decide(user, pods).allowed;
  expect(may()).toBe(false);
  put("rolebindings", binding("a", "b", "r"));
  expect(may()).toBe(false);
  put("clusterroles", role("r", "get"));
  expect(may()).toBe(true);
  put("clusterroles", role("r", "list"));
  expect(may()).toBe(false);
  put("clusterroles", role("r", "*"));
  expect(may()).toBe(true);
  store.collection(`rolebindings.${group}`).commit("a/b", null);
  expect(may()).toBe(false);
});

it("keeps a binding in its namespace, and out of the cluster's scope", () => {
  const { put, authoriser } = cluster();
  put("clusterroles", role("r", "*"));
  put("rolebindings", binding("a", "b", "r"));
  for (const namespace of ["", "b"]) expect(authoriser.decide(user, { ...pods, namespace }).allowed).toBe(false);
});

it("looks at a user's own bindings alone, however many others have", () => {
  const { put, authoriser } = cluster();
  put("clusterroles", role("r", "list"));
  for (let i = 0; i < 2_000; i += 1)
    put("rolebindings", binding("a", `b${i}`, i === 7 ? "r" : "none", i === 7 ? "u" : `other${i}`));
  expect(authoriser.decide(user, pods)).toEqual({ allowed: false, reason: "" });
  expect(authoriser.decide(user, { ...pods, verb: "list" }).allowed).toBe(true);
});
