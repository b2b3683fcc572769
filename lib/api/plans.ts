/** POST /plans, /plans/apply, GET /changes, POST /changes/{id}/revert: writing, in two steps with a reader in between. */
import { planFindingSchema } from "./findings.ts";
import { impactItemSchema, impactViewSchema } from "./impact.ts";
import { parseInstant } from "./instant.ts";
import { manifestSchema, objectRefSchema } from "./object-ref.ts";
import { limitParameter, nextParameter } from "./paging.ts";
import { recordSchema, unreadKindSchema } from "./policies.ts";
import { problemSchema } from "./problem.ts";
import { listParameter, readQuery } from "./query.ts";
import { z } from "./zod.ts";

/** Intents are checked by their own schema (lib/api/intents.ts) before anything acts on them. */
export const planRequestSchema = z
  .union([
    z.strictObject({ intent: z.unknown() }),
    z.strictObject({
      cluster: z.string().exactOptional(),
      manifests: z.array(manifestSchema).max(100).default([]),
      deletions: z.array(objectRefSchema).max(100).default([]),
    }),
  ])
  .meta({ id: "PlanRequest" });

export const applyRequestSchema = z
  .strictObject({
    sealed: z.string().min(1),
    confirm: z.string().min(1).max(128),
    note: z.string().max(1000).exactOptional(),
    acknowledged: z.array(z.string().max(64)).max(16).default([]),
    force: z.array(z.int().min(0).max(99)).max(100).default([]),
  })
  .meta({ id: "ApplyRequest" });
export type ApplyRequest = z.output<typeof applyRequestSchema>;

export const stepResultSchema = z
  .object({
    object: objectRefSchema,
    result: z.enum(["applied", "unchanged", "failed", "rolledBack", "skipped"]),
    resourceVersion: z.string().exactOptional(),
    changeId: z.string().exactOptional().meta({ description: "of the record in the history: what undo names" }),
    problem: z.object({ code: z.string(), detail: z.string() }).exactOptional(),
  })
  .meta({ id: "StepResult" });
export const applySchema = z
  .object({
    steps: z.array(stepResultSchema),
    began: z.iso.datetime().meta({ description: "when the first write was sent" }),
    at: z.iso.datetime().meta({ description: "when the last one was answered" }),
    planId: z.string(),
  })
  .meta({ id: "Applied" });
export type ApplyAnswer = z.infer<typeof applySchema>;

const conflictSchema = z
  .object({
    manager: z.string(),
    tool: z
      .enum(["meshscope", "kubectl", "argocd", "flux", "helm", "flagger", "argo-rollouts", "istio", "other"])
      .nullable(),
    fields: z.array(z.string()),
    reverts: z.boolean().meta({ description: "it puts its own state back by itself" }),
  })
  .meta({ id: "PlanConflict" });

export const planStepSchema = z
  .object({
    op: z.enum(["create", "update", "delete"]),
    object: objectRefSchema,
    mode: z.enum(["apply", "patch", "delete"]),
    before: manifestSchema.nullable().meta({ description: "as it is; null: it doesn't exist" }),
    after: manifestSchema.nullable().meta({ description: "as the dry run answered, defaults included; null: gone" }),
    diff: z.object({
      changes: z.array(
        z.object({
          path: z.string(),
          op: z.enum(["add", "remove", "replace"]),
          before: z.unknown().optional(),
          after: z.unknown().optional(),
        }),
      ),
      lines: z.array(z.object({ op: z.enum(["same", "add", "remove"]), text: z.string() })),
    }),
    dryRun: z.union([
      z.object({ ok: z.literal(true), warnings: z.array(z.string()) }),
      z.object({ error: z.string(), code: z.string() }),
    ]),
    conflicts: z.array(conflictSchema),
    findings: z
      .array(planFindingSchema)
      .nullable()
      .meta({ description: "what the step brings and takes away; null: not evaluated" }),
    impact: z
      .array(impactItemSchema)
      .nullable()
      .meta({ description: "what the plan does to calls, where this step decides it; null: not evaluated" }),
  })
  .meta({ id: "PlanStep" });

export const planSchema = z
  .object({
    id: z.string().meta({ description: "what the user confirms: a hash of the whole plan" }),
    sealed: z.string().meta({ description: "the plan itself, readable by the console alone, for this user alone" }),
    expiresAt: z.iso.datetime(),
    steps: z.array(planStepSchema),
    impact: impactViewSchema
      .nullable()
      .meta({ description: "what it was looked for in; null: no step's was evaluated" }),
    notEvaluated: z.object({ findings: z.string().exactOptional(), impact: z.string().exactOptional() }),
    blocked: z.string().exactOptional().meta({ description: "why it can't be applied" }),
    needs: z
      .array(
        z.enum([
          ...(["impact_unknown", "impact_adverse", "no_history"] as const),
          ...(["will_be_reverted", "conflict", "deletes", "full_shift"] as const),
        ]),
      )
      .meta({ description: "what has to be acknowledged" }),
  })
  .meta({ id: "Plan" });

/** 409 `stale_plan`: the problem with the plan as it would be now. */
export const stalePlanSchema = z.object({ ...problemSchema.shape, plan: planSchema }).meta({ id: "StalePlan" });

/** POST /changes/{id}/revert: an empty object. */
export const revertRequestSchema = z.strictObject({}).meta({ id: "RevertRequest" });

/** POST /changes/revert: everything that the console did since then, at most 30 minutes ago. */
export const revertSinceSchema = z
  .strictObject({
    since: z
      .string()
      .max(64)
      .refine((text) => parseInstant(text) !== null, { error: "RFC 3339 or unix seconds" })
      .meta({ description: "RFC 3339 or unix seconds" }),
    cluster: z.string().min(1).max(63),
    namespaces: z.array(z.string().min(1).max(63)).max(100).default([]),
  })
  .meta({ id: "RevertSince" });

/** POST /changes/settle: a plan that was stopped half way, to its end or back to where it began. */
export const settleSchema = z
  .strictObject({
    cluster: z.string().min(1).max(63),
    plan: z.string().regex(/^[0-9a-f]{64}$/),
    how: z.enum(["finish", "back"]),
  })
  .meta({ id: "Settle" });
export type SettleRequest = z.output<typeof settleSchema>;

/** POST /changes/close: its records are marked by what the objects are now. */
export const closeSchema = settleSchema.omit({ how: true }).meta({ id: "Close" });
export type CloseRequest = z.output<typeof closeSchema>;
export const closedSchema = z
  .object({
    items: z.array(
      z.object({
        object: objectRefSchema,
        state: z
          .enum(["open", "applied", "rolledBack", "skipped"])
          .meta({ description: "open: somebody changed it since, so nobody can say; it is reminded of no more" }),
      }),
    ),
  })
  .meta({ id: "Closed" });
export type ClosedAnswer = z.infer<typeof closedSchema>;

export const changesQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  namespaces: listParameter("namespaces").default([]),
  object: z.string().optional().meta({ description: "an object's path" }),
  since: z.string().optional().meta({ description: "RFC 3339 or unix seconds" }),
  state: z.enum(["open"], { error: "open" }).optional().meta({ description: "open: begun and not finished" }),
  limit: limitParameter(100),
  next: nextParameter,
});
/** @throws MeshscopeError */
export const parseChangesQuery = (params: URLSearchParams) => readQuery(changesQuerySchema, params);
export const changesSchema = z
  .object({
    items: z.array(recordSchema),
    next: z.string().exactOptional(),
    unread: z.array(unreadKindSchema).meta({ description: "kinds whose changes aren't known, and why" }),
  })
  .meta({ id: "Changes" });
export type ChangesAnswer = z.infer<typeof changesSchema>;

/** POST /access */
export const accessRequestSchema = z
  .array(
    z.strictObject({
      cluster: z.string(),
      namespace: z.string().nullable(),
      group: z.string(),
      resource: z.string(),
      verb: z.string(),
    }),
  )
  .max(200)
  .meta({ id: "AccessRequest" });
export const accessSchema = z.array(z.object({ allowed: z.boolean(), reason: z.string() })).meta({ id: "Access" });
export type AccessRequest = z.output<typeof accessRequestSchema>;
export type AccessAnswer = z.infer<typeof accessSchema>;
