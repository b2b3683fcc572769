"use client";

import { useQuery } from "@tanstack/react-query";
import { chartPoints, pickChart } from "#components/charts/points.ts";
import { parseEdgeId } from "#lib/graph/id.ts";
import { seriesQuery } from "#lib/query/series.ts";
import type { Stretch } from "./axis.ts";
import { linePaths } from "./line-paths.ts";

const METRICS = ["requests"] as const;

/** Requests and failures of what is selected over the axis, so that a change of them is seen beside what changed. */
export function AxisLine({
  stretch,
  id,
  end,
}: {
  readonly stretch: Stretch;
  readonly id: string;
  readonly end: string | null;
}) {
  const subject = parseEdgeId(id) === null ? { node: id } : { edge: id };
  const seconds = (stretch.end - stretch.start) / 1000;
  const { data } = useQuery(seriesQuery(subject, METRICS, end, seconds));
  const chart = data === undefined ? null : pickChart(data, "requests");
  // Nothing to draw is said by the panel's own charts; the axis just has no line.
  if (data === undefined || chart === null) return <div className="h-6" />;
  const paths = linePaths(stretch, chartPoints(data, chart).points);
  return (
    <svg
      viewBox="0 0 1000 24"
      preserveAspectRatio="none"
      className="block h-6 w-full"
      aria-hidden="true"
      data-testid="axis-line"
    >
      <path d={paths.requests} fill="none" stroke="var(--ink-3)" strokeWidth="1.2" vectorEffect="non-scaling-stroke" />
      <path d={paths.failed} fill="none" stroke="var(--failing)" strokeWidth="1.4" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
