"use client";

import { clsx } from "clsx";
import { type Ref, useMemo } from "react";
import type { Scroller } from "#components/ui/virtual-table.tsx";
import { formatPlural } from "#lib/format.ts";
import { KINDS } from "#lib/tracing/model.ts";
import type { SpanSort } from "#lib/tracing/view/sorted.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { type GridColumn, SpanGrid } from "../span-grid.tsx";
import { Swatch } from "./bar.tsx";
import { serviceColour } from "./colours.ts";
import { type TraceModel, useModel } from "./model.tsx";
import { useAnswer } from "./use-trace.ts";

const COLUMNS: readonly GridColumn<SpanSort>[] = [
  { title: "Begins", sort: "start", numeric: true, says: "After the trace's begin" },
  { title: "Service", sort: "service" },
  { title: "Operation", sort: "operation" },
  { title: "Kind", sort: "kind" },
  { title: "Duration", sort: "duration", numeric: true },
  { title: "Itself", sort: "self", numeric: true, says: "Without the time of what it called" },
  {
    title: "Critical path",
    sort: "onPath",
    numeric: true,
    says: "How long the end of the trace waited for the span itself",
  },
  { title: "Outcome", sort: "failed" },
];
const TRACKS = "grid-cols-[80px_minmax(120px,1fr)_minmax(160px,2fr)_80px_80px_80px_100px_90px]";

/** Every span as a row, sorted and narrowed to what is looked for. */
export function SpansTable({ ref }: { readonly ref: Ref<Scroller> }) {
  const { handle, picture, view, change, selected, select } = useModel();
  const { spanSort: sort, down, find } = view;
  const ask = useMemo(() => ({ sort, down, text: find }), [sort, down, find]);
  const rows = useAnswer(handle, picture, "sorted", ask)?.answer ?? null;
  if (rows === null) return <p className="px-4 py-3 text-ink-3">Sorting…</p>;
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col">
      <SpanGrid
        ref={ref}
        label="Spans"
        columns={COLUMNS}
        tracks={TRACKS}
        count={rows.length}
        sort={sort}
        down={down}
        onSort={(next) => change(next === sort ? { sort, down: !down } : { sort: next })}
        isSelected={(index) => rows[index] === selected}
        onRow={(index) => {
          const row = rows[index];
          if (row !== undefined) select(row === selected ? null : row);
        }}
        cells={(index) => cellsOf(picture, rows[index] ?? -1)}
      />
      {rows.length < picture.length && (
        <p className="border-t border-line px-4 py-1.5 text-[11px] text-ink-3">
          {formatPlural(rows.length, "span")} of {picture.length}: those in which “{find}” is found.
        </p>
      )}
    </div>
  );
}

function cellsOf(picture: TraceModel["picture"], row: number) {
  const start = picture.start[row] ?? 0;
  const service = picture.service[row] ?? 0;
  return [
    durationText(start),
    <span key="service" className="flex min-w-0 items-center gap-2">
      <Swatch colour={serviceColour(service)} />
      <bdi className="name">{picture.services[service] || "no service name"}</bdi>
    </span>,
    <button key="name" type="button" className="name text-left underline-offset-2 hover:underline">
      <bdi>{picture.names[picture.name[row] ?? 0] || "no name"}</bdi>
    </button>,
    <span key="kind" className="text-ink-2">
      {KINDS[picture.kind[row] ?? 0]}
    </span>,
    durationText((picture.end[row] ?? 0) - start),
    durationText(picture.self[row] ?? 0),
    <span key="path" className={clsx((picture.onPath[row] ?? 0) === 0 && "text-ink-3")}>
      {durationText(picture.onPath[row] ?? 0)}
    </span>,
    picture.failed[row] === 1 ? (
      <span key="failed" className="text-failing">
        ✕ failed
      </span>
    ) : (
      <span key="failed" className="text-ink-3">
        not failed
      </span>
    ),
  ];
}
