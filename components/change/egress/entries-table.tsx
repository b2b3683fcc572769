import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import type { Row } from "./choice.ts";
import { few, sayRate } from "./words.ts";

/** Entries with what asks for each; ticked ones are what the Sidecar shall let clients know. */
export function EntriesTable({
  rows,
  window,
  disabled,
  onFlip,
}: {
  readonly rows: readonly Row[];
  /** What rates are averages over; null: no calls could be read. */
  readonly window: string | null;
  readonly disabled: boolean;
  readonly onFlip: (entry: string) => void;
}) {
  return (
    <div className="overflow-x-auto">
      <DataTable
        label="Hosts to let clients know"
        columns={[
          { title: "Entry" },
          { title: "Called by" },
          { title: `Last ${window === null ? "hour" : sayWindow(window)}`, numeric: true },
        ]}
      >
        {rows.map(({ entry, chosen, seen, others, why }) => (
          <tr key={entry}>
            <Cell className="pr-3">
              <label className="flex items-start gap-2">
                <input
                  type="checkbox"
                  checked={chosen}
                  disabled={disabled}
                  onChange={() => onFlip(entry)}
                  className="mt-1"
                />
                <span className="min-w-0 font-mono text-[12px] wrap-anywhere">
                  <bdi>{entry}</bdi>
                </span>
              </label>
              <p className="pl-5 text-[11px] text-ink-3">{why}</p>
            </Cell>
            <Cell className="pr-3 text-ink-2">
              <Name text={few([...new Set(seen.flatMap(({ clients }) => clients))].sort())} />
              {others.length > 0 && <span className="block text-[11px] text-ink-3">others: {few(others)}</span>}
            </Cell>
            <Cell numeric className="whitespace-normal!">
              {sayRate(seen, window)}
            </Cell>
          </tr>
        ))}
      </DataTable>
    </div>
  );
}
