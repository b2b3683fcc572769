import { queryOptions } from "@tanstack/react-query";
import { parseInstant } from "#lib/api/instant.ts";
import type { SeriesAnswer, SeriesMetric } from "#lib/api/series.ts";
import { getJson } from "./fetch.ts";

export interface SeriesSubject {
  readonly edge?: string;
  readonly node?: string;
}

/** New points are asked for this often while the view is live. */
const REFRESH_MS = 15_000;

const HOUR_SECONDS = 3600;

/** The last hour (or so many seconds) before `end` (RFC 3339 or unix seconds; null = now, and then again as time goes on). */
export function seriesQuery(
  subject: SeriesSubject,
  metrics: readonly SeriesMetric[],
  end: string | null,
  seconds = HOUR_SECONDS,
) {
  return queryOptions({
    queryKey: ["series", subject, metrics, end, seconds],
    queryFn: ({ signal }) => {
      const params = new URLSearchParams({ metrics: metrics.join(",") });
      if (subject.edge !== undefined) params.set("edge", subject.edge);
      if (subject.node !== undefined) params.set("node", subject.node);
      if (end !== null) params.set("end", end);
      if (seconds !== HOUR_SECONDS) {
        const last = end === null ? Date.now() / 1000 : (parseInstant(end) ?? Number.NaN);
        params.set("start", String(Math.floor(last - seconds)));
      }
      return getJson<SeriesAnswer>("/api/v1/series", params, signal);
    },
    refetchInterval: end === null ? REFRESH_MS : false,
  });
}
