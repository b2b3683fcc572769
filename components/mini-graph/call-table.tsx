import Link from "next/link";
import { idTitle, idWhere } from "#components/topology/names.ts";
import { volume } from "#components/topology/panel/change-words.ts";
import { Cell, DataTable } from "#components/ui/section.tsx";
import { StateMark } from "#components/ui/state-mark.tsx";
import { formatErrors, formatMs, formatPlural } from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";

/** More rows are in the topology. */
const MOST_ROWS = 30;

/** Calls in one direction as text; each leads to its panel. */
export function CallTable({
  title,
  edges,
  end,
  href,
}: {
  readonly title: string;
  readonly edges: readonly GraphEdge[];
  /** The end that is the other. */
  readonly end: "source" | "target";
  readonly href: (selected: string) => string;
}) {
  if (edges.length === 0) return null;
  const rest = edges.length - MOST_ROWS;
  return (
    <div className="mt-3 overflow-x-auto first:mt-0">
      <DataTable
        label={title}
        columns={[
          { title },
          { title: "Traffic", numeric: true },
          { title: "Errors", numeric: true },
          { title: "p95", numeric: true },
        ]}
      >
        {edges.slice(0, MOST_ROWS).map((edge) => (
          <tr key={edge.id}>
            <Cell className="max-w-56">
              <span className="flex min-w-0 items-center gap-1.5">
                <StateMark state={edge.health} />
                <Link
                  href={href(edge.id)}
                  prefetch={false}
                  title={[idTitle(edge[end]), idWhere(edge[end])].filter(Boolean).join(" · ")}
                  className="name underline-offset-2 hover:underline"
                >
                  <bdi>{idTitle(edge[end])}</bdi>
                </Link>
              </span>
            </Cell>
            <Cell numeric>{volume(edge)}</Cell>
            <Cell numeric>{edge.rate === null ? "" : formatErrors(edge)}</Cell>
            <Cell numeric>{edge.protocol === "tcp" ? "" : formatMs(edge.latency?.p95 ?? null)}</Cell>
          </tr>
        ))}
      </DataTable>
      {rest > 0 && <p className="mt-1 text-ink-3">and {formatPlural(rest, "more")}: see the topology</p>}
    </div>
  );
}
