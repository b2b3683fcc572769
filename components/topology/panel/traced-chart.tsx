"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useMemo, useState } from "react";
import { type ChartDot, DotMark } from "#components/charts/dots.tsx";
import { sayInstant } from "#components/shell/instant.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { countedOf } from "#components/traces/search/counted.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { Chart, SeriesAnswer } from "#lib/api/series.ts";
import type { TraceCallsAnswer } from "#lib/api/traces.ts";
import { problemOf } from "#lib/errors.ts";
import { formatCount, formatMs } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { traceCallsQuery } from "#lib/query/trace-search.ts";
import { milliseconds } from "#lib/units.ts";
import { callDots, callHref } from "../traces/call-dots.ts";
import { CallsStatus } from "../traces/calls-status.tsx";
import { useConfiguredKept } from "../traces/use-configured-kept.ts";
import { type TracedMark, usePresets } from "../traces/use-presets.ts";

/** Whole traces of each backend that are read for the dots of one chart. */
const TRACES = "50";
/** Rows of the dots' table: more are in the search. */
const ROWS = 50;

/** A latency chart, and on demand the calls that traces kept of it. Nothing is read before somebody asks for it. */
export function TracedChart({
  mark,
  answer,
  chart,
  children,
}: {
  readonly mark: TracedMark;
  readonly answer: SeriesAnswer;
  readonly chart: Chart;
  /** The chart; null: without dots. */
  readonly children: (
    dots: { readonly dots: readonly ChartDot[]; readonly onOpen: (dot: ChartDot) => void } | null,
  ) => ReactNode;
}) {
  const router = useRouter();
  const { kiosk, view } = useUrl().state;
  const presets = usePresets(mark);
  // Of an edge the last one is of all its calls, of a node the first.
  const search = ("node" in mark ? presets[0] : presets.at(-1))?.search;
  /** The time that dots were asked for: they stand still while the lines go on. */
  const [range, setRange] = useState<{ readonly start: string; readonly end: string } | null>(null);
  const params = {
    ...(search?.service === undefined ? {} : { service: search.service }),
    ...(search?.operation === undefined ? {} : { operation: search.operation }),
    ...(search?.tags === undefined ? {} : { tags: search.tags }),
    ...endsOf(mark, chart.direction),
    ...(view.lens === "workload" ? {} : { lens: view.lens }),
    ...{ limit: TRACES, ...range },
  };
  const { data, error, isFetching, refetch } = useQuery({ ...traceCallsQuery(params), enabled: range !== null });
  const kept = useConfiguredKept(clusterOf(mark));
  const dots = useMemo(() => (data === undefined ? [] : callDots(data)), [data]);
  if (kiosk || search === undefined) return children(null);
  const now = { start: answer.start, end: answer.end };
  const asked = range !== null;
  return (
    <>
      {children(asked && data !== undefined ? { dots, onOpen: ({ href }) => router.push(href) } : null)}
      <div className="mt-1 mb-1.5 flex flex-wrap items-center gap-2">
        <Chip tone={asked ? "on" : "quiet"} aria-pressed={asked} onClick={() => setRange(asked ? null : now)}>
          Calls as dots
        </Chip>
        {asked && (
          <Chip tone="quiet" disabled={isFetching} onClick={() => setRange(now)}>
            Read again
          </Chip>
        )}
        {asked && data !== undefined && <Keys kinds={new Set(dots.map(({ kind }) => kind))} />}
      </div>
      {asked && (
        <CallsStatus
          data={data}
          problem={error === null ? null : problemOf(error)}
          reading={isFetching}
          counted={countedOf(answer, chart.direction)}
          kept={kept}
          onRetry={() => void refetch()}
        />
      )}
      {asked && data !== undefined && data.items.length > 0 && <Twin answer={data} />}
    </>
  );
}

/** Where the proxies are whose settings count: the caller's. */
const clusterOf = (mark: TracedMark): string | undefined =>
  "node" in mark ? mark.node.cluster : parseNodeId(mark.edge.source)?.cluster;

/** Whose calls they are: those between its ends, or to or from a node. */
function endsOf(mark: TracedMark, direction: Chart["direction"]): Readonly<Record<string, string>> {
  if ("node" in mark) return direction === "outbound" ? { from: mark.node.id } : { to: mark.node.id };
  return { from: mark.edge.source, to: mark.edge.target };
}

const WORDS = { fine: "call", failed: "failed", exemplar: "exemplar" } as const;

function Keys({ kinds }: { readonly kinds: ReadonlySet<ChartDot["kind"]> }) {
  return (["fine", "failed", "exemplar"] as const)
    .filter((kind) => kinds.has(kind))
    .map((kind) => (
      <span key={kind} className="flex items-center gap-1 text-[11px] text-ink-3">
        <svg viewBox="-6 -6 12 12" width="11" height="11" aria-hidden="true">
          <DotMark kind={kind} />
        </svg>
        {WORDS[kind]}
      </span>
    ));
}

/** The dots as rows, newest first: the way there for whoever has no pointer and sees no chart. */
function Twin({ answer: { items } }: { readonly answer: TraceCallsAnswer }) {
  return (
    <details className="text-[11px]">
      <summary className="cursor-pointer text-ink-3">
        {items.length > ROWS
          ? `The ${ROWS} newest of ${formatCount(items.length)} calls as a table`
          : "Calls as a table"}
      </summary>
      <DataTable
        label="Calls as a table"
        columns={[{ title: "At" }, { title: "Span" }, { title: "Took", numeric: true }]}
      >
        {items.slice(0, ROWS).map((call) => (
          <tr key={`${call.trace} ${call.span}`}>
            <Cell className="whitespace-nowrap">{sayInstant(call.start)}</Cell>
            <Cell className="max-w-40 truncate">
              <Link href={callHref(call)} prefetch={false} className="text-accent underline-offset-2 hover:underline">
                <bdi title={call.operation}>{call.operation || "no name"}</bdi>
              </Link>
            </Cell>
            <Cell numeric>
              {call.failed && <span className="text-failing">✕ failed </span>}
              {formatMs(milliseconds(call.durationMs))}
            </Cell>
          </tr>
        ))}
      </DataTable>
    </details>
  );
}
