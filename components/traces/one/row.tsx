"use client";

import { clsx } from "clsx";
import { memo } from "react";
import { Icon } from "#components/ui/icon.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import { type Folding, toggled } from "#lib/tracing/view/fold.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { colourOf, SpanBar, Swatch } from "./bar.tsx";
import { serviceColour } from "./colours.ts";
import type { TraceModel } from "./model.tsx";
import type { TraceView, Zoom } from "./view-state.ts";
import { attemptText, spokenSpan } from "./words.ts";

export const ROW_HEIGHT = 28;
/** Pixels a level; deeper ones than so many don't move further right. */
const INDENT = 12;
const MOST_INDENTED = 14;
/** Room where a span without children has nothing to fold: a toggle and the gap after it. */
const NO_TOGGLE = 22;

export const rowId = (row: number): string => `span-${row}`;

export interface RowProps {
  readonly picture: TracePicture;
  readonly row: number;
  /** Its place among the rows that are listed. */
  readonly index: number;
  readonly top: number;
  readonly range: Zoom;
  readonly closed: boolean;
  readonly selected: boolean;
  readonly found: boolean;
  readonly colour: TraceView["colour"];
  readonly path: boolean;
  readonly folding: Folding;
  readonly select: TraceModel["select"];
  readonly fold: TraceModel["fold"];
}

/** One span: what it is on the left, when it was on the right. */
export const TimelineRow = memo(function TimelineRow(props: RowProps) {
  const { picture, row, index, top, range, closed, selected, found, colour, path, select } = props;
  const parent = (picture.size[row] ?? 1) > 1;
  return (
    <div
      role="row"
      id={rowId(row)}
      aria-rowindex={index + 1}
      aria-level={(picture.depth[row] ?? 0) + 1}
      aria-expanded={parent ? !closed : undefined}
      aria-selected={selected}
      aria-label={spokenSpan(picture, row)}
      data-index={index}
      style={{ height: ROW_HEIGHT, top }}
      onClick={() => select(selected ? null : row)}
      className={clsx(
        "absolute inset-x-0 flex cursor-pointer border-b border-line contain-strict",
        selected ? "bg-accent-bg" : found ? "bg-degraded-bg" : "hover:bg-sunken",
        (picture.onPath[row] ?? 0) === 0 && path && !selected && "text-ink-2",
      )}
    >
      <div role="gridcell" className="flex w-(--names) shrink-0 items-center gap-1.5 border-r border-line pr-2 pl-2">
        <Indent {...props} parent={parent} />
        <Swatch colour={serviceColour(picture.service[row] ?? 0)} />
        <SpanName picture={picture} row={row} />
        {closed && (
          <span className="shrink-0 text-[11px] text-ink-2 tabular-nums">
            +{formatCount((picture.size[row] ?? 1) - 1)}
          </span>
        )}
        <Marks picture={picture} row={row} selected={selected} />
      </div>
      <div role="gridcell" className="relative min-w-0 grow">
        <SpanBar picture={picture} row={row} range={range} colour={colourOf(picture, row, colour)} path={path} />
      </div>
    </div>
  );
});

function Indent({ picture, row, closed, parent, folding, fold }: RowProps & { readonly parent: boolean }) {
  const depth = picture.depth[row] ?? 0;
  const indent = Math.min(depth, MOST_INDENTED) * INDENT;
  return (
    <>
      <span
        aria-hidden="true"
        style={{ width: indent, backgroundSize: `${INDENT}px 100%`, marginRight: parent ? undefined : NO_TOGGLE }}
        className="-my-px h-full shrink-0 bg-[linear-gradient(to_right,var(--line)_1px,transparent_1px)] bg-[position:8px_0]"
      />
      {depth > MOST_INDENTED && <span className="shrink-0 text-[10px] text-ink-2 tabular-nums">{depth}</span>}
      {parent && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={closed ? "Unfold" : "Fold"}
          onClick={(event) => {
            event.stopPropagation();
            fold(toggled(folding, row));
          }}
          className="grid size-4 shrink-0 place-items-center rounded text-ink-3 hover:bg-line hover:text-ink"
        >
          <Icon name="chevron" size={14} className={clsx(closed && "-rotate-90")} />
        </button>
      )}
    </>
  );
}

/** Service and operation; a text from outside, in its own direction. */
export function SpanName({ picture, row }: { readonly picture: TracePicture; readonly row: number }) {
  const service = picture.services[picture.service[row] ?? 0] || "no service name";
  const name = picture.names[picture.name[row] ?? 0] || "no name";
  return (
    <span className="name min-w-0 grow" title={`${service}: ${name}`}>
      <bdi className="font-medium">{service}</bdi> <bdi className="text-ink-2">{name}</bdi>
    </span>
  );
}

/** What is to be noticed of a span, each as a sign and a word. */
function Marks({
  picture,
  row,
  selected,
}: {
  readonly picture: TracePicture;
  readonly row: number;
  readonly selected: boolean;
}) {
  const warned = picture.warned[row] ?? 0;
  const tried = picture.tried[row] ?? 0;
  const failed = picture.failed[row] === 1;
  const attempt = attemptText(picture, row);
  if (tried === 0 && attempt === null && warned === 0 && !failed) return null;
  return (
    <span className="ml-auto flex shrink-0 items-center gap-1.5 text-[11px]">
      {tried > 0 && (
        <span title={`This call was tried ${tried} times.`} className="text-ink-2">
          ↻ {formatCount(tried)}
          <span className="max-sm:hidden"> {tried === 1 ? "attempt" : "attempts"}</span>
        </span>
      )}
      {attempt !== null && <span className="text-ink-2">{attempt}</span>}
      {warned > 0 && (
        <span
          title={`${formatPlural(warned, "warning")}: select the span to read ${warned === 1 ? "it" : "them"}.`}
          className={selected ? "text-ink" : "text-degraded"}
        >
          ◣
        </span>
      )}
      {failed && (
        <span title="failed" className="text-failing">
          ✕
        </span>
      )}
    </span>
  );
}
