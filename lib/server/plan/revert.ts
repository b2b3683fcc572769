/** Plans that put back what was: of one change, or of everything since an instant. Built against what objects are now. */
import { parseInstant } from "#lib/api/instant.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { decodeManifest } from "#lib/kube/manifest.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { type ObjectRef, refKey } from "#lib/policy/ref.ts";
import { seconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { asReauth, clusterOf, mayWrite, placeOf, RECORDS, recordNamespace, resourceOf } from "./access.ts";
import { parseChangeId } from "./change-id.ts";
import { checkSeen } from "./drafts.ts";
import { sameWish } from "./hash.ts";
import { type JournalRecord, readRecord } from "./journal.ts";
import type { PlanDeps } from "./model.ts";
import { makePlan } from "./planner.ts";
import { readObject } from "./read.ts";

/** As far back as one plan takes everything back. */
export const REVERT_SINCE = seconds(30 * 60);

/** Why a plan that takes something back says nothing of calls. */
export const UNDONE =
  "Taking a change back asks no telemetry, so that it works while Prometheus is down: it does the reverse of what the change did.";

interface Target {
  readonly object: ObjectRef;
  readonly before: Manifest | null;
  /** What the console left; something else now was done by others. */
  readonly left: Manifest | null;
}

/** What an undo can do something with: changes that were made, or may have been. */
export function revertable({ state }: Pick<JournalRecord, "state">): boolean {
  return state === "applied" || state === "open";
}

/** All readable records of a cluster that lie where records of their objects belong. */
export function recordsOf(deps: PlanDeps, cluster: string): readonly JournalRecord[] {
  const root = deps.clusters.get(cluster)?.rootNamespace ?? "istio-system";
  return deps.store.records(cluster).flatMap((manifest) => {
    const record = readRecord(cluster, manifest);
    return record !== null && recordNamespace(record.object, root) === record.namespace ? [record] : [];
  });
}

/** @throws MeshscopeError `not_found`, `forbidden`, and what plans throw */
export async function revertChange(
  deps: PlanDeps,
  credential: Credential,
  id: string,
  signal?: AbortSignal,
): Promise<Plan> {
  mayWrite(credential);
  const { cluster, namespace, name } = parseChangeId(id);
  const { kube, as, rootNamespace } = clusterOf(deps, credential, cluster);
  const visibility = await deps.rights.visibility(credential, signal, [{ cluster, namespace }]);
  if (!visibility.namespace(cluster, namespace))
    throw new MeshscopeError("forbidden", `You may not see namespace ${namespace} of cluster "${cluster}".`);
  let found: unknown;
  try {
    found = await kube.get(RECORDS, { as, namespace, objectName: name, ...(signal ? { signal } : {}) });
  } catch (thrown) {
    if (problemOf(thrown).code === "not_found")
      throw new MeshscopeError("not_found", "There is no such change any more. Of each object the last 20 are kept.");
    throw asReauth(thrown, cluster);
  }
  const manifest = decodeManifest(RECORDS)(found);
  const record = manifest === null ? null : readRecord(cluster, manifest);
  if (record === null || recordNamespace(record.object, rootNamespace) !== namespace)
    throw new MeshscopeError("not_found", "What lies there isn't a change that the console recorded.");
  if (!revertable(record))
    throw new MeshscopeError("conflict", `This change is ${record.state}: it left nothing that could be taken back.`);
  return revertPlan(
    deps,
    credential,
    cluster,
    [{ object: record.object, before: record.before, left: record.after }],
    signal,
  );
}

export interface RevertSince {
  /** RFC 3339 or unix seconds. */
  readonly since: string;
  readonly cluster: string;
  readonly namespaces: readonly string[];
}

/**
 * One plan that takes back all that the console did since then, one step an object.
 * @throws MeshscopeError `bad_parameter` for more than 30 minutes, and what plans throw
 */
export async function revertSince(
  deps: PlanDeps,
  credential: Credential,
  asked: RevertSince,
  signal?: AbortSignal,
): Promise<Plan> {
  mayWrite(credential);
  const { cluster, namespaces } = asked;
  const since = parseInstant(asked.since);
  if (since === null) throw new MeshscopeError("bad_instant", "'since' must be RFC 3339 or unix seconds.");
  // A question for the last 30 minutes is a moment on its way, and clocks differ.
  if (since < deps.clock.now() - REVERT_SINCE - 60)
    throw new MeshscopeError(
      "bad_parameter",
      "At once, the last 30 minutes can be taken back. Undo older changes one by one.",
    );
  clusterOf(deps, credential, cluster);
  const named = namespaces.map((namespace) => ({ cluster, namespace }));
  const visibility = await deps.rights.visibility(credential, signal, named);
  for (const namespace of namespaces)
    if (!visibility.namespace(cluster, namespace))
      throw new MeshscopeError("forbidden", `You may not see namespace ${namespace} of cluster "${cluster}".`);
  const records = recordsOf(deps, cluster)
    .filter((record) => revertable(record) && Date.parse(record.when) / 1000 >= since)
    .filter(({ namespace }) => visibility.namespace(cluster, namespace))
    .filter(({ namespace }) => namespaces.length === 0 || namespaces.includes(namespace))
    .sort((a, b) => b.revision - a.revision);
  const targets = [...Map.groupBy(records, ({ object }) => refKey(object)).values()].flatMap((ofObject): Target[] => {
    const [newest, oldest] = [ofObject[0], ofObject.at(-1)];
    return newest && oldest ? [{ object: newest.object, before: oldest.before, left: newest.after }] : [];
  });
  return revertPlan(deps, credential, cluster, targets, signal);
}

/** One step an object that isn't as it was; against what it is now. */
export async function revertPlan(
  deps: PlanDeps,
  credential: Credential,
  cluster: string,
  targets: readonly Target[],
  signal?: AbortSignal,
): Promise<Plan> {
  const named = targets.map(({ object }) => placeOf(object));
  const visibility = await deps.rights.visibility(credential, signal, named);
  const manifests: Manifest[] = [];
  const deletions: ObjectRef[] = [];
  let others = false;
  for (const { object, before, left } of targets) {
    checkSeen(visibility, object);
    const live = await readObject(deps, credential, resourceOf(deps, object).resource, object, signal);
    // Somebody changed it since: putting back what was also takes their change away, which the user has to say yes to.
    if (!sameWish(live, left) && !sameWish(live, before)) others = true;
    if (before !== null) manifests.push(before);
    else if (live !== null) deletions.push(object);
  }
  return makePlan(deps, credential, { cluster, manifests, deletions }, signal, {
    needs: others ? ["conflict"] : [],
    withoutImpact: UNDONE,
  });
}
