import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { FEW_REQUESTS } from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import { changeLines, volume } from "./change-words.ts";

/** One edge in both windows of a comparison; nothing without one. */
export function EdgeChange({ edge }: { readonly edge: GraphEdge }) {
  if (edge.change === undefined) return null;
  if (edge.change === "new")
    return <p className="mt-3 border-l-2 border-accent px-3 py-1.5">New: it had no traffic in the earlier window.</p>;
  if (edge.change === "gone") {
    return (
      <p className="mt-3 border-l-2 border-line-strong px-3 py-1.5">
        Gone: it carried {volume(edge.before ?? edge)} in the earlier window and has no traffic in this one.
      </p>
    );
  }
  const counted = edge.protocol === "tcp" ? "connections" : "requests";
  return (
    <Section title="Compared" aside={edge.tooFew ? `under ${FEW_REQUESTS} ${counted}: too few to judge` : undefined}>
      <DataTable
        label="Then and now"
        columns={[{ title: "" }, { title: "then", numeric: true }, { title: "now", numeric: true }]}
      >
        {changeLines(edge).map(({ name, before, now }) => (
          <tr key={name}>
            <Cell className="text-ink-2">{name}</Cell>
            <Cell numeric>{before}</Cell>
            <Cell numeric>{now}</Cell>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}
