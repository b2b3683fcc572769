/** Queries of /traces and /trace-analysis, and their only readers. */
import { LENSES } from "#lib/graph/model.ts";
import { MAX_TAGS, parseTags, TAGS_WORDS } from "#lib/tracing/logfmt.ts";
import type { Seconds } from "#lib/units.ts";
import { choiceParameter, listParameter, readQuery } from "./query.ts";
import { instantParameter as instant } from "./series.ts";
import { readSpanDuration, SPAN_DURATION_WORDS } from "./span-duration.ts";
import { z } from "./zod.ts";

const spanDuration = z
  .string()
  .transform((text, context): Seconds => {
    const read = readSpanDuration(text);
    if (read !== null) return read;
    context.issues.push({ code: "custom", message: SPAN_DURATION_WORDS, input: text });
    return z.NEVER;
  })
  .meta({ description: SPAN_DURATION_WORDS });

const whole = (least: number, most: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, { error: `a whole number from ${least} to ${most}` })
    .transform(Number)
    .pipe(
      z
        .int()
        .min(least, { error: `a whole number from ${least} to ${most}` })
        .max(most, { error: `a whole number from ${least} to ${most}` }),
    )
    .default(fallback)
    .meta({ description: `${least} to ${most}` });

const tags = z
  .string()
  .transform((text, context) => {
    const pairs = parseTags(text);
    if (pairs !== null && pairs.length <= MAX_TAGS) return pairs;
    context.issues.push({ code: "custom", message: TAGS_WORDS, input: text });
    return z.NEVER;
  })
  .default([])
  .meta({ description: TAGS_WORDS });

const name = z.string().min(1).max(1_000).optional();
const backends = listParameter("tracing backends, by name").default([]);

export const MAX_TRACES = 500;

export const tracesQuerySchema = z.object({
  backends: backends.meta({ description: "tracing backends, by name; all without it" }),
  service: name.meta({ description: "as spans name it; most backends need one" }),
  operation: name,
  tags,
  errors: choiceParameter(["all", "only"]).meta({ description: "only: traces with a failed span" }),
  start: instant.optional().meta({ description: "default: one hour before end" }),
  end: instant.optional().meta({ description: "default: now" }),
  minDuration: spanDuration.optional(),
  maxDuration: spanDuration.optional(),
  limit: whole(1, MAX_TRACES, 20).meta({ description: "of each backend; capped to what it allows" }),
});

/** Whole traces are read for each: fewer than a list may have. */
export const MAX_CALL_TRACES = 100;

const { limit: _listed, ...searched } = tracesQuerySchema.shape;

export const traceCallsQuerySchema = z.object({
  ...searched,
  from: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .meta({ description: "the id of the node that calls; this, to, or both" }),
  to: z.string().min(1).max(2_000).optional().meta({ description: "the id of the node that is called" }),
  lens: choiceParameter(LENSES).meta({ description: "the lens that the ids were shown in" }),
  limit: whole(1, MAX_CALL_TRACES, 50).meta({ description: "traces of each backend; capped to what it allows" }),
});

export const traceQuerySchema = z.object({
  backends,
  format: choiceParameter(["spans", "columns"]).meta({
    description: "spans: one object a span; columns: the compact form that our pages read",
  }),
});

export const traceNamesQuerySchema = z.object({ backends });
export const traceOperationsQuerySchema = z.object({ backends, service: z.string().min(1).max(1_000) });

export const MAX_SAMPLE = 1_000;

export const traceAnalysisQuerySchema = z.object({
  backends,
  service: z.string({ error: "a service's name, as spans have it" }).min(1).max(1_000),
  operation: name,
  target: name.meta({ description: "calls of the service to this service or host, in place of calls to the service" }),
  start: instant.optional().meta({ description: "default: one hour before end" }),
  end: instant.optional().meta({ description: "default: now" }),
  baselineStart: instant.optional().meta({ description: "with baselineEnd: what to compare with" }),
  baselineEnd: instant.optional(),
  sample: whole(10, MAX_SAMPLE, 200).meta({ description: "traces of each window" }),
});

export type TracesQuery = z.output<typeof tracesQuerySchema>;
export type TraceCallsQuery = z.output<typeof traceCallsQuerySchema>;
export type TraceRequest = z.output<typeof traceQuerySchema>;
export type TraceAnalysisQuery = z.output<typeof traceAnalysisQuerySchema>;

/** Each @throws MeshscopeError */
export const parseTracesQuery = (params: URLSearchParams): TracesQuery => readQuery(tracesQuerySchema, params);
export const parseTraceCallsQuery = (params: URLSearchParams): TraceCallsQuery =>
  readQuery(traceCallsQuerySchema, params);
export const parseTraceQuery = (params: URLSearchParams): TraceRequest => readQuery(traceQuerySchema, params);
export const parseTraceNamesQuery = (params: URLSearchParams) => readQuery(traceNamesQuerySchema, params);
export const parseTraceOperationsQuery = (params: URLSearchParams) => readQuery(traceOperationsQuerySchema, params);
export const parseTraceAnalysisQuery = (params: URLSearchParams): TraceAnalysisQuery =>
  readQuery(traceAnalysisQuerySchema, params);
