/** POST /plans: what would be written, asked of the server and of nobody's rights but the user's. Writes nothing. */
import { formatInstant } from "#lib/api/instant.ts";
import { shown } from "#lib/policy/clean.ts";
import { diffManifests } from "#lib/policy/diff.ts";
import type { Intent } from "#lib/policy/intent.ts";
import type { Plan, PlanNeed, PlanStep } from "#lib/policy/plan.ts";
import { refOf, refText } from "#lib/policy/ref.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import type { Place } from "../rights/model.ts";
import { checkRights, identity, mayWrite, placeOf, withoutHistory } from "./access.ts";
import { draftsOf, type Wish, wishOf } from "./drafts.ts";
import { type Tried, tryStep } from "./dry-run.ts";
import { findingsOf, UNCHECKED } from "./findings.ts";
import { canonical, fingerprint, sameWish, sha256 } from "./hash.ts";
import { impactsOf } from "./impacts.ts";
import type { Draft, PlanDeps, SealedPlan, SealedStep } from "./model.ts";
import { needsOf } from "./needs.ts";
import { predictionOf } from "./prediction.ts";
import { PLAN_LIFETIME, sealPlan } from "./seal.ts";

const NOTHING = "Nothing to change: the objects are already as they shall be.";

export type PlanWish = { readonly intent: Intent } | Wish;

/** What a plan needs beside what it finds itself, and why. */
export interface PlanExtra {
  readonly needs?: readonly PlanNeed[];
  /** Why its impact isn't asked for. */
  readonly withoutImpact?: string;
}

/** @throws MeshscopeError `view_only`, `forbidden`, `unknown_kind`, `bad_manifest`, `bad_intent`, `reauth`, `upstream_…` */
export async function makePlan(
  deps: PlanDeps,
  credential: Credential,
  wish: PlanWish,
  signal?: AbortSignal,
  extra: PlanExtra = {},
): Promise<Plan> {
  mayWrite(credential);
  const visibility = await deps.rights.visibility(credential, signal, placesOf(wish));
  const objects = "intent" in wish ? await wishOf(deps, credential, visibility, wish.intent, signal) : wish;
  const drafts = await draftsOf(deps, credential, visibility, objects, signal);
  await checkRights(deps, credential, drafts, signal);
  const ordered = deps.order(drafts);
  const tried: Tried[] = [];
  for (const draft of ordered.ok ? ordered.steps : drafts) {
    tried.push(
      await tryStep(
        deps,
        credential,
        draft,
        tried.some((each) => each.draft.op === "create"),
        signal,
      ),
    );
  }
  // What the server's defaults already say is no change.
  const steps = tried.filter(({ draft, after, dryRun }) => "error" in dryRun || !sameWish(draft.before, after));
  const places = await withoutHistory(
    deps,
    credential,
    steps.map(({ draft }) => draft.ref),
    signal,
  );
  const findings = await findingsOf(deps, credential, steps, signal);
  const impact = await impactsOf(deps, credential, steps, extra.withoutImpact ?? null, signal);
  const found = needsOf(steps, places.size > 0, impact);
  const needs = [...found, ...(extra.needs ?? []).filter((need) => steps.length > 0 && !found.includes(need))];
  const blocked = ordered.ok ? blockedBy(steps) : ordered.reason;
  const expiresAt = formatInstant(unixSeconds(Math.floor(deps.clock.now()) + PLAN_LIFETIME));
  const sealedSteps = steps.map(sealedStep);
  const predicted = predictionOf(impact);
  const who = identity(
    credential,
    steps.map(({ draft }) => draft.ref.cluster),
  );
  const versions = steps.map(({ draft }) => versionOf(draft));
  const id = sha256(canonical([deps.nonce(), expiresAt, who, sealedSteps, versions, predicted]));
  const plan: SealedPlan = { id, expiresAt, who, blocked, needs, steps: sealedSteps, predicted };
  return {
    id,
    sealed: await sealPlan(deps.keys, plan),
    expiresAt,
    steps: steps.map((step, index) => stepOf(step, findings?.[index] ?? null, impact.items[index] ?? null)),
    impact: impact.view,
    notEvaluated: {
      ...(findings === null ? { findings: UNCHECKED } : {}),
      ...(impact.reason === null ? {} : { impact: impact.reason }),
    },
    ...(blocked === null ? {} : { blocked }),
    needs,
  };
}

/** Where the wish reaches: what is new to the cluster may be new to the console's watches. */
function placesOf(wish: PlanWish): readonly Place[] {
  if ("intent" in wish) return "service" in wish.intent ? [wish.intent.service] : [];
  const refs = [...wish.manifests.map((manifest) => refOf(wish.cluster, manifest)), ...wish.deletions];
  return refs.map(placeOf);
}

const versionOf = ({ live }: Draft) => live?.metadata.resourceVersion ?? null;

function blockedBy(steps: readonly Tried[]): string | null {
  if (steps.length === 0) return NOTHING;
  const refused = steps.filter(({ dryRun }) => "error" in dryRun);
  if (refused.length === 0) return null;
  const names = refused.map(({ draft }) => refText(draft.ref)).join(", ");
  return `The dry run refuses ${names}. The step says why; change it and plan again.`;
}

function sealedStep({ draft, after, conflicts }: Tried): SealedStep {
  const { op, ref, mode, resource, before } = draft;
  return {
    op,
    object: ref,
    mode,
    resource,
    before,
    want: draft.after,
    after,
    print: fingerprint(draft.live),
    uid: draft.live?.metadata.uid ?? null,
    conflicts,
  };
}

function stepOf(
  { draft, dryRun, conflicts, after }: Tried,
  findings: PlanStep["findings"],
  impact: PlanStep["impact"],
): PlanStep {
  const before = draft.before === null ? null : shown(draft.before);
  const then = after === null ? null : shown(after, draft.before);
  return {
    ...{ op: draft.op, object: draft.ref, mode: draft.mode, before, after: then },
    ...{ diff: diffManifests(before, then), dryRun, conflicts, findings, impact },
  };
}
