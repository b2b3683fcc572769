import { queryOptions } from "@tanstack/react-query";
import { parseInstant } from "#lib/api/instant.ts";
import type { SeriesAnswer, SeriesMetric } from "#lib/api/series.ts";
import { DEFAULT_VIEW, type GraphView, viewParams } from "#lib/api/view.ts";
import { getJson } from "./fetch.ts";
import { serverNow } from "./server-clock.ts";

/** An edge, a node, or all of a scope. */
export interface SeriesSubject {
  readonly edge?: string;
  readonly node?: string;
  readonly whole?: Pick<GraphView, "clusters" | "namespaces" | "window">;
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
      const params =
        subject.whole === undefined ? new URLSearchParams() : viewParams({ ...DEFAULT_VIEW, ...subject.whole });
      params.set("metrics", metrics.join(","));
      if (subject.whole !== undefined) params.set("whole", "on");
      if (subject.edge !== undefined) params.set("edge", subject.edge);
      if (subject.node !== undefined) params.set("node", subject.node);
      if (end !== null) params.set("end", end);
      if (seconds !== HOUR_SECONDS) {
        const last = end === null ? serverNow() / 1000 : (parseInstant(end) ?? Number.NaN);
        params.set("start", String(Math.floor(last - seconds)));
      }
      return getJson<SeriesAnswer>("/api/v1/series", params, signal);
    },
    refetchInterval: end === null ? REFRESH_MS : false,
  });
}

/** One value of all of a window that ends then: a single step as long as it. Read once. */
export function windowQuery(subject: SeriesSubject, metrics: readonly SeriesMetric[], end: number, seconds: number) {
  return queryOptions({
    queryKey: ["series-window", subject, metrics, end, seconds],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => {
      const params = new URLSearchParams({
        metrics: metrics.join(","),
        end: String(end),
        start: String(end - seconds),
      });
      params.set("step", `${seconds}s`);
      if (subject.edge !== undefined) params.set("edge", subject.edge);
      if (subject.node !== undefined) params.set("node", subject.node);
      return getJson<SeriesAnswer>("/api/v1/series", params, signal);
    },
  });
}
