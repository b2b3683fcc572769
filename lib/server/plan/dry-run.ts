/** Asking the server what a step would do: with the user's token, keeping nothing. */
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { Written } from "#lib/kube/writing.ts";
import { wanted } from "#lib/policy/clean.ts";
import { diffManifests } from "#lib/policy/diff.ts";
import { patchOf } from "#lib/policy/json-patch.ts";
import { fieldOwners, toolOf } from "#lib/policy/managers.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ownerOf } from "#lib/policy/owner.ts";
import type { Conflict, PlanStep } from "#lib/policy/plan.ts";
import type { Credential } from "../identity.ts";
import { asReauth, clusterOf } from "./access.ts";
import type { Draft, PlanDeps } from "./model.ts";

export interface Tried {
  readonly draft: Draft;
  readonly dryRun: PlanStep["dryRun"];
  readonly conflicts: readonly Conflict[];
  /** What the server would have afterwards; what was wanted where it refused. */
  readonly after: Manifest | null;
}

/** Refusals that are about the object: they are shown in the plan. Others mean that no plan can be made now. */
const ABOUT_OBJECT = new Set([
  "invalid_object",
  "admission_refused",
  "conflict",
  "already_exists",
  "not_found",
  "too_large",
  "forbidden",
  "bad_parameter",
]);

/** @throws MeshscopeError `reauth`, `upstream_…` */
export async function tryStep(
  deps: PlanDeps,
  credential: Credential,
  draft: Draft,
  earlier: boolean,
  signal?: AbortSignal,
): Promise<Tried> {
  const { after } = draft;
  try {
    const { written, conflicts } = await ask(deps, credential, draft, signal);
    const object = written === null ? null : wanted(written.object);
    const own = draft.mode === "patch" ? sharedFields(draft, object) : conflicts;
    return { draft, dryRun: { ok: true, warnings: written?.warnings ?? [] }, conflicts: own, after: object };
  } catch (thrown) {
    const { code, detail } = problemOf(thrown);
    if (!ABOUT_OBJECT.has(code)) throw asReauth(thrown, draft.ref.cluster);
    // A dry run keeps nothing, so a later step can't see what an earlier one would have made.
    const why = earlier ? " It may need an object that an earlier step creates: apply that one first, on its own." : "";
    return { draft, dryRun: { error: `${detail}${why}`, code }, conflicts: [], after };
  }
}

async function ask(
  deps: PlanDeps,
  credential: Credential,
  draft: Draft,
  signal?: AbortSignal,
): Promise<{ readonly written: Written | null; readonly conflicts: readonly Conflict[] }> {
  const { kube, as } = clusterOf(deps, credential, draft.ref.cluster);
  const { ref, resource, live, after } = draft;
  const calling = {
    ...{ as, dryRun: true, objectName: ref.name },
    ...(ref.namespace === null ? {} : { namespace: ref.namespace }),
    ...(signal ? { signal } : {}),
  };
  const { uid = "", resourceVersion = "" } = live?.metadata ?? {};
  if (after === null) {
    await kube.delete(resource, { ...calling, uid, resourceVersion });
    return { written: null, conflicts: [] };
  }
  if (draft.mode === "patch" && live !== null) {
    const operations = patchOf(live, after, resourceVersion);
    return { written: await kube.patch(resource, { ...calling, operations }), conflicts: [] };
  }
  const manifest = live === null ? after : { ...after, metadata: { ...after.metadata, resourceVersion } };
  const first = await kube.apply(resource, { ...calling, manifest });
  if (!("conflicts" in first)) return { written: first, conflicts: [] };
  const forced = await kube.apply(resource, { ...calling, manifest, force: true });
  if ("conflicts" in forced) throw new MeshscopeError("conflict", "The fields conflict even when they are taken over.");
  const byManager = Map.groupBy(first.conflicts, ({ manager }) => manager);
  const conflicts = [...byManager].map(([manager, fields]) =>
    conflictOf(
      manager,
      fields.map(({ field }) => field.replace(/^\./, "")),
      live,
    ),
  );
  return { written: forced, conflicts };
}

/** Whose fields a patch changes: nothing has to be forced, but who else writes them should be known. */
function sharedFields({ live, before }: Draft, after: Manifest | null): readonly Conflict[] {
  if (live === null) return [];
  const owners = fieldOwners(live);
  const found = diffManifests(before, after).changes.flatMap(({ path }) =>
    owners(path).flatMap(({ name }) => (name === "meshscope" ? [] : [{ name, path }])),
  );
  const byManager = Map.groupBy(found, ({ name }) => name);
  return [...byManager].map(([name, fields]) => conflictOf(name, [...new Set(fields.map(({ path }) => path))], live));
}

function conflictOf(manager: string, fields: readonly string[], live: Manifest | null): Conflict {
  const tool = toolOf(manager);
  const owner = live === null ? null : ownerOf(live);
  return { manager, tool, fields, reverts: owner !== null && owner.reverts && owner.tool === tool };
}
