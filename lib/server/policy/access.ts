/** May this be asked for, and as whom? What lies out of sight answers `forbidden`, existing or not. */
import { MeshscopeError } from "#lib/errors.ts";
import type { As, KubeClient } from "#lib/kube/client.ts";
import { kindKey, type PolicyKind } from "#lib/policy/kind.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import type { Visibility } from "../rights/model.ts";
import type { PolicyDeps } from "./deps.ts";
import { isNamespace } from "./listable.ts";

/** @throws MeshscopeError `forbidden`, `unknown_cluster` */
export function checkNamespace(
  { clients }: Pick<PolicyDeps, "clients">,
  visibility: Visibility,
  cluster: string,
  namespace: string,
): void {
  const known = clients.has(cluster);
  if (known && visibility.namespace(cluster, namespace)) return;
  if (!known && visibility.all) throw unknownCluster(cluster);
  const why = `You can't see namespace ${namespace} of cluster "${cluster}": it takes the right to list pods there.`;
  throw new MeshscopeError("forbidden", why);
}

/** @throws MeshscopeError `forbidden`, `unknown_cluster` */
export function checkCluster({ clients }: Pick<PolicyDeps, "clients">, visibility: Visibility, cluster: string): void {
  const known = clients.has(cluster);
  if (known && visibility.cluster(cluster)) return;
  if (!known && visibility.all) throw unknownCluster(cluster);
  throw new MeshscopeError("forbidden", `You can't see cluster "${cluster}".`);
}

/** @throws MeshscopeError as above */
export function checkObject(deps: Pick<PolicyDeps, "clients">, visibility: Visibility, ref: ObjectRef): void {
  if (ref.namespace !== null) checkNamespace(deps, visibility, ref.cluster, ref.namespace);
  else if (isNamespace(ref)) checkNamespace(deps, visibility, ref.cluster, ref.name);
  else checkCluster(deps, visibility, ref.cluster);
}

/** The kind that an object's address names, in that version. @throws MeshscopeError `not_found` */
export function kindOf(
  { port }: Pick<PolicyDeps, "port">,
  ref: Pick<ObjectRef, "group" | "version" | "kind">,
): PolicyKind {
  const kind = port.kinds.find((each) => each.group === ref.group && each.kind === ref.kind);
  if (kind?.versions.includes(ref.version)) return kind;
  const what = kind === undefined ? `kind ${kindKey(ref)}` : `version ${ref.version} of ${kindKey(ref)}`;
  throw new MeshscopeError("not_found", `The console doesn't know ${what} as a policy.`);
}

/** The cluster's client and whose token speaks: a user's own, never the console's for them. @throws MeshscopeError */
export function reading<Client extends KubeClient>(
  { clients }: { readonly clients: ReadonlyMap<string, Client> },
  credential: Credential,
  cluster: string,
): { readonly client: Client; readonly as?: As } {
  const client = clients.get(cluster);
  if (client === undefined) throw unknownCluster(cluster);
  if (credential.role !== "user") return { client };
  const identity = credential.clusters.get(cluster);
  if (identity) return { client, as: { token: identity.token } };
  throw new MeshscopeError("forbidden", `You aren't signed in to cluster "${cluster}". Sign in with a token for it.`);
}

function unknownCluster(cluster: string): MeshscopeError {
  return new MeshscopeError("unknown_cluster", `No cluster with Kubernetes access is configured as "${cluster}".`);
}
