import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatCount, formatErrors, formatMs, formatPlural } from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import type { ChangeList, Changes } from "#lib/live/changes.ts";
import { volume } from "./change-words.ts";
import { EdgeCell } from "./edge-cell.tsx";

type Read = (edge: GraphEdge) => readonly [before: string, now: string];

const LISTS: readonly (readonly [key: "failing" | "slower" | "added" | "gone", title: string, read: Read])[] = [
  [
    "failing",
    "Failing more",
    (edge) => [edge.before === undefined ? "–" : formatErrors(edge.before), formatErrors(edge)],
  ],
  ["slower", "Slower (p95)", (edge) => [formatMs(edge.before?.latency?.p95), formatMs(edge.latency?.p95)]],
  ["added", "New", (edge) => ["–", volume(edge)]],
  ["gone", "Gone", (edge) => [edge.before === undefined ? volume(edge) : volume(edge.before), "–"]],
];

/** What differs between the two windows, worst first, each with its numbers then and now. */
export function ChangesSection({ changes }: { readonly changes: Changes }) {
  const found = LISTS.filter(([key]) => changes[key].total > 0);
  return (
    <Section title="Compared">
      {found.length === 0 && (
        <p className="border-t border-line pt-[5px] text-ink-2">
          No edge is new, gone, slower or failing more than in the earlier window.
        </p>
      )}
      {found.map(([key, title, read]) => (
        <List key={key} title={title} list={changes[key]} read={read} />
      ))}
      <p className="mt-2 text-[11px] text-ink-3">
        {formatPlural(changes.unchanged, "edge")} without such a change
        {changes.tooFew > 0 &&
          `, of which ${formatCount(changes.tooFew)} with too few requests to compare shares or latencies`}
        .
      </p>
    </Section>
  );
}

function List({ title, list, read }: { readonly title: string; readonly list: ChangeList; readonly read: Read }) {
  return (
    <div className="mb-3">
      <DataTable
        label={title}
        columns={[
          { title: `${title}: ${list.total > list.edges.length ? `${list.edges.length} of ` : ""}${list.total}` },
          { title: "then", numeric: true },
          { title: "now", numeric: true },
        ]}
      >
        {list.edges.map((edge) => {
          const [before, now] = read(edge);
          return (
            <tr key={edge.id}>
              <EdgeCell edge={edge} />
              <Cell numeric>{before}</Cell>
              <Cell numeric>{now}</Cell>
            </tr>
          );
        })}
      </DataTable>
    </div>
  );
}
