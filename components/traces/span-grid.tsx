import { clsx } from "clsx";
import { type ReactNode, type Ref, useMemo } from "react";
import { type SortColumn, SortHeader } from "#components/ui/sort-header.tsx";
import { type Scroller, VirtualTable } from "#components/ui/virtual-table.tsx";

export type GridColumn<Sort extends string> = SortColumn<Sort> & { readonly sort: Sort };

/** A sorted table of numbers of spans, of any length. Its rows are told by their place. */
export function SpanGrid<Sort extends string>({
  label,
  columns,
  tracks,
  count,
  sort,
  down,
  onSort,
  cells,
  isSelected,
  onRow,
  ref,
}: {
  readonly label: string;
  readonly columns: readonly GridColumn<Sort>[];
  /** The class of its grid's tracks, one a column. */
  readonly tracks: string;
  readonly count: number;
  readonly sort: Sort;
  readonly down: boolean;
  readonly onSort: (sort: Sort) => void;
  /** One a column. */
  readonly cells: (index: number) => readonly ReactNode[];
  readonly isSelected?: (index: number) => boolean;
  /** By keys it is the button in the row. */
  readonly onRow?: (index: number) => void;
  readonly ref?: Ref<Scroller>;
}) {
  const keys = useMemo(() => Uint32Array.from({ length: count }, (_, index) => index), [count]);
  return (
    <VirtualTable
      ref={ref}
      label={label}
      grid={clsx("grid items-center gap-3 px-4 max-sm:px-2", tracks)}
      width="min-w-[900px]"
      keys={keys}
      header={columns.map((column) => (
        <SortHeader key={column.sort} column={column} by={{ sort, down }} onSort={onSort} />
      ))}
      row={(index) => ({
        className: isSelected?.(index) ? "bg-accent-bg" : "hover:bg-sunken",
        cells: cells(index).map((cell, at) => (
          <span
            key={columns[at]?.sort ?? at}
            role="cell"
            className={clsx("min-w-0", columns[at]?.numeric && "text-right tabular-nums")}
          >
            {cell}
          </span>
        )),
      })}
      {...(onRow === undefined ? { still: true } : { onRow })}
    />
  );
}
