"use client";

import { useQuery } from "@tanstack/react-query";
import { type ChartLine, DottedLineChart, LineChart } from "#components/charts/line-chart.tsx";
import { chartPoints, type Point, pickChart } from "#components/charts/points.ts";
import { sayInstant } from "#components/shell/instant.ts";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Remote } from "#components/ui/remote.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { Chart, SeriesAnswer, SeriesMetric } from "#lib/api/series.ts";
import { formatBytesRate, formatMs, formatRate, NO_DATA } from "#lib/format.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { type SeriesSubject, seriesQuery } from "#lib/query/series.ts";
import { bytesPerSecond, milliseconds, perSecond } from "#lib/units.ts";
import type { TracedMark } from "../traces/use-presets.ts";
import { TracedChart } from "./traced-chart.tsx";

const TITLES: Readonly<Record<SeriesMetric, string>> = {
  requests: "Requests and failures",
  latency: "Latency",
  bytes: "Bytes",
  connections: "Connections",
};

const STYLES: Readonly<Record<string, Omit<ChartLine, "name">>> = {
  failed: { colour: "--failing" },
  p95: { colour: "--ink" },
  p99: { colour: "--ink-3", dash: "2 3" },
  received: { colour: "--accent" },
};

const FORMATS: Readonly<Record<Chart["unit"], (value: number) => string>> = {
  "1/s": (value) => formatRate(perSecond(value), "/s"),
  ms: (value) => formatMs(milliseconds(value)),
  "B/s": (value) => formatBytesRate(bytesPerSecond(value)),
};

/** Rows of the table twin: more are no help to anyone who reads them one by one. */
const ROWS = 20;

export interface HistoryProps {
  readonly subject: SeriesSubject;
  readonly metrics: readonly SeriesMetric[];
  /** What the traces of the same calls are searched by. */
  readonly mark?: TracedMark | undefined;
}

export function HistoryCharts(props: HistoryProps) {
  return (
    <QueryProvider>
      <Loaded {...props} />
    </QueryProvider>
  );
}

function Loaded({ subject, metrics, mark }: HistoryProps) {
  const { view } = useUrl().state;
  const { phase, at } = useLiveStatus();
  // Paused or frozen, the charts end where the graph stands.
  const end = view.at ?? (phase === "paused" ? at : null);
  const { data, error, refetch } = useQuery(seriesQuery(subject, metrics, end));
  if (data === undefined) return <Remote error={error} retry={() => void refetch()} />;
  return (
    <>
      {metrics.map((metric) => (
        <MetricChart key={metric} answer={data} metric={metric} mark={mark} />
      ))}
      {[...data.problems.map(({ detail }) => detail), ...data.warnings].map((text) => (
        <p key={text} className="mt-1 text-degraded">
          {text}
        </p>
      ))}
    </>
  );
}

function MetricChart({
  answer,
  metric,
  mark,
}: {
  readonly answer: SeriesAnswer;
  readonly metric: SeriesMetric;
  readonly mark: HistoryProps["mark"];
}) {
  const chart = pickChart(answer, metric);
  if (chart === null) return <p className="text-ink-2">{TITLES[metric]}: no data in this hour.</p>;
  const { names, points } = chartPoints(answer, chart);
  const lines = names
    .filter((name) => name !== "mean")
    .map((name): ChartLine => ({ name, ...(STYLES[name] ?? { colour: "--ink-2" }) }));
  const title =
    chart.direction === "edge" || chart.direction === "whole"
      ? TITLES[metric]
      : `${TITLES[metric]}, ${chart.direction}`;
  const format = FORMATS[chart.unit];
  const label = `${title} over the last hour; the table below has the numbers`;
  const drawn = { label, points, lines, format };
  return (
    <figure className="mb-2">
      <figcaption className="mb-1 flex items-baseline justify-between gap-3 text-[11px] text-ink-3">
        {title}
        <span className="flex gap-2.5">
          {lines.map((line) => (
            <LineKey key={line.name} line={line} />
          ))}
        </span>
      </figcaption>
      {metric === "latency" && mark !== undefined ? (
        <TracedChart key={answer.id} mark={mark} answer={answer} chart={chart}>
          {(dotted) => (dotted === null ? <LineChart {...drawn} /> : <DottedLineChart {...drawn} {...dotted} />)}
        </TracedChart>
      ) : (
        <LineChart {...drawn} />
      )}
      <Twin title={title} names={names} points={points} format={format} />
    </figure>
  );
}

/** A line's stroke beside its name. */
function LineKey({ line }: { readonly line: ChartLine }) {
  return (
    <span className="flex items-center gap-1">
      <svg viewBox="0 0 14 4" width="14" height="4" aria-hidden="true">
        <path d="M0 2h14" stroke={`var(${line.colour})`} strokeWidth="1.6" strokeDasharray={line.dash} />
      </svg>
      {line.name}
    </span>
  );
}

/** The chart as a table, newest first, thinned to what can be read. */
function Twin({
  title,
  names,
  points,
  format,
}: {
  readonly title: string;
  readonly names: readonly string[];
  readonly points: readonly Point[];
  readonly format: (value: number) => string;
}) {
  const every = Math.max(1, Math.ceil(points.length / ROWS));
  const rows = [...points].reverse().filter((_, index) => index % every === 0);
  return (
    <details className="text-[11px]">
      <summary className="cursor-pointer text-ink-3">As a table</summary>
      <DataTable
        label={`${title} as a table`}
        columns={[{ title: "At" }, ...names.map((name) => ({ title: name, numeric: true }))]}
      >
        {rows.map((point) => (
          <tr key={point.t}>
            <Cell>{sayInstant(new Date(point.t).toISOString())}</Cell>
            {names.map((name) => (
              <Cell key={name} numeric>
                {point[name] == null ? NO_DATA : format(point[name])}
              </Cell>
            ))}
          </tr>
        ))}
      </DataTable>
    </details>
  );
}
