import { clsx } from "clsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatBytesRate, formatErrors, formatPercent, formatRate } from "#lib/format.ts";
import type { Protocol } from "#lib/graph/model.ts";
import type { Scope, ScopeTraffic } from "#lib/live/scope.ts";
import type { PerSecond } from "#lib/units.ts";
import { codeWords, isBadCode, PROTOCOL_WORDS, share } from "../words.ts";
import { ranked } from "./responses.tsx";

const DIRECTION_WORDS: Readonly<Record<ScopeTraffic["direction"], string>> = { in: "In", inside: "Inside", out: "Out" };

/** More codes than this are counted, not listed. */
const CODES = 12;

/** What flows in, inside and out, by protocol. Requests and connections are never added. */
export function TrafficTable({
  traffic,
  whole = false,
}: {
  readonly traffic: Scope["traffic"];
  readonly whole?: boolean;
}) {
  if (traffic.length === 0) return null;
  return (
    <Section title="Traffic">
      <DataTable
        label="Traffic by direction and protocol"
        columns={[
          { title: whole ? "Protocol" : "Direction" },
          { title: "Edges", numeric: true },
          { title: "Rate", numeric: true },
          { title: "Errors", numeric: true },
        ]}
      >
        {traffic.map((each) => (
          <tr key={`${each.direction} ${each.protocol}`}>
            <Cell>
              {whole ? "" : `${DIRECTION_WORDS[each.direction]} · `}
              {PROTOCOL_WORDS[each.protocol]}
            </Cell>
            <Cell numeric>{each.edges}</Cell>
            <Cell numeric>{each.protocol === "tcp" ? formatBytesRate(each.bytes) : formatRate(each.rate)}</Cell>
            <Cell numeric className={clsx((each.errorRate ?? 0) > 0 && "text-ink")}>
              {each.protocol === "tcp" ? "–" : formatErrors(each)}
            </Cell>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}

interface Coded {
  readonly protocol: Protocol;
  readonly direction: ScopeTraffic["direction"];
  readonly code: string;
  readonly rate: PerSecond;
  readonly of: number | null;
}

/** Codes of what comes in (of the whole graph: of all), most frequent first. */
export function CodesByDirection({ traffic }: { readonly traffic: Scope["traffic"] }) {
  const rows = traffic.flatMap(({ protocol, direction, codes, rate }) =>
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
              <span className="opacity-80">
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
