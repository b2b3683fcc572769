/**
 * RBAC: may a user do something? Evaluated from the roles and bindings in the store, as
 * plugin/pkg/auth/authorizer/rbac of k8s.io/kubernetes does.
 */
import type { User } from "../auth.ts";
import { isObject, type Json } from "../json.ts";
import { type KubeObject, keyOf } from "../object.ts";
import type { Store } from "../store.ts";
import type { Attributes } from "./attributes.ts";
import { allows, type Rule, rulesOf } from "./rules.ts";

const rbacGroup = "rbac.authorization.k8s.io";

export interface Decision {
  readonly allowed: boolean;
  /** Why, for the answer to a review and at the end of a refusal; empty for an ordinary refusal. */
  readonly reason: string;
}

export interface Authoriser {
  decide(user: User, attributes: Attributes): Decision;
  /** All rules in force for a user in a namespace, and what couldn't be resolved. */
  rules(user: User, namespace: string): { readonly rules: readonly Rule[]; readonly errors: readonly string[] };
}

/** A binding as it concerns one subject. `rules` is null where its role doesn't exist; then `missing` says so. */
interface Grant {
  readonly binding: string;
  readonly rules: readonly Rule[] | null;
  readonly missing: string;
  readonly description: string;
}

/** Grants by subject: `u:NAME` and `g:NAME`. */
type Grants = Map<string, Grant[]>;

interface Index {
  readonly cluster: Grants;
  readonly namespaces: ReadonlyMap<string, Grants>;
}

/** The authoriser of a store. Cost: an index of all bindings after a write to one of them, else a few map look-ups. */
export function createAuthoriser(store: Store): Authoriser {
  const collection = (plural: string) => store.collection(`${plural}.${rbacGroup}`);
  let index: Index | null = null;
  for (const plural of ["roles", "clusterroles", "rolebindings", "clusterrolebindings"])
    collection(plural).subscribe(() => {
      index = null;
    });
  const build = (): Index => {
    const roleOf = (plural: string, namespace: string, name: string): readonly Rule[] | null => {
      const role = collection(plural).get(keyOf(namespace, name));
      return role === undefined ? null : rulesOf(role["rules"]);
    };
    const cluster: Grants = new Map();
    for (const key of collection("clusterrolebindings").keys())
      addBinding(cluster, collection("clusterrolebindings").get(key), roleOf);
    const namespaces = new Map<string, Grants>();
    for (const key of collection("rolebindings").keys()) {
      const binding = collection("rolebindings").get(key);
      const namespace = binding?.metadata.namespace ?? "";
      const grants = namespaces.get(namespace) ?? new Map<string, Grant[]>();
      namespaces.set(namespace, grants);
      addBinding(grants, binding, roleOf);
    }
    return { cluster, namespaces };
  };
  const grantsOf = (user: User, namespace: string): Grant[] => {
    index ??= build();
    const keys = [`u:${user.username}`, ...user.groups.map((group) => `g:${group}`)];
    const seen = new Set<string>();
    return [index.cluster, index.namespaces.get(namespace)].flatMap((grants) =>
      keys
        .flatMap((key) => grants?.get(key) ?? [])
        // A binding counts once, however many of its subjects the user is.
        .filter(({ binding }) => !seen.has(binding) && seen.add(binding)),
    );
  };
  return {
    decide(user, attributes) {
      if (user.groups.includes("system:masters")) return { allowed: true, reason: "" };
      const grants = grantsOf(user, "path" in attributes ? "" : attributes.namespace);
      const granted = grants.find(({ rules }) => rules?.some((rule) => allows(rule, attributes)));
      if (granted !== undefined) return { allowed: true, reason: `RBAC: allowed by ${granted.description}` };
      const errors = missingOf(grants);
      return { allowed: false, reason: errors.length === 0 ? "" : `RBAC: ${aggregate(errors)}` };
    },
    rules(user, namespace) {
      const grants = grantsOf(user, namespace);
      return { rules: grants.flatMap(({ rules }) => rules ?? []), errors: missingOf(grants) };
    },
  };
}

function missingOf(grants: readonly Grant[]): string[] {
  return [...new Set(grants.flatMap(({ rules, missing }) => (rules === null ? [missing] : [])))];
}

/** Several errors as one, as apimachinery's utilerrors writes them. */
export function aggregate(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? "") : `[${errors.join(", ")}]`;
}

function text(value: Json | undefined, key: string): string {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === "string" ? member : "";
}

function addBinding(
  grants: Grants,
  binding: KubeObject | undefined,
  roleOf: (plural: string, namespace: string, name: string) => readonly Rule[] | null,
): void {
  if (binding === undefined) return;
  const namespace = binding.metadata.namespace ?? "";
  const kind = text(binding["roleRef"], "kind");
  const role = text(binding["roleRef"], "name");
  const own = kind === "Role";
  const rules = own ? roleOf("roles", namespace, role) : roleOf("clusterroles", "", role);
  const missing = `${kind.toLowerCase()}.${rbacGroup} ${JSON.stringify(role)} not found`;
  const named = namespace === "" ? binding.metadata.name : `${binding.metadata.name}/${namespace}`;
  const what = `${binding.kind} ${JSON.stringify(named)} of ${kind} ${JSON.stringify(role)} to`;
  const subjects = binding["subjects"];
  for (const subject of Array.isArray(subjects) ? subjects : []) {
    const found = subjectOf(subject, namespace);
    if (found === null) continue;
    const grant = { binding: `${binding.kind} ${named}`, rules, missing, description: `${what} ${found.title}` };
    grants.set(found.key, [...(grants.get(found.key) ?? []), grant]);
  }
}

function subjectOf(subject: Json, namespace: string): { readonly key: string; readonly title: string } | null {
  const kind = text(subject, "kind");
  const name = text(subject, "name");
  if (kind === "User") return { key: `u:${name}`, title: `User ${JSON.stringify(name)}` };
  if (kind === "Group") return { key: `g:${name}`, title: `Group ${JSON.stringify(name)}` };
  // In a RoleBinding an account is by default one of its own namespace.
  const home = text(subject, "namespace") || namespace;
  if (kind !== "ServiceAccount" || home === "") return null;
  const title = `ServiceAccount ${JSON.stringify(`${name}/${home}`)}`;
  return { key: `u:system:serviceaccount:${home}:${name}`, title };
}
