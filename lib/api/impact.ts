/** POST /meaning/impact, and the impact in every plan: what a change would do to calls that were seen. */
import { sourceSchema } from "./meaning.ts";
import { manifestSchema, objectRefSchema } from "./object-ref.ts";
import { z } from "./zod.ts";

const verdictSchema = z.enum(["denied", "breaks", "unreachable", "loses-mtls", "not-enforced", "rerouted", "allowed"]);
const boundsSchema = z.object({ min: z.number(), max: z.number() }).nullable();

export const impactItemSchema = z
  .object({
    verdict: verdictSchema.meta({ description: "not-enforced: it passes, and nothing looks at it any more" }),
    certainty: z.enum(["certain", "bounded", "unknown"]).meta({ description: "unknown is never counted as safe" }),
    min: z.number().meta({ description: "requests/s, for tcp connections/s" }),
    max: z.number(),
    rate: z.number().meta({ description: "all calls of the pair" }),
    seen: z
      .enum(["hour", "week"])
      .meta({ description: "hour: in the window; week: within 7 days and not in the window" }),
    source: z.string().meta({ description: "node id, as in the graph" }),
    target: z.string(),
    protocol: z.enum(["http", "grpc", "tcp"]),
    rule: sourceSchema.nullable().meta({ description: "null: none, or an object that the viewer may not see" }),
    why: z.string(),
    blindSpots: z.array(z.string()).meta({ description: "what isn't known and might change it" }),
    closeWith: z.array(z.string()).meta({ description: "evidence that would tell" }),
    evidence: z
      .array(z.object({ kind: z.enum(["labels", "dry-run"]), text: z.string() }))
      .meta({ description: "what it rests on beyond the standard metrics" }),
  })
  .meta({ id: "ImpactItem" });

export const impactViewSchema = z
  .object({
    at: z.iso.datetime(),
    window: z.string().meta({ description: "what rates are averages over: 1h, or as much of it as Prometheus knows" }),
    hourPairs: z.number().meta({ description: "pairs seen in the window" }),
    weekPairs: z.number().nullable().meta({ description: "further ones of the last 7 days; null: not known" }),
    totals: z.array(
      z.object({
        verdict: verdictSchema,
        pairs: z.number(),
        certain: z.number(),
        requests: boundsSchema,
        connections: boundsSchema,
      }),
    ),
    shown: z.number().meta({ description: "items in the answer: the worst, where there are very many" }),
    unseen: z.number().meta({ description: "pairs that the viewer may not see" }),
    limits: z.array(z.string()).meta({ description: "what the windows don't know" }),
    gaps: z
      .array(z.object({ what: z.string(), closeWith: z.string() }))
      .meta({ description: "what of the change isn't worked out" }),
  })
  .meta({ id: "ImpactView" });

export const impactRequestSchema = z
  .strictObject({
    cluster: z.string().min(1).max(253),
    manifests: z.array(manifestSchema).max(100).default([]),
    deletions: z.array(objectRefSchema).max(100).default([]),
  })
  .meta({ id: "ImpactRequest" });
export type ImpactRequest = z.output<typeof impactRequestSchema>;

export const impactSchema = z
  .object({
    objects: z.array(
      z.object({
        object: objectRefSchema,
        impact: z.array(impactItemSchema).nullable().meta({ description: "null: not evaluated" }),
      }),
    ),
    impact: impactViewSchema.nullable(),
    notEvaluated: z.string().exactOptional(),
  })
  .meta({ id: "Impact" });
export type ImpactAnswer = z.infer<typeof impactSchema>;
