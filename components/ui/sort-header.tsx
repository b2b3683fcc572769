import { clsx } from "clsx";

export interface SortColumn<Sort extends string> {
  readonly title: string;
  /** null: the table isn't sorted by it. */
  readonly sort: Sort | null;
  readonly numeric?: boolean;
  /** What it holds, on hover. */
  readonly says?: string;
}

/** A table's column header; a press sorts by it, another turns the order round. */
export function SortHeader<Sort extends string>({
  column: { title, sort, numeric = false, says },
  by,
  onSort,
  className,
}: {
  readonly column: SortColumn<Sort>;
  readonly by: { readonly sort: Sort; readonly down: boolean };
  readonly onSort: (sort: Sort) => void;
  readonly className?: string | undefined;
}) {
  const place = clsx(numeric && "text-right", className);
  if (sort === null)
    return (
      <span role="columnheader" title={says} className={clsx("truncate", place)}>
        {title}
      </span>
    );
  const here = by.sort === sort;
  return (
    <span
      role="columnheader"
      aria-sort={here ? (by.down ? "descending" : "ascending") : "none"}
      className={place === "" ? undefined : place}
    >
      <button
        type="button"
        title={says}
        onClick={() => onSort(sort)}
        className={clsx("hover:text-ink", here && "text-ink")}
      >
        {title}
        {here && <span aria-hidden="true">{by.down ? " ↓" : " ↑"}</span>}
      </button>
    </span>
  );
}
