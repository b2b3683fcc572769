"use client";

import Link from "next/link";
import { useMemo } from "react";
import { Name } from "#components/ui/name.tsx";
import { type SortColumn, SortHeader } from "#components/ui/sort-header.tsx";
import { VirtualTable } from "#components/ui/virtual-table.tsx";
import type { PolicyItem } from "#lib/api/policies.ts";
import { COLOURS, MARKS, tally, worst } from "../findings/words.ts";
import { policyHref } from "../links.tsx";
import { ManagedBy } from "../tool-mark.tsx";
import { When } from "../when.tsx";
import { AREAS } from "../words.ts";
import type { ListRow, ListState, Sort } from "./rows.ts";

const GRID =
  "grid grid-cols-[minmax(150px,1.1fr)_minmax(160px,1.6fr)_minmax(110px,1fr)_minmax(150px,1.6fr)_minmax(150px,1fr)_60px_150px_minmax(180px,1fr)] items-center gap-3 px-4";
const COLUMNS: readonly SortColumn<Sort>[] = [
  { title: "Kind", sort: "kind" },
  { title: "Name", sort: "name" },
  { title: "Namespace", sort: "namespace" },
  { title: "Selects", sort: null },
  { title: "Managed by", sort: "manager" },
  { title: "Age", sort: "age" },
  { title: "Changed", sort: "changed" },
  { title: "Findings", sort: "findings" },
];

/** Every policy in scope as a row; only those in view are in the page. */
export function PolicyTable({
  rows,
  state,
  onSort,
  manyClusters,
}: {
  readonly rows: readonly ListRow[];
  readonly state: ListState;
  readonly onSort: (sort: Sort) => void;
  readonly manyClusters: boolean;
}) {
  const keys = useMemo(() => rows.map((row) => (row.type === "area" ? row.area : row.key)), [rows]);
  return (
    <VirtualTable
      label="Policies"
      grid={GRID}
      width="min-w-[1240px]"
      keys={keys}
      header={COLUMNS.map((column) => <SortHeader key={column.title} column={column} by={state} onSort={onSort} />)}
      isHeading={(index) => rows[index]?.type === "area"}
      row={(index) => rowOf(rows[index], manyClusters)}
    />
  );
}

function rowOf(row: ListRow | undefined, manyClusters: boolean) {
  if (row === undefined) return { cells: null };
  if (row.type === "item")
    return { className: "hover:bg-sunken", cells: <ItemCells item={row.item} manyClusters={manyClusters} /> };
  return {
    className: "flex items-center gap-2 bg-sunken px-4",
    cells: (
      <span role="cell" aria-colspan={COLUMNS.length} className="flex items-baseline gap-2">
        <span className="eyebrow">{AREAS[row.area]}</span>
        <span className="text-[11px] text-ink-3 tabular-nums">{row.count}</span>
      </span>
    ),
  };
}

function ItemCells({ item, manyClusters }: { readonly item: PolicyItem; readonly manyClusters: boolean }) {
  const { object } = item;
  const where = `${object.namespace ?? "whole cluster"}${manyClusters ? ` (${object.cluster})` : ""}`;
  return (
    <>
      <span role="cell" className="truncate text-ink-2">
        {object.kind}
      </span>
      <span role="cell" className="min-w-0">
        <Link href={policyHref(object)} prefetch={false} className="name underline-offset-2 hover:underline">
          <bdi title={object.name}>{object.name}</bdi>
        </Link>
      </span>
      <span role="cell" className="min-w-0 text-ink-2">
        <Name text={where} />
      </span>
      <span role="cell" className="min-w-0 text-ink-2">
        <Name text={item.selects} />
      </span>
      <span role="cell" className="min-w-0">
        <ManagedBy item={item} />
      </span>
      <span role="cell" className="text-ink-2">
        <When at={item.createdAt} short bare />
      </span>
      <span role="cell" className="flex min-w-0 gap-1.5">
        <When at={item.changedAt} short />
        {item.changedBy !== null && <Name text={item.changedBy} className="text-ink-3" />}
      </span>
      <span role="cell" className="flex min-w-0 gap-2">
        <FoundText findings={item.findings} />
        {item.problem !== null && <Name text={`◣ ${item.problem}`} className="text-degraded" />}
      </span>
    </>
  );
}

/** How many there are, worst first; the mark says it without colour. */
function FoundText({ findings }: Pick<PolicyItem, "findings">) {
  if (findings === null) return <span className="text-ink-3">not checked yet</span>;
  const severity = worst(findings);
  if (severity === null) return <span className="text-ink-3">none</span>;
  return <Name text={`${MARKS[severity]} ${tally(findings)}`} className={COLOURS[severity]} />;
}
