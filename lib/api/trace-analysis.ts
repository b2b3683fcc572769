/** GET /trace-analysis: events of its stream. Times in milliseconds. */
import { z } from "./zod.ts";

const ms = z.number().meta({ description: "milliseconds" });
const estimate = z.object({ value: ms, low: ms.nullable(), high: ms.nullable() }).meta({
  id: "TraceEstimate",
  description: "with the 95 % interval that the sample allows; null of one trace, which tells no spread",
});

const sample = z
  .object({
    start: z.iso.datetime(),
    end: z.iso.datetime(),
    traces: z.number(),
    mean: estimate.nullable(),
    p50: ms.nullable(),
    p95: ms.nullable().meta({ description: "null: too few traces to say" }),
    tail: z.number().meta({ description: "traces around p95 that its contributions are means of" }),
    slices: z.number().meta({ description: "slices of time that were sampled alike" }),
    empty: z.number().meta({ description: "of these, slices without any trace" }),
    effective: z.number().meta({ description: "as many equally weighted traces would tell as much" }),
    weighted: z.boolean().meta({ description: "reweighted by Prometheus's histogram of all requests" }),
    unweighted: z.string().exactOptional().meta({ description: "why not" }),
    requests: z.number().nullable().meta({ description: "counted by Prometheus in that time" }),
    uncovered: z.number().nullable().meta({ description: "share of requests whose latency no sampled trace has" }),
    kept: z.number().meta({ description: "traces that the backend had; at least, where complete is false" }),
    complete: z.boolean(),
    samplingRate: z.number().nullable().meta({ description: "kept of requests, 0 to 1; null: not known" }),
  })
  .meta({ id: "TraceSample" });

const contribution = z.object({
  mean: estimate,
  p95: ms.nullable(),
  traces: z.number(),
  spread: z.object({ p50: ms, p95: ms }).nullable(),
  versions: z.array(z.string()),
});

export const analysisResultSchema = z
  .object({
    service: z.string(),
    operation: z.string().nullable(),
    target: z.string().nullable(),
    sample,
    baseline: sample.nullable(),
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
          since: z.iso.datetime().nullable(),
          newVersions: z.array(z.string()),
          example: z.object({ id: z.string(), backend: z.string() }).nullable(),
        })
        .meta({ id: "TraceContributor" }),
    ),
    more: z
      .object({ contributors: z.number(), mean: ms })
      .nullable()
      .meta({ description: "smaller ones that are left out" }),
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
export type AnalysisProgress = z.infer<typeof analysisProgressSchema>;
