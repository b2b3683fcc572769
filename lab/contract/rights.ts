/** Granting rights in a case: roles and bindings with names of their own, so that cases don't meet. */
import { randomBytes } from "node:crypto";
import type { Subject } from "./subject.ts";

export const rbac = "/apis/rbac.authorization.k8s.io/v1";
const group = "rbac.authorization.k8s.io";

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface RoleSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export const viewer: RoleSubject = { kind: "User", name: "viewer" };

/** A name that no other case has. */
export const unique = (): string => `x-${randomBytes(5).toString("hex")}`;

/** A manifest of a Role, ClusterRole, RoleBinding or ClusterRoleBinding. */
export function rights(kind: string, name: string, rest: object): object {
  return { apiVersion: `${group}/v1`, kind, metadata: { name }, ...rest };
}

/** Where a role is referred to from a binding. */
export const reference = (kind: string, name: string): object => ({ apiGroup: group, kind, name });

/** Grants rules in one namespace, and resolves once the subject has them. Returns the role's name. */
export async function grant(
  subject: Subject,
  namespace: string,
  rules: readonly Rule[],
  to: RoleSubject = viewer,
): Promise<string> {
  const name = unique();
  await subject.ok("POST", `${rbac}/namespaces/${namespace}/roles`, { body: rights("Role", name, { rules }) });
  await subject.ok("POST", `${rbac}/namespaces/${namespace}/rolebindings`, {
    body: rights("RoleBinding", name, { roleRef: reference("Role", name), subjects: [to] }),
  });
  return name;
}

/** Grants rules everywhere for as long as `during` takes. */
export async function grantEverywhere(
  subject: Subject,
  rules: readonly Rule[],
  to: RoleSubject,
  during: () => Promise<void>,
): Promise<void> {
  const name = unique();
  await subject.ok("POST", `${rbac}/clusterroles`, { body: rights("ClusterRole", name, { rules }) });
  await subject.ok("POST", `${rbac}/clusterrolebindings`, {
    body: rights("ClusterRoleBinding", name, { roleRef: reference("ClusterRole", name), subjects: [to] }),
  });
  try {
    await during();
  } finally {
    await subject.ok("DELETE", `${rbac}/clusterrolebindings/${name}`);
    await subject.ok("DELETE", `${rbac}/clusterroles/${name}`);
  }
}

/** Asks again until it holds: a real server's authoriser hears of a new binding by a watch. */
export async function eventually<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const until = performance.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (holds(answer) || performance.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
