/** Who may plan and apply at all, and with which rights. */
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { As } from "#lib/kube/calling.ts";
import type { Resource } from "#lib/kube/resource.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";
import { type ObjectRef, refText } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import type { Place, Question, Visibility } from "../rights/model.ts";
import { canonical } from "./hash.ts";
import type { Draft, PlanCluster, PlanDeps } from "./model.ts";

/** @throws MeshscopeError `view_only` */
export function mayWrite(credential: Credential): void {
  if (credential.role === "user") return;
  throw new MeshscopeError("view_only", "Guests can look and change nothing. Sign in with a token to make changes.");
}

/** Who the viewer is to these clusters, as one text. */
export function identity(credential: Credential, clusters: Iterable<string>): string {
  const users = [...new Set(clusters)].sort().map((name) => [name, credential.clusters.get(name)?.user ?? null]);
  return canonical([credential.strategy, ...users]);
}

/** @throws MeshscopeError `unknown_cluster`, or `forbidden` where the user isn't signed in to it */
export function clusterOf(deps: PlanDeps, credential: Credential, name: string): PlanCluster & { readonly as: As } {
  const cluster = deps.clusters.get(name);
  const token = credential.clusters.get(name)?.token;
  if (cluster === undefined)
    throw new MeshscopeError("unknown_cluster", "No such cluster is configured with Kubernetes access.");
  if (token === undefined)
    throw new MeshscopeError(
      "forbidden",
      `You aren't signed in to cluster "${name}". Sign in to it with a token first.`,
    );
  return { ...cluster, as: { token } };
}

/** Where an object is seen: a Namespace in itself. */
export function placeOf({ cluster, group, kind, namespace, name }: ObjectRef): Place {
  return { cluster, namespace: namespace ?? (group === "" && kind === "Namespace" ? name : null) };
}

/** Whether the viewer may know of an object. */
export function seesObject(visibility: Visibility, ref: ObjectRef): boolean {
  const { cluster, namespace } = placeOf(ref);
  return namespace === null ? visibility.cluster(cluster) : visibility.namespace(cluster, namespace);
}

/** @throws MeshscopeError `unknown_kind`, `bad_manifest` */
export function resourceOf(deps: PlanDeps, ref: ObjectRef): { readonly resource: Resource; readonly kind: PolicyKind } {
  const kind = deps.kinds.find((each) => each.group === ref.group && each.kind === ref.kind);
  const named = `${ref.kind}.${ref.group || "core"}/${ref.version}`;
  if (kind === undefined || !kind.versions.includes(ref.version))
    throw new MeshscopeError("unknown_kind", `The console doesn't write objects of kind ${named}. Use kubectl for it.`);
  if (kind.namespaced !== (ref.namespace !== null))
    throw new MeshscopeError(
      "bad_manifest",
      `${refText(ref)} ${kind.namespaced ? "needs" : "can't have"} metadata.namespace.`,
    );
  if (!NAME.test(ref.name) || ref.name.includes("..") || (ref.namespace !== null && !LABEL.test(ref.namespace)))
    throw new MeshscopeError(
      "bad_manifest",
      "No Kubernetes object can have such a name or namespace. Nothing was sent.",
    );
  return { resource: { group: ref.group, version: ref.version, plural: kind.plural, kind: ref.kind }, kind };
}
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Verbs that a step takes. Creating by server-side apply takes both. */
const VERBS = { create: ["create", "patch"], update: ["patch"], delete: ["delete"] } as const;

/** @throws MeshscopeError `forbidden` naming every right that is missing for these steps */
export async function checkRights(
  deps: PlanDeps,
  credential: Credential,
  drafts: readonly Draft[],
  signal?: AbortSignal,
): Promise<void> {
  const questions = drafts.flatMap(({ op, ref, resource }) =>
    VERBS[op].map((verb): Question => {
      const { cluster, namespace, group, name } = ref;
      return { cluster, namespace, group, resource: resource.plural, verb, ...(verb === "create" ? {} : { name }) };
    }),
  );
  const verdicts = await deps.rights.ask(credential, questions, signal);
  const missing = questions.flatMap(({ verb, resource, namespace, cluster }, index) =>
    verdicts[index]?.allowed
      ? []
      : [`${verb} ${resource}${namespace === null ? "" : ` in namespace ${namespace}`} of cluster "${cluster}"`],
  );
  if (missing.length === 0) return;
  throw new MeshscopeError("forbidden", `You lack rights for this: ${[...new Set(missing)].join("; ")}.`);
}

export const RECORDS: Resource = {
  group: "apps",
  version: "v1",
  plural: "controllerrevisions",
  kind: "ControllerRevision",
};

/** Where an object's records lie: its namespace, a Namespace's own, else the mesh's root namespace. */
export function recordNamespace(ref: ObjectRef, rootNamespace: string): string {
  return ref.namespace ?? (ref.group === "" && ref.kind === "Namespace" ? ref.name : rootNamespace);
}

/** Clusters and namespaces of objects in which the user may not keep records. */
export async function withoutHistory(
  deps: PlanDeps,
  credential: Credential,
  objects: readonly ObjectRef[],
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const places = new Map<string, { cluster: string; namespace: string }>();
  for (const ref of objects) {
    const namespace = recordNamespace(ref, deps.clusters.get(ref.cluster)?.rootNamespace ?? "istio-system");
    places.set(`${ref.cluster}/${namespace}`, { cluster: ref.cluster, namespace });
  }
  const questions = [...places.values()].flatMap((place) =>
    ["create", "patch"].map((verb) => ({ ...place, group: RECORDS.group, resource: RECORDS.plural, verb })),
  );
  const verdicts = await deps.rights.ask(credential, questions, signal);
  return new Set(
    questions.flatMap(({ cluster, namespace }, i) => (verdicts[i]?.allowed ? [] : [`${cluster}/${namespace}`])),
  );
}

/** A cluster that refuses the user's token says that the session is over there. */
export function asReauth(thrown: unknown, cluster: string): unknown {
  if (problemOf(thrown).code !== "upstream_unauthorised") return thrown;
  return new MeshscopeError("reauth", `Cluster "${cluster}" no longer accepts your token. Sign in again.`);
}
