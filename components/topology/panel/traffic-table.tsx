import { clsx } from "clsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatBytesRate, formatErrors, formatPercent, formatPlural, formatRate } from "#lib/format.ts";
import type { Protocol } from "#lib/graph/model.ts";
import type { Totals } from "#lib/graph/summary.ts";
import { flagsOf, type TrafficRow } from "#lib/live/scope.ts";
import { bytesPerSecond, type PerSecond } from "#lib/units.ts";
import { codeWords, isBadCode, PROTOCOL_WORDS, share } from "../words.ts";
import { FlagList, ranked } from "./responses.tsx";

const DIRECTION_WORDS: Readonly<Record<TrafficRow["direction"], string>> = { in: "In", inside: "Inside", out: "Out" };

/** More codes than this are counted, not listed. */
const CODES = 12;

/** What flows in, inside and out, by protocol. Requests and connections are never added. */
export function TrafficTable({
  traffic,
  whole = false,
}: {
  readonly traffic: readonly TrafficRow[];
  readonly whole?: boolean;
}) {
  if (traffic.length === 0) return null;
  return (
    <Section title="Traffic">
      <DataTable
        label="Traffic by direction and protocol"
        columns={[
          { title: whole ? "Protocol" : "Direction" },
          { title: "Rate", numeric: true },
          { title: "Failed", numeric: true },
          { title: "mTLS", numeric: true },
        ]}
      >
        {traffic.map(({ direction, protocol, totals }) => (
          <tr key={`${direction} ${protocol}`}>
            <Cell title={formatPlural(totals.edges, "edge")}>
              {whole ? "" : `${DIRECTION_WORDS[direction]} · `}
              {PROTOCOL_WORDS[protocol]}
              {totals.streaming > 0 && <span className="text-ink-3"> · {totals.streaming} streaming</span>}
            </Cell>
            <Cell numeric>
              {protocol === "tcp" ? bytesOf(totals) : formatRate(totals.rate)}
              {totals.messagesPerSecond !== null && (
                <span className="block text-[11px] text-ink-3">
                  → {formatRate(totals.messagesPerSecond.sent, "msg/s")} · ←{" "}
                  {formatRate(totals.messagesPerSecond.received, "msg/s")}
                </span>
              )}
            </Cell>
            <Cell numeric>
              {protocol === "tcp" ? formatRate(totals.connections?.failedPerSecond, "conn/s") : formatErrors(totals)}
            </Cell>
            <Cell numeric>{formatPercent(totals.mtls)}</Cell>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}

interface Coded {
  readonly protocol: Protocol;
  readonly direction: TrafficRow["direction"];
  readonly code: string;
  readonly rate: PerSecond;
  readonly of: number | null;
}

/** Codes of what comes in (of the whole graph: of all), most frequent first. */
export function CodesByDirection({ traffic }: { readonly traffic: readonly TrafficRow[] }) {
  const rows = traffic.flatMap(({ protocol, direction, totals: { codes, rate } }) =>
    protocol === "tcp"
      ? []
      : ranked(codes).map(([code, of]): Coded => ({ protocol, direction, code, rate: of, of: rate })),
  );
  if (rows.length === 0) return null;
  const shown = [...rows].sort((a, b) => b.rate - a.rate).slice(0, CODES);
  return (
    <Section title="Responses" aside={rows.length > shown.length ? `${shown.length} of ${rows.length}` : undefined}>
      <DataTable
        label="Responses by direction and protocol"
        columns={[{ title: "Code" }, { title: "req/s", numeric: true }, { title: "share", numeric: true }]}
      >
        {shown.map(({ protocol, direction, code, rate, of }) => (
          <tr
            key={`${direction} ${protocol} ${code}`}
            className={clsx(isBadCode(code, protocol) && rate > 0 && "text-failing")}
          >
            <Cell>
              <Name text={code === "" ? "?" : code} />{" "}
              <span className={clsx(!(isBadCode(code, protocol) && rate > 0) && "text-ink-2")}>
                {[
                  codeWords(code, protocol),
                  `${DIRECTION_WORDS[direction].toLowerCase()} · ${PROTOCOL_WORDS[protocol]}`,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </Cell>
            <Cell numeric>{formatRate(rate, "").trim()}</Cell>
            <Cell numeric>{formatPercent(share(rate, of))}</Cell>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}

/** Response flags of all rows, each explained: those of requests and those of connections apart. */
export function Flags({ traffic }: { readonly traffic: readonly TrafficRow[] }) {
  return (
    <>
      <FlagList flags={flagsOf(traffic, false)} unit="req/s" />
      <FlagList flags={flagsOf(traffic, true)} unit="conn/s" title="Flags of connections" />
    </>
  );
}

function bytesOf({ bytesPerSecond: both }: Totals): string {
  return formatBytesRate(both === null ? null : bytesPerSecond(both.sent + both.received));
}
