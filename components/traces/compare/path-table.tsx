"use client";

import { useMemo, useState } from "react";
import { useReady } from "#components/ui/ready.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { TraceHandle } from "#lib/live/trace/client.ts";
import {
  type CompareSort,
  difference,
  type PathRow,
  pathAt,
  type Share,
  type Side,
} from "#lib/tracing/view/compare.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { durationText, signedText } from "#lib/tracing/view/words.ts";
import { useAnswer } from "../one/use-trace.ts";
import { type GridColumn, SpanGrid } from "../span-grid.tsx";

const COLUMNS: readonly GridColumn<CompareSort>[] = [
  { title: "Path of calls", sort: "path" },
  { title: "First", sort: "a", numeric: true, says: "What its spans and all under them did themselves" },
  { title: "Second", sort: "b", numeric: true, says: "What its spans and all under them did themselves" },
  { title: "Difference", sort: "difference", numeric: true, says: "Second less first" },
];
const TRACKS = "grid-cols-[minmax(320px,1fr)_190px_190px_160px]";
const INDENT = 14;
const MOST_INDENTED = 20;

/** Path by path, as a tree or by what differs most; joined and sorted by the first trace's worker. */
export function PathTable({
  handle,
  picture,
  other,
}: {
  readonly handle: TraceHandle | null;
  readonly picture: TracePicture;
  readonly other: Side;
}) {
  const [sort, setSort] = useState<CompareSort>("path");
  const ask = useMemo(() => ({ other, sort }), [other, sort]);
  const found = useAnswer(handle, picture, "paths", ask);
  const joined = found !== null;
  useReady(joined);
  if (found === null) return <p className="px-4 py-3 text-ink-3">Comparing…</p>;
  const { answer: paths, of } = found;
  return (
    <>
      <p className="px-4 py-2 text-ink-2 max-sm:px-2">
        {formatPlural(paths.length, "path")},{" "}
        {paths.only === 0 ? "all in both" : `${formatCount(paths.only)} of them in one trace only`}. Times are what
        spans and all under them did themselves; what ran at once counts for each.
      </p>
      <SpanGrid
        label="Paths of both traces"
        columns={COLUMNS}
        tracks={TRACKS}
        count={paths.length}
        sort={sort}
        down={sort !== "path"}
        onSort={setSort}
        cells={(index) => cellsOf(pathAt(paths, index), of.sort === "path")}
      />
    </>
  );
}

function cellsOf(row: PathRow | null, tree: boolean) {
  if (row === null) return [];
  const by = difference(row);
  return [
    <span key="path" className="flex min-w-0 items-center gap-1.5" style={tree ? { paddingLeft: indentOf(row) } : {}}>
      <bdi className="name shrink-0 text-ink-2">{row.service || "no service name"}</bdi>
      <bdi className="name" title={row.name}>
        {row.name || "no name"}
      </bdi>
      {row.a === null && <span className="shrink-0 text-[11px] text-accent">only in the second</span>}
      {row.b === null && <span className="shrink-0 text-[11px] text-accent">only in the first</span>}
    </span>,
    <ShareText key="a" share={row.a} />,
    <ShareText key="b" share={row.b} />,
    <span key="difference" className={by === 0 ? "text-ink-3" : ""}>
      {by === 0 ? "±0" : signedText(by)}
    </span>,
  ];
}

const indentOf = ({ depth }: PathRow): number => Math.min(depth, MOST_INDENTED) * INDENT;

function ShareText({ share }: { readonly share: Share | null }) {
  if (share === null) return <span className="text-ink-3">–</span>;
  return (
    <>
      {share.failed > 0 && <span className="text-failing">✕ {formatCount(share.failed)} </span>}
      {durationText(share.width)} <span className="text-ink-3">· {formatCount(share.spans)}×</span>
    </>
  );
}
