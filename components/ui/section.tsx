import { clsx } from "clsx";
import type { ReactNode } from "react";

export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="mt-6 outline-none" data-section={title}>
      <div className="mb-2 flex items-baseline justify-between gap-2">
        <h3 className="eyebrow">{title}</h3>
        {aside !== undefined && <span className="text-[11px] text-ink-3">{aside}</span>}
      </div>
      {children}
    </section>
  );
}

/** Name and value on a hairline. */
export function Fact({
  name,
  children,
  title,
}: {
  readonly name: ReactNode;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <div className="flex items-baseline justify-between gap-4 border-t border-line py-[5px]" title={title}>
      <dt className="shrink-0 text-ink-2">{name}</dt>
      <dd className="min-w-0 text-right tabular-nums">{children}</dd>
    </div>
  );
}

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A table on hairlines; numbers stand right, in tabular figures. `stacks`: in a narrow `@container` each row's cells stand below each other. */
export function DataTable({
  label,
  columns,
  stacks = false,
  children,
}: {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly stacks?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <table className={clsx("w-full border-collapse", stacks && "stacks")} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ title, numeric }) => (
            <th
              key={title}
              scope="col"
              className={clsx(
                "pb-1 text-[11px] font-normal text-ink-3",
                numeric ? "w-[76px] pl-3 text-right" : "text-left",
              )}
            >
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** `heading`: what stands before it where rows stack and the column's title is out of sight. */
export function Cell({
  numeric = false,
  className,
  title,
  heading,
  children,
}: {
  readonly numeric?: boolean;
  readonly className?: string;
  readonly title?: string;
  readonly heading?: string;
  readonly children: ReactNode;
}) {
  return (
    <td
      title={title}
      data-heading={heading}
      className={clsx(
        "border-t border-line py-[5px] align-middle",
        numeric && "pl-3 text-right whitespace-nowrap tabular-nums",
        className,
      )}
    >
      {children}
    </td>
  );
}
