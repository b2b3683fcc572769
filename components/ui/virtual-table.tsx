"use client";

import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useImperativeHandle,
  useRef,
  useState,
} from "react";

const ROW = 32;
/** The header is the first row of the table that screen readers count. */
const HEADER = 1;
/** Rows rendered beyond the window, so that a turn of the wheel shows no gap. */
const OVERSCAN = 16;

type Key = string | number;

interface RowView {
  readonly className?: string | undefined;
  readonly cells: ReactNode;
}

/** Scrolled from outside, by a command. */
export interface Scroller {
  /** By so many of its own heights; negative goes up. */
  readonly scroll: (pages: number) => void;
}

interface Props {
  readonly label: string;
  /** Its columns and paddings, for header and rows alike; its least width. */
  readonly grid: string;
  readonly width: string;
  /** One `columnheader` a column. */
  readonly header: readonly ReactNode[];
  /** Of every row, in order: what tells it from others, whatever the order becomes. */
  readonly keys: ArrayLike<Key>;
  /** One `cell` a column, the link or button that has the focus among them. */
  readonly row: (index: number) => RowView;
  /** Rows that are passed over by arrow keys, and laid out by themselves: headings. */
  readonly isHeading?: (index: number) => boolean;
  /** Told which row the pointer or the focus is on; null: none any more. */
  readonly onPoint?: (index: number | null) => void;
  /** Told which row was pressed, wherever on it; by keys it is the button in the row. */
  readonly onRow?: (index: number) => void;
  /** No row has anything that takes the focus: the table itself does, to be scrolled by keys. */
  readonly still?: boolean;
  readonly ref?: Ref<Scroller> | undefined;
}

/** A table of any length; only the rows in view are in the page. Up and down go from row to row. */
export function VirtualTable({
  label,
  grid,
  width,
  header,
  keys,
  row,
  isHeading = () => false,
  onPoint,
  onRow,
  still = false,
  ref,
}: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  // The row that has the focus stays rendered wherever the order takes it, or a refresh would drop the focus.
  const [focused, setFocused] = useState<Key | null>(null);
  const rangeExtractor = (range: Range) => {
    const kept = focused === null ? -1 : Array.prototype.indexOf.call(keys, focused);
    const shown = defaultRangeExtractor(range);
    return kept < 0 || shown.includes(kept) ? shown : [...shown, kept].sort((a, b) => a - b);
  };
  // The same as long as the keys are: with another one the library goes through all of them again.
  const getItemKey = useCallback((index: number) => keys[index] ?? index, [keys]);
  const virtual = useVirtualizer({
    count: keys.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
    rangeExtractor,
    getItemKey,
  });

  useImperativeHandle(ref, () => ({
    scroll: (pages) => scroller.current?.scrollBy({ top: pages * scroller.current.clientHeight }),
  }));

  // Fetches the next row into view before it takes the focus.
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const at = indexAt(event.target);
    if (step === 0 || at === null) return;
    event.preventDefault();
    let next = at + step;
    while (keys[next] !== undefined && isHeading(next)) next += step;
    if (keys[next] === undefined) return;
    virtual.scrollToIndex(next);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] :is(a, button)`)?.focus(),
    );
  };
  const onFocus = (event: FocusEvent<HTMLDivElement>) => {
    const at = indexAt(event.target);
    setFocused(at === null ? null : (keys[at] ?? null));
    if (at !== null) onPoint?.(at);
  };

  return (
    <div
      ref={scroller}
      tabIndex={still ? 0 : undefined}
      className="min-h-0 grow overflow-auto -outline-offset-2"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onBlur={() => onPoint?.(null)}
      onPointerOver={({ target }) => onPoint?.(indexAt(target))}
      onPointerLeave={() => onPoint?.(null)}
    >
      <div
        role="table"
        aria-label={label}
        aria-rowcount={keys.length + HEADER}
        aria-colcount={header.length}
        className={width}
      >
        <div role="rowgroup" className="sticky top-0 z-10 bg-bg">
          <div
            role="row"
            aria-rowindex={HEADER}
            className={clsx(grid, "h-8 border-b border-line text-[11px] text-ink-3")}
          >
            {header}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            if (keys[index] === undefined) return null;
            const { className, cells } = row(index);
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + HEADER + 1}
                data-index={index}
                onClick={onRow === undefined ? undefined : () => onRow(index)}
                className={clsx(
                  !isHeading(index) && grid,
                  "absolute inset-x-0 border-b border-line",
                  onRow !== undefined && "cursor-pointer",
                  className,
                )}
                style={{ height: ROW, transform: `translateY(${start}px)` }}
              >
                {cells}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function indexAt(target: EventTarget): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null;
  return row === null ? null : Number(row.dataset["index"]);
}
