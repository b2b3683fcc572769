/** POST /plans, /plans/apply, GET /changes, POST /changes/{id}/revert: writing, in two steps with a reader in between. */
import { manifestSchema, objectRefSchema } from "./object-ref.ts";
import { recordSchema } from "./policies.ts";
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
  .object({ steps: z.array(stepResultSchema), at: z.iso.datetime(), planId: z.string() })
  .meta({ id: "Applied" });
export type ApplyAnswer = z.infer<typeof applySchema>;

export const changesQuerySchema = z.object({
  clusters: z.string().optional(),
  namespaces: z.string().optional(),
  object: z.string().optional().meta({ description: "an object's path" }),
  since: z.string().optional().meta({ description: "RFC 3339 or unix seconds" }),
  state: z.enum(["open"], { error: "open" }).optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .optional(),
  next: z.string().optional(),
});
export const changesSchema = z
  .object({ items: z.array(recordSchema), next: z.string().exactOptional() })
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
