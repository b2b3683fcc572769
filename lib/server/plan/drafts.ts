/** From what is wanted to drafts of steps: each wanted object beside the one there is. */
import { MeshscopeError } from "#lib/errors.ts";
import { wanted } from "#lib/policy/clean.ts";
import type { Intent } from "#lib/policy/intent.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { ownedByConsole } from "#lib/policy/managers.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { type ObjectRef, refKey, refOf, refText } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import type { Visibility } from "../rights/model.ts";
import { clusterOf, resourceOf, seesObject } from "./access.ts";
import { canonical, sameWish } from "./hash.ts";
import type { Draft, PlanDeps } from "./model.ts";
import { readObject } from "./read.ts";

/** Deeper objects than any CRD has would only exhaust what walks them. */
const MOST_DEPTH = 64;
const MOST_STEPS = 100;

export interface Wish {
  readonly cluster: string;
  readonly manifests: readonly Manifest[];
  readonly deletions: readonly ObjectRef[];
}

/** @throws MeshscopeError `bad_manifest` */
export function checkDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH)
      throw new MeshscopeError("bad_manifest", `The objects are nested deeper than ${MOST_DEPTH} levels.`);
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
}

/** @throws MeshscopeError `forbidden`, whether it exists or not */
export function checkSeen(visibility: Visibility, ref: ObjectRef): void {
  if (!seesObject(visibility, ref))
    throw new MeshscopeError("forbidden", `You may not see ${refText(ref)} of cluster "${ref.cluster}".`);
}

/**
 * Drafts of what is wanted, in no order yet; what doesn't change is left out.
 * @throws MeshscopeError `bad_manifest`, `unknown_kind`, `forbidden`, `not_found` for a deletion of nothing
 */
export async function draftsOf(
  deps: PlanDeps,
  credential: Credential,
  visibility: Visibility,
  wish: Wish,
  signal?: AbortSignal,
): Promise<readonly Draft[]> {
  checkDepth(wish);
  const targets = [
    ...wish.manifests.map((want) => ({ ref: refOf(wish.cluster, want), want })),
    ...wish.deletions.map((ref) => ({ ref, want: null })),
  ];
  if (targets.length > MOST_STEPS)
    throw new MeshscopeError("bad_manifest", `A plan takes up to ${MOST_STEPS} objects. Split it.`);
  const doubled = targets.find(({ ref }, i) => targets.findIndex((other) => refKey(other.ref) === refKey(ref)) !== i);
  if (doubled) throw new MeshscopeError("bad_manifest", `${refText(doubled.ref)} is in it twice. Keep one of them.`);
  // All is checked before anything is sent.
  const resolved = targets.map(({ ref, want }) => {
    clusterOf(deps, credential, ref.cluster);
    checkSeen(visibility, ref);
    return { ref, want, resource: resourceOf(deps, ref).resource };
  });
  const drafts: Draft[] = [];
  for (const { ref, want, resource } of resolved) {
    const live = await readObject(deps, credential, resource, ref, signal);
    const draft = draftOf(ref, resource, live, want);
    if (draft !== null) drafts.push(draft);
  }
  return drafts;
}

function draftOf(
  ref: ObjectRef,
  resource: Draft["resource"],
  live: Manifest | null,
  want: Manifest | null,
): Draft | null {
  const before = live === null ? null : wanted(live);
  const shared = { ref, resource, live, before };
  if (want === null) {
    if (live === null) throw new MeshscopeError("not_found", `${refText(ref)} doesn't exist, so it can't be deleted.`);
    checkNamespace(ref, before, null);
    return { ...shared, op: "delete", mode: "delete", after: null };
  }
  const after = wanted(want, live);
  checkNamespace(ref, before, after);
  if (live === null) return { ...shared, op: "create", mode: "apply", after };
  if (live.metadata.deletionTimestamp !== undefined)
    throw new MeshscopeError("conflict", `${refText(ref)} is being deleted. Try again once it is gone.`);
  if (sameWish(before, after)) return null;
  return { ...shared, op: "update", mode: ownedByConsole(live) ? "apply" : "patch", after };
}

/** Of a Namespace only the labels are the console's business: they say whether its pods join the mesh. */
function checkNamespace(ref: ObjectRef, before: Manifest | null, after: Manifest | null): void {
  if (ref.group !== "" || ref.kind !== "Namespace") return;
  const rest = (manifest: Manifest | null) =>
    canonical(manifest && { ...manifest, metadata: { ...manifest.metadata, labels: {} } });
  if (before === null || after === null || rest(before) !== rest(after))
    throw new MeshscopeError(
      "bad_manifest",
      "Of namespaces the console changes labels alone. Use kubectl for the rest.",
    );
}

/** What the viewer may see of a cluster, with objects that were read since in place of those of the watch. */
function worldOf(
  deps: PlanDeps,
  visibility: Visibility,
  cluster: string,
  read: ReadonlyMap<string, Manifest | null>,
): PolicyWorld {
  const policies = deps.store.clusters().get(cluster);
  return {
    cluster,
    rootNamespace: deps.clusters.get(cluster)?.rootNamespace ?? "istio-system",
    inventory: deps.inventory(cluster),
    objects: (key) => {
      const watched = (policies?.objects(key) ?? []).filter((each) => seesObject(visibility, refOf(cluster, each)));
      const kept = watched.filter((each) => !read.has(refKey(refOf(cluster, each))));
      const fresh = [...read.values()].filter((each) => each !== null && kindKey(refOf(cluster, each)) === key);
      return [...kept, ...fresh.filter((each) => each !== null)];
    },
  };
}

/** Watches lag: tries until the objects that the intent changes are the ones that it was worked out from. */
const ROUNDS = 4;

/** @throws MeshscopeError `bad_intent`, `unknown_cluster`, … */
export async function wishOf(
  deps: PlanDeps,
  credential: Credential,
  visibility: Visibility,
  intent: Intent,
  signal?: AbortSignal,
): Promise<Wish & { readonly notes: readonly string[] }> {
  const cluster =
    "cluster" in intent ? intent.cluster : "object" in intent ? intent.object.cluster : intent.service.cluster;
  const namespace =
    "service" in intent ? intent.service.namespace : "object" in intent ? intent.object.namespace : null;
  clusterOf(deps, credential, cluster);
  if (!visibility.cluster(cluster) || (namespace !== null && !visibility.namespace(cluster, namespace)))
    throw new MeshscopeError("forbidden", `You may not see namespace ${namespace} of cluster "${cluster}".`);
  const read = new Map<string, Manifest | null>();
  for (let round = 0; round < ROUNDS; round++) {
    const world = worldOf(deps, visibility, cluster, read);
    const { manifests, deletions, notes } = deps.changes(intent, world);
    const refs = [...manifests.map((each) => refOf(cluster, each)), ...deletions];
    const unread = refs.filter((ref) => !read.has(refKey(ref)));
    if (unread.length === 0) return { cluster, manifests, deletions, notes };
    for (const ref of unread) {
      checkSeen(visibility, ref);
      read.set(refKey(ref), await readObject(deps, credential, resourceOf(deps, ref).resource, ref, signal));
    }
  }
  throw new MeshscopeError("conflict", "The objects keep changing while the plan is made. Try again in a moment.");
}
