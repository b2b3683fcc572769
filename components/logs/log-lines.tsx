"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import { formatCount } from "#lib/format.ts";
import { signedText } from "#lib/tracing/view/words.ts";
import { type LogRow, type Moment, offsetNs } from "./rows.ts";

/** Pixels of a row of one line, and of each further one; characters that fit a line. Rows in view are measured. */
const ROW = 22;
const MORE = 17;
const FITTING = 46;
/** What an arrow key scrolls. */
const STEP = 40;

export interface LinesHandle {
  /** To the row where the span begins. */
  readonly toMoment: () => void;
}

/** Lines of any number, only those in view in the page; what stands in them is text and nothing else. */
export function LogLines({
  rows,
  moment,
  ref,
}: {
  readonly rows: readonly LogRow[];
  readonly moment: Moment | null;
  readonly ref: Ref<LinesHandle>;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const begin = rows.findIndex(({ kind }) => kind === "begin");
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(rows[index]),
    overscan: 12,
  });
  // Whoever opens a span's log wants to see its moment first.
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current) return;
    opened.current = true;
    if (begin >= 0) virtual.scrollToIndex(begin, { align: "center" });
  }, [begin, virtual]);
  useImperativeHandle(ref, () => ({
    toMoment: () => {
      if (begin >= 0) virtual.scrollToIndex(begin, { align: "center" });
      scroller.current?.focus();
    },
  }));
  // On a trace's page these keys zoom; whoever is in the lines goes through them.
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    scroller.current?.scrollBy({ top: by * STEP });
  };
  return (
    <div
      ref={scroller}
      tabIndex={0}
      onKeyDown={onKeyDown}
      role="group"
      aria-label="Lines"
      className="max-h-96 min-h-24 overflow-auto rounded-md border border-line bg-sunken -outline-offset-2"
    >
      <ul
        aria-label={`${formatCount(rows.length)} rows`}
        className="relative"
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 font-mono text-[11.5px]"
              style={{ transform: `translateY(${start}px)` }}
            >
              {row.kind === "line" ? <Line row={row} moment={moment} /> : <Mark kind={row.kind} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function heightOf(row: LogRow | undefined): number {
  if (row?.kind !== "line") return ROW;
  return ROW + MORE * Math.floor((row.line.text.length + 12) / FITTING);
}

function Mark({ kind }: { readonly kind: "begin" | "end" }) {
  return (
    <p className="border-y border-line-strong bg-raised px-2 py-0.5 font-sans text-[11px] text-ink-2">
      {kind === "begin" ? "▼ the span begins" : "▲ the span ends"}
    </p>
  );
}

function Line({
  row: { line, named },
  moment,
}: {
  readonly row: Extract<LogRow, { kind: "line" }>;
  readonly moment: Moment | null;
}) {
  const after = offsetNs(line, moment);
  const said = line.at === null ? "no time" : after === null ? sayInstant(line.at) : signedText(after);
  return (
    <div
      data-named={named ?? undefined}
      className={clsx("border-l-2 px-2 py-0.5", named === null ? "border-l-transparent" : "border-l-accent bg-raised")}
    >
      <span className="mr-2 text-ink-3 tabular-nums" title={line.at ?? "The line bears no time"}>
        {said}
      </span>
      {named !== null && (
        <strong className="mr-2 font-sans text-[11px] font-semibold text-accent">
          {named === "span" ? "this span" : "this trace"}
        </strong>
      )}
      <bdi className="wrap-anywhere whitespace-pre-wrap">{line.text}</bdi>
      {line.left !== undefined && (
        <span className="ml-1 font-sans text-ink-3">… {formatCount(line.left)} more bytes are left out</span>
      )}
    </div>
  );
}
