"use client";

import { type Ref, useMemo } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import type { Scroller } from "#components/ui/virtual-table.tsx";
import { formatCount, formatPercent, formatPlural } from "#lib/format.ts";
import { GROUPINGS, type Group, type GroupSort } from "#lib/tracing/view/groups.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { ratio } from "#lib/units.ts";
import { type GridColumn, SpanGrid } from "../span-grid.tsx";
import { Swatch } from "./bar.tsx";
import { serviceColour } from "./colours.ts";
import { useModel } from "./model.tsx";
import { useAnswer } from "./use-trace.ts";

const COLUMNS: readonly GridColumn<GroupSort>[] = [
  { title: "Service and operation", sort: "name" },
  { title: "Spans", sort: "spans", numeric: true },
  { title: "Failed", sort: "failed", numeric: true },
  {
    title: "Critical path",
    sort: "onPath",
    numeric: true,
    says: "How long the end of the trace waited for these spans themselves",
  },
  { title: "Itself", sort: "self", numeric: true, says: "Sum of the spans' times without what they called" },
  {
    title: "Total",
    sort: "total",
    numeric: true,
    says: "Sum of the spans' lengths: what runs at once counts for each",
  },
  { title: "Mean", sort: "mean", numeric: true },
  { title: "Least", sort: "least", numeric: true },
  { title: "Most", sort: "most", numeric: true },
];
const TRACKS = "grid-cols-[minmax(220px,1fr)_70px_70px_150px_100px_100px_90px_90px_90px]";

/** What services and operations took of the trace. */
export function Statistics({ ref }: { readonly ref: Ref<Scroller> }) {
  const { handle, picture, view, change } = useModel();
  const { by, groupSort: sort, down } = view;
  const ask = useMemo(() => ({ by, sort, down }), [by, sort, down]);
  const groups = useAnswer(handle, picture, "groups", ask)?.answer ?? null;
  if (groups === null) return <p className="px-4 py-3 text-ink-3">Adding up…</p>;
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2 max-sm:px-2">
        <span className="text-ink-3">By</span>
        {GROUPINGS.map((grouping) => (
          <Chip
            key={grouping}
            tone={grouping === by ? "on" : "quiet"}
            aria-pressed={grouping === by}
            onClick={() => change({ by: grouping })}
          >
            {grouping}
          </Chip>
        ))}
        <span role="status" className="text-ink-3">
          {formatPlural(groups.length, by)}
        </span>
      </div>
      <SpanGrid
        ref={ref}
        label="Statistics"
        columns={COLUMNS}
        tracks={TRACKS}
        count={groups.length}
        sort={sort}
        down={down}
        onSort={(next) => change(next === sort ? { sort, down: !down } : { sort: next })}
        cells={(index) => cellsOf(groups[index], picture.services, picture.totalNs)}
      />
    </div>
  );
}

function cellsOf(group: Group | undefined, services: readonly string[], totalNs: number) {
  if (group === undefined) return [];
  const { service, operation } = group;
  return [
    <span key="name" className="flex min-w-0 items-center gap-2">
      <Swatch colour={serviceColour(services.indexOf(service))} />
      <Name
        text={service || "no service name"}
        className={operation === null ? "" : "max-w-[50%]! shrink-0 text-ink-2"}
      />
      {operation !== null && <Name text={operation || "no name"} />}
    </span>,
    formatCount(group.spans),
    group.failed === 0 ? (
      <span className="text-ink-3">0</span>
    ) : (
      <span className="text-failing">✕ {formatCount(group.failed)}</span>
    ),
    `${durationText(group.onPath)}${totalNs > 0 ? ` · ${formatPercent(ratio(group.onPath / totalNs))}` : ""}`,
    ...[group.self, group.total, group.mean, group.least, group.most].map((ns) => durationText(ns)),
  ];
}
