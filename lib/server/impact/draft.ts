/** POST /meaning/impact: what a draft would do, against the objects as the console's watch has them. No right to write is needed. */
import type { ImpactAnswer, ImpactRequest } from "#lib/api/impact.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { wanted } from "#lib/policy/clean.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refKey, refOf, refText } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { checkDepth } from "../plan/drafts.ts";
import { checkObject, kindOf } from "../policy/access.ts";
import type { PolicyDeps, Viewer } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import type { Impacts, Wanted } from "./impact.ts";

export type DraftDeps = Pick<PolicyDeps, "store" | "port" | "rights" | "clients"> & {
  readonly impacts: Pick<Impacts, "of">;
};

/** @throws MeshscopeError as `drafted` */
export async function showImpact(
  deps: DraftDeps,
  credential: Credential,
  request: ImpactRequest,
  signal?: AbortSignal,
): Promise<ImpactAnswer> {
  const { refs, viewer, changes } = await drafted(deps, credential, request, signal);
  const { items, view, reason } = await deps.impacts.of(request.cluster, viewer, changes, signal);
  const answer = {
    objects: refs.map((object, index) => ({ object, impact: items[index] ?? null })),
    impact: view,
    ...(reason === null ? {} : { notEvaluated: reason }),
  };
  return structuredClone(answer) as ImpactAnswer;
}

export interface Drafted {
  readonly refs: readonly ObjectRef[];
  readonly viewer: Viewer;
  /** By ref. */
  readonly changes: readonly Wanted[];
}

/**
 * What a draft changes, beside the objects as they are, and who asks.
 * @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found` for a kind that isn't known, `bad_manifest`, `reauth`
 */
export async function drafted(
  deps: Omit<DraftDeps, "impacts">,
  credential: Credential,
  { cluster, manifests, deletions }: ImpactRequest,
  signal?: AbortSignal,
): Promise<Drafted> {
  checkDepth([manifests, deletions]);
  const wishes = [
    ...manifests.map((each) => {
      const manifest = each as unknown as Manifest;
      return { ref: refOf(cluster, manifest), after: manifest };
    }),
    ...deletions.map((ref) => ({ ref: { ...ref, cluster }, after: null })),
  ];
  const refs = wishes.map(({ ref }) => ref);
  const doubled = refs.find((ref, index) => refs.findIndex((other) => refKey(other) === refKey(ref)) !== index);
  if (doubled) throw new MeshscopeError("bad_manifest", `${refText(doubled)} is in it twice. Keep one of them.`);
  const places = refs.map(({ namespace }) => ({ cluster, namespace }));
  const viewer = await viewerOf(deps, credential, signal, places, refs);
  for (const ref of refs) checkListable(deps, viewer, ref);
  const changes = wishes.map(({ ref, after }) => {
    const live = deps.store
      .clusters()
      .get(cluster)
      ?.objects(kindKey(ref))
      .find((each) => refKey(refOf(cluster, each)) === refKey(ref));
    return { before: live === undefined ? null : wanted(live), after: after && wanted(after) };
  });
  return { refs, viewer, changes };
}

/** What an object out of sight says can't be asked by a draft of it. */
export function checkListable(
  deps: Pick<DraftDeps, "port" | "store" | "rights" | "clients">,
  viewer: Viewer,
  ref: ObjectRef,
): void {
  checkObject(deps, viewer.visibility, ref);
  const kind = kindOf(deps, ref);
  if (viewer.mayList(ref.cluster, kindKey(kind), ref.namespace, ref.name)) return;
  const where = ref.namespace === null ? "" : ` in namespace ${ref.namespace}`;
  throw new MeshscopeError(
    "forbidden",
    `You lack the right to list ${kind.plural}${where} of cluster "${ref.cluster}".`,
  );
}
