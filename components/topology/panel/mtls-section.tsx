import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatCount } from "#lib/format.ts";
import type { MtlsBasis } from "#lib/graph/model.ts";
import type { MtlsCounts } from "#lib/live/scope.ts";
import { BASES } from "../words.ts";

/** What proves most comes first. */
const ORDER: readonly MtlsBasis[] = ["server", "peer", "inferred", "unknown"];

/** What a share of mutual TLS rests on, edge by edge: a number that nothing measured is none. Nothing where no edge carries anything. */
export function MtlsSection({ counts }: { readonly counts: MtlsCounts }) {
  const present = ORDER.filter((basis) => counts[basis].edges > 0);
  if (present.length === 0) return null;
  return (
    <Section title="Mutual TLS">
      <DataTable
        label="What mutual TLS rests on"
        columns={[{ title: "Basis" }, { title: "Edges", numeric: true }, { title: "not all proven", numeric: true }]}
      >
        {present.map((basis) => {
          const { edges, unproven } = counts[basis];
          const measured = basis === "server" || basis === "peer";
          return (
            <tr key={basis}>
              <Cell>{BASES[basis]}</Cell>
              <Cell numeric>{formatCount(edges)}</Cell>
              <Cell numeric>{measured ? formatCount(unproven) : "–"}</Cell>
            </tr>
          );
        })}
      </DataTable>
      <p className="mt-2 text-[11px] text-ink-3">
        Not all proven: edges of which some requests or connections weren’t proven to have mutual TLS: measured to have
        none, or measured by nobody.
      </p>
    </Section>
  );
}
