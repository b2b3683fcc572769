/** GET /meaning/workloads/…: one workload's effective security, from all objects, told as far as the viewer may see them. */
import { formatInstant } from "#lib/api/instant.ts";
import type { WorkloadSecurityAnswer } from "#lib/api/meaning.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { type SecurityWorld, workloadSecurity } from "#lib/mesh/meaning.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { kindKey, manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Credential } from "../identity.ts";
import { checkNamespace } from "./access.ts";
import type { PolicyDeps, Viewer } from "./deps.ts";
import { viewerOf, visible } from "./listable.ts";
import type { ClusterPolicies } from "./store.ts";
import { inView } from "./world.ts";

const NOT_YET = "the cluster’s objects haven’t all been read yet";

/** @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found`, `reauth` */
export async function showSecurity(
  deps: PolicyDeps,
  credential: Credential,
  ref: ServiceRef,
  signal?: AbortSignal,
): Promise<WorkloadSecurityAnswer> {
  const viewer = await viewerOf(deps, credential, signal, [ref]);
  checkNamespace(deps, viewer.visibility, ref.cluster, ref.namespace);
  const inventory = deps.inventory().get(ref.cluster);
  const workload = inventory?.workloads.get(`${ref.namespace}/${ref.name}`);
  if (inventory === undefined || workload === undefined) {
    const why = inventory ? "has no workload" : "hasn't been read yet, so the console doesn't know workload";
    throw new MeshscopeError("not_found", `Cluster "${ref.cluster}" ${why} ${ref.namespace}/${ref.name}.`);
  }
  const policies = deps.store.clusters().get(ref.cluster);
  const answer = workloadSecurity(workload, {
    cluster: ref.cluster,
    rootNamespace: deps.rootNamespace(ref.cluster),
    objects: (kind) => policies?.objects(kind) ?? [],
    inventory: inView(inventory, viewer.visibility),
    sees: (manifest) => sees(deps, ref.cluster, viewer, manifest),
    unread: unreadOf(policies),
  });
  const asOf = policies?.asOf ?? null;
  return { ...(structuredClone(answer) as WorkloadSecurityAnswer), asOf: asOf === null ? null : formatInstant(asOf) };
}

function sees({ port }: PolicyDeps, cluster: string, { visibility, mayList }: Viewer, manifest: Manifest): boolean {
  const key = manifestKindKey(manifest);
  const kind = port.kinds.find((each) => kindKey(each) === key);
  const { namespace = null, name } = manifest.metadata;
  return kind !== undefined && visible(visibility, cluster, kind, manifest) && mayList(cluster, key, namespace, name);
}

/** A kind that the cluster doesn't have is known to have no objects. */
function unreadOf(policies: ClusterPolicies | undefined): SecurityWorld["unread"] {
  return (kind) => {
    const unread = policies?.unread.find((each) => each.kind === kind && each.code !== "not_found");
    if (unread !== undefined) return unread.reason;
    return policies === undefined || policies.asOf === null ? NOT_YET : null;
  };
}
