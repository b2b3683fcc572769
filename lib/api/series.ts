/** GET /series: charts of one edge or node, or of a whole view. Values are aligned to `start + i × step`; null is a gap, never a zero. */
import { LENSES } from "#lib/graph/model.ts";
import { seconds } from "#lib/units.ts";
import { graphQuerySchema, INSTANT_WORDS } from "./graph-query.ts";
import { parseInstant } from "./instant.ts";
import { choiceParameter, listParameter, readQuery } from "./query.ts";
import { durationSeconds } from "./windows.ts";
import { z } from "./zod.ts";

export const SERIES_METRICS = ["requests", "latency", "bytes", "connections"] as const;
export type SeriesMetric = (typeof SERIES_METRICS)[number];
/** More points than any chart has pixels for help nobody and cost Prometheus. */
export const MAX_POINTS = 300;

export const instantParameter = z
  .string()
  .transform((text, context) => {
    const instant = parseInstant(text);
    if (instant !== null) return instant;
    context.issues.push({ code: "custom", message: INSTANT_WORDS, input: text });
    return z.NEVER;
  })
  .meta({ description: INSTANT_WORDS });

const { clusters, namespaces, window } = graphQuerySchema.shape;

export const seriesQuerySchema = z.object({
  edge: z.string().min(1).optional().meta({ description: "an edge's id; either this, node or whole=on" }),
  node: z.string().min(1).optional().meta({ description: "a node's id; either this, edge or whole=on" }),
  whole: choiceParameter(["off", "on"]).meta({
    description: "on: the sum of every edge in the scope of clusters and namespaces, each by its own headline",
  }),
  ...{ clusters, namespaces, window },
  lens: choiceParameter(LENSES).meta({ description: "the lens that the id was shown in" }),
  metrics: listParameter("metrics")
    .pipe(z.array(z.enum(SERIES_METRICS, { error: `any of ${SERIES_METRICS.join(", ")}` })))
    .default([...SERIES_METRICS]),
  start: instantParameter.optional().meta({ description: "default: one hour before end" }),
  end: instantParameter.optional().meta({ description: "default: now" }),
  step: z
    .string()
    .transform((text, context) => {
      const step = durationSeconds(text);
      if (step !== null && step > 0) return step;
      context.issues.push({ code: "custom", message: "a duration such as 15s or 5m", input: text });
      return z.NEVER;
    })
    .optional()
    .meta({
      description: `a duration; raised to the scrape interval and so that at most ${MAX_POINTS} points come back`,
    }),
});

/** `clusters`, `namespaces` and `window` (never shorter than a step) are of `whole` alone. */
export type SeriesQuery = z.output<typeof seriesQuerySchema>;

/** @throws MeshscopeError */
export function parseSeriesQuery(params: URLSearchParams): SeriesQuery {
  return readQuery(seriesQuerySchema, params);
}

/** The longest range one request may ask for. */
export const MAX_RANGE = seconds(31 * 24 * 3600);

export const chartSchema = z
  .object({
    metric: z.enum(SERIES_METRICS),
    unit: z.enum(["1/s", "ms", "B/s"]),
    direction: z.enum(["edge", "inbound", "outbound", "whole"]),
    observer: z
      .enum(["source", "destination", "waypoint", "ztunnel", "extension", "headline"])
      .meta({ description: "who counted; the client comes first. headline: of each edge whoever heads it" }),
    lines: z.array(
      z.object({
        name: z
          .string()
          .meta({ description: "an outcome class, mean, p50, p95, p99, sent, received, opened, closed or failed" }),
        values: z.array(z.number().nullable()).meta({ description: "one value per step from start; null = no sample" }),
      }),
    ),
  })
  .meta({ id: "Chart" });

export const seriesSchema = z
  .object({
    id: z.string(),
    start: z.iso.datetime(),
    end: z.iso.datetime(),
    step: z.number().meta({ description: "seconds between two values" }),
    window: z.number().meta({ description: "seconds that each rate averages over" }),
    charts: z.array(chartSchema),
    problems: z.array(z.object({ source: z.string(), code: z.string(), detail: z.string() })),
    warnings: z.array(z.string()),
  })
  .meta({ id: "Series" });

export type Chart = z.infer<typeof chartSchema>;
export type SeriesAnswer = z.infer<typeof seriesSchema>;
