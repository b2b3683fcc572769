/** GET /findings, and findings wherever they stand beside an object or a plan's step. */
import { manifestSchema, objectRefSchema } from "./object-ref.ts";
import { limitParameter, nextParameter } from "./paging.ts";
import { listParameter, readQuery } from "./query.ts";
import { silentSchema } from "./silent.ts";
import { z } from "./zod.ts";

export const findingSchema = z
  .object({
    code: z.string().meta({ description: "ours, stable; docs/checks.md lists them" }),
    also: z.array(z.string()).meta({ description: "codes of Kiali (KIA…) and istioctl (IST…) for the same condition" }),
    severity: z.enum(["error", "warning", "info"]),
    object: objectRefSchema,
    path: z.string().meta({ description: 'spec.http[0].route[1].weight; "" is the object as a whole' }),
    message: z.string(),
    evidence: z.array(z.object({ object: objectRefSchema, path: z.string(), text: z.string() })),
    fix: z
      .object({
        text: z.string(),
        edits: z
          .array(z.object({ path: z.string(), value: z.json().exactOptional() }))
          .meta({ description: "of the finding's own object; without a value the place is taken away" }),
        manifests: z.array(manifestSchema).meta({ description: "other objects, whole, as they shall be" }),
        deletions: z.array(objectRefSchema),
      })
      .meta({ description: "with edits, manifests or deletions it can be planned; otherwise it is advice" }),
    docs: z.string(),
  })
  .meta({ id: "Finding" });
export type WireFinding = z.infer<typeof findingSchema>;

/** What a step brings or takes away. */
export const planFindingSchema = z
  .object({ ...findingSchema.shape, change: z.enum(["new", "gone"]) })
  .meta({ id: "PlanFinding" });
export type PlanFinding = z.infer<typeof planFindingSchema>;

export const findingsQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  namespaces: listParameter("namespaces").default([]),
  severities: listParameter("severities: error, warning, info")
    .refine((items) => items.every((each) => ["error", "warning", "info"].includes(each)), {
      error: "error, warning, info",
    })
    .default([]),
  codes: listParameter("codes, ours or KIA… or IST…").default([]),
  kinds: listParameter("kinds such as VirtualService").default([]),
  limit: limitParameter(),
  next: nextParameter,
});
export type FindingsQuery = z.output<typeof findingsQuerySchema>;
/** @throws MeshscopeError */
export const parseFindingsQuery = (params: URLSearchParams): FindingsQuery => readQuery(findingsQuerySchema, params);

export const findingsSchema = z
  .object({
    items: z.array(findingSchema),
    next: z.string().exactOptional(),
    asOf: z.iso.datetime().nullable().meta({ description: "of the objects that were checked; null: not all read yet" }),
    silentSince: silentSchema,
    counts: z
      .object({ error: z.number(), warning: z.number(), info: z.number() })
      .meta({ description: "of the whole answer, all pages" }),
    unread: z
      .array(z.object({ cluster: z.string(), kind: z.string(), reason: z.string(), code: z.string().nullable() }))
      .meta({ description: "kinds that can't be checked, and why" }),
  })
  .meta({ id: "Findings" });
export type FindingsAnswer = z.infer<typeof findingsSchema>;
