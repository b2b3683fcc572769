/** Plans that were stopped half way: found by their open records, then finished, taken back, or closed as they are. */
import { formatInstant } from "#lib/api/instant.ts";
import type { ClosedAnswer, CloseRequest, SettleRequest } from "#lib/api/plans.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { type ObjectRef, refKey } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import type { Visibility } from "../rights/model.ts";
import { asReauth, clusterOf, mayWrite, RECORDS, resourceOf, seesObject } from "./access.ts";
import type { Applied } from "./apply.ts";
import { plainText } from "./audit.ts";
import { sameWish } from "./hash.ts";
import { type JournalRecord, PREFIX } from "./journal.ts";
import type { PlanDeps } from "./model.ts";
import { makePlan } from "./planner.ts";
import { readObject } from "./read.ts";
import { recordsOf, revertPlan } from "./revert.ts";

/** A plan that runs is no half-done one; neither is one of another replica that began just now. */
const HALF_DONE_AFTER = 60;

/** Open records with nobody at them, that neither a later change of the same object nor a person has dealt with. */
export function halfDone(
  deps: PlanDeps,
  applied: Applied,
  records: readonly JournalRecord[],
): readonly JournalRecord[] {
  return records.filter(
    (record) => isHalfDone(deps, applied, record) && !record.closed && later(records, record) === undefined,
  );
}

/** Begun, not finished, and nobody at it: the console was stopped in between. */
function isHalfDone(deps: PlanDeps, applied: Applied, { state, when, plan }: JournalRecord): boolean {
  return state === "open" && !applied.isRunning(plan) && deps.clock.now() - Date.parse(when) / 1000 > HALF_DONE_AFTER;
}

function later(records: readonly JournalRecord[], record: JournalRecord): JournalRecord | undefined {
  return records.find(
    (other) =>
      other.revision > record.revision && other.state !== "open" && refKey(other.object) === refKey(record.object),
  );
}

/** What stands of a record's object. */
export type Standing = "written" | "untouched" | "other";

/** `other`: somebody changed it since, or the record can't be read far enough to tell. */
export function standing(live: Manifest | null, { before, after }: Pick<JournalRecord, "before" | "after">): Standing {
  if (sameWish(live, after)) return "written";
  return sameWish(live, before) ? "untouched" : "other";
}

/** The open records of a plan, in the order of its steps. @throws MeshscopeError `not_found`, `conflict` */
async function openOf(
  deps: PlanDeps,
  applied: Applied,
  credential: Credential,
  { cluster, plan }: CloseRequest,
  signal?: AbortSignal,
): Promise<{ readonly open: readonly JournalRecord[]; readonly all: readonly JournalRecord[] }> {
  mayWrite(credential);
  clusterOf(deps, credential, cluster);
  const visibility: Visibility = await deps.rights.visibility(credential, signal);
  const all = recordsOf(deps, cluster).filter(({ object }) => seesObject(visibility, object));
  const found = all.filter((record) => record.plan === plan && record.state === "open");
  if (found.length === 0) throw new MeshscopeError("not_found", "No change of that plan is open.");
  if (found.some((record) => !isHalfDone(deps, applied, record)))
    throw new MeshscopeError("conflict", "This plan may still be running. Wait a minute and look again.");
  return { open: found.sort((a, b) => a.step - b.step), all };
}

/**
 * The plan that does what is left of a half-done one, or takes back what it did, against what the objects are now.
 * @throws MeshscopeError as above, and what plans throw
 */
export async function settle(
  deps: PlanDeps,
  applied: Applied,
  credential: Credential,
  asked: SettleRequest,
  signal?: AbortSignal,
): Promise<Plan> {
  const { open } = await openOf(deps, applied, credential, asked, signal);
  if (asked.how === "back") {
    const targets = open.map(({ object, before, after }) => ({ object, before, left: after }));
    return revertPlan(deps, credential, asked.cluster, targets, signal);
  }
  const manifests: Manifest[] = [];
  const deletions: ObjectRef[] = [];
  let others = false;
  for (const record of open) {
    const live = await readObject(deps, credential, resourceOf(deps, record.object).resource, record.object, signal);
    if (standing(live, record) === "other") others = true;
    if (record.after !== null) manifests.push(record.after);
    else if (record.op === "delete" && live !== null) deletions.push(record.object);
  }
  const wish = { cluster: asked.cluster, manifests, deletions };
  return makePlan(deps, credential, wish, signal, { needs: others ? ["conflict"] : [] });
}

type ClosedState = ClosedAnswer["items"][number]["state"];

/**
 * Writes into each open record what became of its object, as the user reads it. Where somebody changed it since, the
 * record stays open, because nobody can say, and notes who closed it. Closing twice closes the rest.
 * @throws MeshscopeError as above, and what the cluster refuses
 */
export async function close(
  deps: PlanDeps,
  applied: Applied,
  credential: Credential,
  asked: CloseRequest,
  signal?: AbortSignal,
): Promise<ClosedAnswer> {
  const { open, all } = await openOf(deps, applied, credential, asked, signal);
  const { kube, as } = clusterOf(deps, credential, asked.cluster);
  const at = (key: string) => `/metadata/annotations/${PREFIX.replace("/", "~1")}${key}`;
  const now = formatInstant(deps.clock.now());
  const items: { object: ObjectRef; state: ClosedState }[] = [];
  for (const record of open) {
    const { object, name, namespace } = record;
    const live = await readObject(deps, credential, resourceOf(deps, object).resource, object, signal);
    const state = closedState(standing(live, record), later(all, record) !== undefined);
    const who = plainText(credential.clusters.get(asked.cluster)?.user ?? "");
    try {
      await kube.patch(RECORDS, {
        ...{ as, namespace, objectName: name },
        operations: [
          // Whoever settled it in between is right.
          { op: "test", path: at("state"), value: "open" },
          { op: "add", path: at("state"), value: state },
          { op: "add", path: at("finished"), value: now },
          { op: "add", path: at("closed"), value: who },
        ],
      });
    } catch (thrown) {
      if (problemOf(thrown).code === "invalid_object")
        throw new MeshscopeError("conflict", "Somebody settled this plan at the same time. Look at the changes again.");
      throw asReauth(thrown, asked.cluster);
    }
    items.push({ object, state });
  }
  return { items };
}

function closedState(found: Standing, dealtWith: boolean): ClosedState {
  if (found === "written") return "applied";
  if (found === "untouched") return dealtWith ? "rolledBack" : "skipped";
  return "open";
}
