/** Writing one step, exactly as it was shown and only onto what was read; and taking it back. */
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { Written } from "#lib/kube/writing.ts";
import { patchOf } from "#lib/policy/json-patch.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refText } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { asReauth, clusterOf } from "./access.ts";
import { fingerprint, sameWish } from "./hash.ts";
import type { PlanDeps, SealedStep } from "./model.ts";
import { readObject } from "./read.ts";

/** After these nobody knows whether the write happened. */
const LOST: ReadonlySet<string> = new Set([
  "upstream_timeout",
  "upstream_unreachable",
  "upstream_bad",
  "upstream_too_large",
  "cancelled",
  "internal",
]);

interface Change {
  readonly step: Pick<SealedStep, "object" | "resource" | "mode">;
  readonly live: Manifest | null;
  readonly want: Manifest | null;
  /** What the server is expected to have afterwards. */
  readonly after: Manifest | null;
  readonly force: boolean;
}

/** The object as it is after the step; null: gone. */
export type Done = { readonly object: Manifest | null };

/** The write's outcome can't be found out: neither done nor not done. */
export const UNKNOWN_OUTCOME = "It isn't known whether this was written";

/** Controllers that write an object's status may do so again and again; after so many times somebody should look. */
const MOST_RETRIES = 4;

/**
 * Writes a step onto what was read. Where only the status was written since, which nobody was shown and nobody decides,
 * it is read again and written onto that.
 * @throws MeshscopeError; a lost answer is looked into by reading again, never by sending again
 */
export async function writeStep(deps: PlanDeps, credential: Credential, change: Change): Promise<Done> {
  let { live } = change;
  for (let tries = 0; ; tries += 1) {
    try {
      return await writeOnce(deps, credential, { ...change, live });
    } catch (thrown) {
      const now = tries < MOST_RETRIES ? await sameButStatus(deps, credential, change.step, live, thrown) : null;
      if (now === null) throw thrown;
      live = now;
    }
  }
}

/** The object as it is now, where a lost race was lost to a status alone; else null. */
async function sameButStatus(
  deps: PlanDeps,
  credential: Credential,
  step: Change["step"],
  live: Manifest | null,
  thrown: unknown,
): Promise<Manifest | null> {
  if (live === null || problemOf(thrown).code !== "conflict") return null;
  const now = await readObject(deps, credential, step.resource, step.object).catch(() => null);
  const moved = now !== null && now.metadata.resourceVersion !== live.metadata.resourceVersion;
  return moved && fingerprint(now) === fingerprint(live) ? now : null;
}

/** @throws MeshscopeError */
async function writeOnce(deps: PlanDeps, credential: Credential, change: Change): Promise<Done> {
  const { step, live, after } = change;
  try {
    return await send(deps, credential, change);
  } catch (thrown) {
    const { code, detail } = problemOf(thrown);
    if (code === "invalid_object" && step.mode === "patch") await checkSame(deps, credential, change);
    if (!LOST.has(code)) throw asReauth(thrown, step.object.cluster);
    let now: Manifest | null;
    try {
      now = await readObject(deps, credential, step.resource, step.object);
    } catch (again) {
      throw new MeshscopeError(
        "upstream_timeout",
        `${UNKNOWN_OUTCOME}: ${detail} Reading it failed too: ${problemOf(again).detail}`,
      );
    }
    const replaced = after === null && now?.metadata.uid !== live?.metadata.uid;
    if (sameWish(now, after) || replaced) return { object: after === null ? null : now };
    throw new MeshscopeError(code, `${detail} Read again, ${refText(step.object)} doesn't have the change.`, {
      cause: thrown,
    });
  }
}

/** A patch whose `test` fails is refused like one that is malformed: reading tells which. @throws MeshscopeError `conflict` */
async function checkSame(deps: PlanDeps, credential: Credential, { step, live }: Change): Promise<void> {
  const now = await readObject(deps, credential, step.resource, step.object);
  if (now !== null && now.metadata.resourceVersion === live?.metadata.resourceVersion) return;
  throw new MeshscopeError(
    "conflict",
    `Somebody ${now === null ? "deleted" : "changed"} ${refText(step.object)} at the same time, so it wasn't written. Plan again.`,
  );
}

async function send(deps: PlanDeps, credential: Credential, { step, live, want, force }: Change): Promise<Done> {
  const { object: ref, resource } = step;
  const { kube, as } = clusterOf(deps, credential, ref.cluster);
  const calling = { as, objectName: ref.name, ...(ref.namespace === null ? {} : { namespace: ref.namespace }) };
  const { uid = "", resourceVersion = "" } = live?.metadata ?? {};
  if (want === null) {
    await kube.delete(resource, { ...calling, uid, resourceVersion });
    return { object: null };
  }
  if (live === null) return { object: await create() };
  if (step.mode === "patch") {
    const operations = patchOf(live, want, resourceVersion);
    if (operations.length === 0) return { object: live };
    return { object: (await kube.patch(resource, { ...calling, operations })).object };
  }
  const manifest = { ...want, metadata: { ...want.metadata, resourceVersion } };
  return { object: taken(await kube.apply(resource, { ...calling, manifest, force })).object };

  async function create(): Promise<Manifest> {
    if (want === null) throw new MeshscopeError("internal", "Nothing to create.");
    const written = taken(await kube.apply(resource, { ...calling, manifest: want }));
    if (written.created) return written.object;
    // Somebody created it in this moment. Without force nothing of theirs was overwritten; what was added is given up.
    const { apiVersion, kind, metadata } = want;
    const { name, namespace } = metadata;
    const resourceVersion = written.object.metadata.resourceVersion ?? "";
    const empty = { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), resourceVersion } };
    await kube.apply(resource, { ...calling, manifest: empty });
    throw new MeshscopeError("conflict", `Somebody created ${refText(ref)} at the same time. It was left to them.`);
  }
}

function taken(answer: Written | { readonly conflicts: readonly { readonly manager: string }[] }): Written {
  if (!("conflicts" in answer)) return answer;
  const managers = [...new Set(answer.conflicts.map(({ manager }) => manager))].join(", ");
  throw new MeshscopeError(
    "conflict",
    `Fields belong to ${managers}. Plan again, and force this step to take them over.`,
  );
}

/** Puts back what was before a step that was done. @throws MeshscopeError */
export async function undoStep(deps: PlanDeps, credential: Credential, step: SealedStep, done: Done): Promise<void> {
  await writeStep(deps, credential, {
    step: { ...step, mode: step.op === "update" ? step.mode : step.op === "create" ? "delete" : "apply" },
    live: done.object,
    want: step.before,
    after: step.before,
    force: true,
  });
}
