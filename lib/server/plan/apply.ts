/** POST /plans/apply: writes what was shown, all of it or nothing, and says what became of each step. */
import { formatInstant } from "#lib/api/instant.ts";
import type { ApplyAnswer, ApplyRequest } from "#lib/api/plans.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan, StepResult } from "#lib/policy/plan.ts";
import { refText } from "#lib/policy/ref.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { checkRights, identity, mayWrite, withoutHistory } from "./access.ts";
import { changeId } from "./change-id.ts";
import { findRecord } from "./find-record.ts";
import { fingerprint, sameWish } from "./hash.ts";
import { readRecord } from "./journal.ts";
import type { PlanDeps, SealedPlan, SealedStep } from "./model.ts";
import { makePlan } from "./planner.ts";
import { readObject } from "./read.ts";
import { begin, finish, type OpenRecord, prune } from "./records.ts";
import { checkBound, openPlan } from "./seal.ts";
import { type Done, UNKNOWN_OUTCOME, undoStep, writeStep } from "./write.ts";

type Step = ApplyAnswer["steps"][number];

/** `stale_plan` with the plan as it would be now; the problem's body carries it as `plan`. */
export class StalePlan extends MeshscopeError {
  readonly members: { readonly plan: Plan };
  constructor(detail: string, plan: Plan) {
    super("stale_plan", detail);
    this.members = { plan };
  }
}

/** Plans that this process is applying, and those it has applied lately: a replay is answered, not repeated. */
export class Applied {
  readonly #running = new Map<string, Promise<ApplyAnswer>>();
  readonly #done = new Map<string, ApplyAnswer>();

  isRunning(plan: string): boolean {
    return this.#running.has(plan);
  }

  once(plan: string, work: () => Promise<ApplyAnswer>): Promise<ApplyAnswer> {
    const done = this.#done.get(plan);
    if (done !== undefined) return Promise.resolve(done);
    const running = this.#running.get(plan);
    if (running !== undefined) return running;
    const begun = work()
      .then((answer) => {
        this.#done.set(plan, answer);
        const [oldest] = this.#done.keys();
        if (this.#done.size > 1000 && oldest !== undefined) this.#done.delete(oldest);
        return answer;
      })
      .finally(() => this.#running.delete(plan));
    this.#running.set(plan, begun);
    return begun;
  }
}

/** Opens what the browser kept and checks everything that needs no cluster. @throws MeshscopeError */
export async function openFor(deps: PlanDeps, credential: Credential, asked: ApplyRequest): Promise<SealedPlan> {
  mayWrite(credential);
  const plan = await openPlan(deps.keys, asked.sealed, deps.clock.now());
  checkBound(
    plan,
    identity(
      credential,
      plan.steps.map(({ object }) => object.cluster),
    ),
    asked.confirm,
  );
  if (plan.blocked !== null) throw new MeshscopeError("bad_plan", `This plan can't be applied. ${plan.blocked}`);
  const missing = plan.needs.filter((need) => !asked.acknowledged.includes(need));
  if (missing.length > 0)
    throw new MeshscopeError("not_acknowledged", `Acknowledge this first: ${missing.join(", ")}.`);
  return plan;
}

/** @throws MeshscopeError before anything is written; from the first write on failures are results of steps */
export async function applyPlan(
  deps: PlanDeps,
  credential: Credential,
  plan: SealedPlan,
  asked: ApplyRequest,
): Promise<ApplyAnswer> {
  const objects = plan.steps.map(({ object }) => object);
  const lives = await Promise.all(
    plan.steps.map(({ resource, object }) => readObject(deps, credential, resource, object)),
  );
  const without = await withoutHistory(deps, credential, objects);
  if (without.size > 0 && !asked.acknowledged.includes("no_history"))
    throw new MeshscopeError(
      "not_acknowledged",
      "Acknowledge this first: no_history. The right to keep records was taken away since.",
    );
  const before = await earlier(deps, credential, plan, asked, without, lives);
  const began = deps.clock.now();
  if ("steps" in before) return answerOf(plan, before.steps, began, began);
  const { records } = before;
  const results = await run(deps, credential, plan, asked, lives, records);
  const written = deps.clock.now();
  for (const [index, step] of plan.steps.entries()) {
    const record = records[index]?.manifest;
    const result = results[index];
    if (record === undefined || result === undefined || result.problem?.detail.startsWith(UNKNOWN_OUTCOME)) continue;
    await finish(deps, credential, step.object.cluster, record, result.result);
  }
  for (const object of objects) await prune(deps, credential, object);
  return answerOf(
    plan,
    results.map((each, index) => withChange(each, records[index]?.manifest)),
    began,
    written,
  );
}

function answerOf(plan: SealedPlan, steps: readonly Step[], began: UnixSeconds, written: UnixSeconds): ApplyAnswer {
  return { steps: [...steps], began: formatInstant(began), at: formatInstant(written), planId: plan.id };
}

function withChange(step: Step, record: Manifest | undefined): Step {
  return record === undefined ? step : { ...step, changeId: changeId(step.object.cluster, record) };
}

/** Opens the records, or answers from those that an earlier try of the same plan left. */
async function earlier(
  deps: PlanDeps,
  credential: Credential,
  plan: SealedPlan,
  { note, acknowledged }: ApplyRequest,
  without: ReadonlySet<string>,
  lives: readonly (Manifest | null)[],
): Promise<{ readonly steps: readonly Step[] } | { readonly records: readonly (OpenRecord | null)[] }> {
  const steps = plan.steps.map((step, index) => ({ step, live: lives[index] ?? null }));
  const isStale = ({ step, live }: (typeof steps)[number]) =>
    fingerprint(live) !== step.print && !sameWish(live, step.after);
  const stale = steps.filter(isStale);
  const records: (OpenRecord | null)[] = [];
  // The first record tells a replay apart from a first try, before anything else is judged by what objects are now.
  const first = stale.length > 0 ? await knownRecords(deps, credential, plan) : null;
  if (first !== null) return { steps: first };
  if (stale.length > 0)
    await refuseStale(
      deps,
      credential,
      plan,
      stale.map(({ step }) => step),
    );
  const mayLack = acknowledged.includes("no_history");
  try {
    for (const index of plan.steps.keys()) {
      const record = await begin(deps, credential, plan, index, { note, without, mayLack });
      if (record?.known) {
        const known = await knownRecords(deps, credential, plan);
        if (known !== null) return { steps: known };
      }
      records.push(record);
    }
  } catch (thrown) {
    // Nothing of the plan itself was written: what was opened is closed again.
    await close(deps, credential, plan, records);
    throw thrown;
  }
  return { records };
}

/** What an earlier try of this plan came to; null: there was none that left records. */
async function knownRecords(deps: PlanDeps, credential: Credential, plan: SealedPlan): Promise<readonly Step[] | null> {
  const found = await Promise.all(
    plan.steps.map((step, index) => findRecord(deps, credential, plan.id, index, step.object)),
  );
  if (found.every((each) => each === null)) return null;
  return plan.steps.map(({ object }, index): Step => {
    const manifest = found[index] ?? null;
    const state = manifest === null ? "open" : (readRecord(object.cluster, manifest)?.state ?? "open");
    if (manifest !== null && state !== "open") return withChange({ object, result: state }, manifest);
    const detail = `${UNKNOWN_OUTCOME}: an earlier try of this plan didn't end. Open changes of the history can be taken back.`;
    return withChange({ object, result: "failed", problem: { code: "conflict", detail } }, manifest ?? undefined);
  });
}

async function refuseStale(
  deps: PlanDeps,
  credential: Credential,
  plan: SealedPlan,
  stale: readonly SealedStep[],
): Promise<never> {
  const manifests = plan.steps.flatMap(({ want }) => (want === null ? [] : [want]));
  const deletions = plan.steps.flatMap(({ object, op }) => (op === "delete" ? [object] : []));
  const names = stale.map(({ object }) => refText(object)).join(", ");
  const detail = `${names} changed since the plan was shown, so nothing was written. Read the plan as it is now.`;
  const cluster = plan.steps[0]?.object.cluster ?? "";
  const gone = new Set(stale.filter(({ op }) => op === "delete").map(({ object }) => object));
  try {
    throw new StalePlan(detail, await makePlan(deps, credential, { cluster, manifests, deletions }));
  } catch (thrown) {
    if (problemOf(thrown).code !== "not_found" || gone.size === 0) throw thrown;
    const left = deletions.filter((object) => !gone.has(object));
    throw new StalePlan(detail, await makePlan(deps, credential, { cluster, manifests, deletions: left }));
  }
}

async function run(
  deps: PlanDeps,
  credential: Credential,
  plan: SealedPlan,
  { force }: ApplyRequest,
  lives: readonly (Manifest | null)[],
  records: readonly (OpenRecord | null)[],
): Promise<readonly Step[]> {
  await checkRights(
    deps,
    credential,
    plan.steps.map((each) => ({ ...each, ref: each.object, live: null })),
  ).catch(async (thrown: unknown) => {
    await close(deps, credential, plan, records);
    throw thrown;
  });
  const results: Step[] = [];
  const done: { readonly index: number; readonly step: SealedStep; readonly done: Done }[] = [];
  for (const [index, step] of plan.steps.entries()) {
    const live = lives[index] ?? null;
    const { object } = step;
    if (sameWish(live, step.after)) {
      results.push({ object, result: "unchanged", ...versionOf(live) });
      continue;
    }
    try {
      const forced = force.includes(index) && step.conflicts.length > 0;
      const change = { step, live, want: step.want, after: step.after, force: forced };
      const written = await writeStep(deps, credential, change);
      done.push({ index, step, done: written });
      results.push({ object, result: "applied", ...versionOf(written.object) });
    } catch (thrown) {
      results.push({ object, result: "failed", problem: { ...problemOf(thrown) } });
      break;
    }
  }
  if (results.at(-1)?.result !== "failed") return results;
  for (const each of done.reverse()) {
    const { object } = each.step;
    try {
      await undoStep(deps, credential, each.step, each.done);
      results[each.index] = { object, result: "rolledBack" };
    } catch (thrown) {
      const { code, detail } = problemOf(thrown);
      const problem = { code, detail: `This is written and could not be taken back: ${detail}` };
      results[each.index] = { object, result: "applied" satisfies StepResult, ...versionOf(each.done.object), problem };
    }
  }
  const rest = plan.steps.slice(results.length).map(({ object }): Step => ({ object, result: "skipped" }));
  return [...results, ...rest];
}

function versionOf(manifest: Manifest | null): { readonly resourceVersion?: string } {
  const version = manifest?.metadata.resourceVersion;
  return version === undefined ? {} : { resourceVersion: version };
}

/** Closes records of steps that weren't tried. */
async function close(
  deps: PlanDeps,
  credential: Credential,
  plan: SealedPlan,
  records: readonly (OpenRecord | null)[],
): Promise<void> {
  for (const [index, { object }] of plan.steps.entries()) {
    const record = records[index];
    if (record) await finish(deps, credential, object.cluster, record.manifest, "skipped");
  }
}
