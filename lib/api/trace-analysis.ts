/** GET /trace-analysis: events of its stream. Times in milliseconds. */
import { knownSinceSchema, markSchema } from "./marks.ts";
import { z } from "./zod.ts";

const ms = z.number().meta({ description: "milliseconds" });
const estimate = z.object({ value: ms, low: ms.nullable(), high: ms.nullable() }).meta({
  id: "TraceEstimate",
  description:
    "with the 95 % interval that the sample allows; null where it allows none: of one trace, and of p95 from above with fewer than 72",
});

const sampling = z
  .object({
    rate: z.number().nullable().meta({ description: "traces of requests, 0 to 1; null: not known" }),
    low: z.number().nullable(),
    high: z.number().nullable(),
    basis: z.enum(["counted", "estimated", "floor", "unknown"]).meta({
      description:
        "counted: all traces of the window; estimated: from short stretches of it; floor: no less than low; unknown: nothing is told",
    }),
    why: z.string().exactOptional().meta({ description: "why it isn't counted, and what would tell it" }),
  })
  .meta({ id: "TraceSampling" });

const sample = z
  .object({
    start: z.iso.datetime(),
    end: z.iso.datetime(),
    traces: z.number(),
    mean: estimate.nullable(),
    p50: ms.nullable(),
    p95: estimate.nullable().meta({ description: "null: fewer than 20 traces" }),
    tail: z.number().meta({ description: "traces around p95 that its contributions are means of" }),
    slices: z
      .array(
        z.object({
          traces: z.number().meta({ description: "of the sample, that lie in it" }),
          more: z.boolean().meta({ description: "a backend has more of it than it was asked for" }),
          failed: z.boolean().meta({ description: "a backend didn't answer for it" }),
          read: z.boolean().meta({ description: "it has been searched; always, in a result" }),
        }),
      )
      .meta({ description: "slices of time that were sampled alike, of equal length, oldest first" }),
    each: z.number().meta({ description: "traces that each slice was asked for" }),
    effective: z.number().meta({ description: "as many equally weighted traces would tell as much" }),
    weighted: z.boolean().meta({ description: "reweighted by Prometheus's histogram of all requests" }),
    unweighted: z.string().exactOptional().meta({ description: "why not, and what would make it so" }),
    requests: z.number().nullable().meta({ description: "counted by Prometheus in that time" }),
    uncovered: z.number().nullable().meta({ description: "share of requests whose latency no sampled trace has" }),
    kept: z.number().meta({ description: "traces that the backend had; at least, where complete is false" }),
    complete: z.boolean(),
    sampling,
  })
  .meta({ id: "TraceSample" });

const contribution = z.object({
  mean: estimate,
  p95: estimate.nullable(),
  traces: z.number(),
  spread: z.object({ p50: ms, p95: ms }).nullable(),
  versions: z.array(z.string()),
});

const change = z
  .object({ mean: estimate, p95: estimate.nullable() })
  .nullable()
  .meta({ description: "now less before; null without a baseline, or without a trace of it" });

const coincidence = markSchema
  .omit({ deleted: true })
  .extend({
    concerns: z.enum(["workload", "policy", "namespace"]).meta({
      description:
        "workload: it runs what the contributor names; policy: it takes effect there now; namespace: deleted since, it lay beside it",
    }),
  })
  .meta({ id: "TraceCoincidence", description: "a change at the time of a rise, which is not to say its cause" });

export const analysisResultSchema = z
  .object({
    service: z.string(),
    operation: z.string().nullable(),
    target: z.string().nullable(),
    sample,
    baseline: sample.nullable(),
    change,
    since: z.iso.datetime().nullable().meta({ description: "since when the whole takes longer within the window" }),
    contributors: z.array(
      z
        .object({
          kind: z.enum(["self", "waiting", "retry", "gap", "sequential"]),
          service: z.string(),
          operation: z.string(),
          target: z.string().nullable(),
          calls: z.array(z.string()),
          now: contribution,
          before: contribution.nullable().meta({ description: "null without a baseline, or without a trace of it" }),
          change,
          since: z.iso.datetime().nullable(),
          newVersions: z.array(z.string()),
          coincidences: z.array(coincidence),
          examples: z
            .array(
              z.object({ id: z.string(), backend: z.string(), ms: ms.meta({ description: "what it took there" }) }),
            )
            .meta({ description: "of the traces around p95 those in which it took longest, then of all" }),
        })
        .meta({ id: "TraceContributor" }),
    ),
    more: z
      .object({ contributors: z.number(), mean: ms })
      .nullable()
      .meta({ description: "smaller ones that are left out" }),
    changes: z.object({
      knownSince: knownSinceSchema,
      problem: z
        .string()
        .nullable()
        .meta({ description: "why changes could not be read: then none is known to coincide" }),
    }),
    advice: z.array(z.string()),
    warnings: z.array(z.string()),
    problems: z.array(
      z.object({
        window: z.enum(["now", "baseline"]).meta({ description: "which window it is missing from" }),
        ...{ source: z.string(), code: z.string(), detail: z.string() },
      }),
    ),
  })
  .meta({ id: "TraceAnalysis" });

export const analysisProgressSchema = z
  .object({
    window: z.enum(["now", "baseline"]),
    slices: z.number(),
    done: z.number(),
    traces: z.number().meta({ description: "so far" }),
    wanted: z.number(),
  })
  .meta({ id: "TraceAnalysisProgress" });

export type AnalysisResult = z.infer<typeof analysisResultSchema>;
export type Coincidence = z.infer<typeof coincidence>;
export type AnalysisProgress = z.infer<typeof analysisProgressSchema>;
