import Link from "next/link";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatCount, formatNumber } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { CallerRow } from "../observed.ts";

const SHOWN = 8;

/** Whose calls move. */
export function Callers({
  rows,
  candidate,
  namespace,
  bounded,
}: {
  readonly rows: readonly CallerRow[];
  readonly candidate: string;
  readonly namespace: string;
  /** Other rules take some of the calls before: what moves is at most this. */
  readonly bounded: boolean;
}) {
  return (
    <Section title="Who notices" aside={bounded ? "at most: other rules take some of the calls first" : undefined}>
      {rows.length === 0 ? (
        <p className="border-t border-line pt-2 text-ink-2">Nobody was seen calling it in this window.</p>
      ) : (
        <DataTable
          label="Who notices"
          columns={[
            { title: "Caller" },
            { title: `req/s to ${candidate} now`, numeric: true },
            { title: "after", numeric: true },
          ]}
        >
          {rows.slice(0, SHOWN).map(({ id, node, now, after }) => {
            const key = parseNodeId(id);
            const name = key?.kind === "restricted" ? "callers that you may not see" : (key?.name ?? id);
            return (
              <tr key={id}>
                <Cell>
                  <span className="inline-flex max-w-full items-baseline gap-2">
                    {node === null ? (
                      <Name text={name} />
                    ) : (
                      <Link
                        href={`/topology?focus=${encodeURIComponent(id)}`}
                        prefetch={false}
                        className="name underline decoration-line-strong underline-offset-2 hover:decoration-current"
                      >
                        <bdi>{name}</bdi>
                      </Link>
                    )}
                    {key !== null && key.namespace !== namespace && <span className="text-ink-3">{key.namespace}</span>}
                  </span>
                </Cell>
                <Cell numeric>{formatNumber(now)}</Cell>
                <Cell numeric>{formatNumber(after)}</Cell>
              </tr>
            );
          })}
        </DataTable>
      )}
      {rows.length > SHOWN && (
        <p className="text-ink-3">
          Showing {SHOWN} of {formatCount(rows.length)}, those that send most first.
        </p>
      )}
    </Section>
  );
}
