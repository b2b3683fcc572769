import { clsx } from "clsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatPercent, formatRate } from "#lib/format.ts";
import { explainFlags } from "#lib/graph/flags.ts";
import { type GraphEdge, OUTCOMES } from "#lib/graph/model.ts";
import type { PerSecond } from "#lib/units.ts";
import { BAD_OUTCOMES, codeWords, isBadCode, OUTCOME_WORDS, share } from "../words.ts";

const COLUMNS = [
  { title: "req/s", numeric: true },
  { title: "share", numeric: true },
] as const;

/** Largest first; equal ones by name, so that rows don't trade places between polls. */
export function ranked(rates: Readonly<Record<string, PerSecond>>): readonly (readonly [string, PerSecond])[] {
  return Object.entries(rates).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

const number = (rate: PerSecond): string => formatRate(rate, "").trim();

/** What became of the requests, by class. */
export function OutcomeTable({ edge }: { readonly edge: GraphEdge }) {
  const { outcomes } = edge;
  if (outcomes === null) {
    return (
      <Section title="Outcomes">
        <p className="text-ink-2">No data: response codes are not in the telemetry.</p>
      </Section>
    );
  }
  const present = OUTCOMES.filter((outcome) => outcomes[outcome] > 0);
  if (present.length === 0) return null;
  return (
    <Section title="Outcomes">
      <DataTable label="Outcomes" columns={[{ title: "What became of them" }, ...COLUMNS]}>
        {present.map((outcome) => (
          <tr key={outcome} className={clsx(BAD_OUTCOMES.includes(outcome) && "text-failing")}>
            <Cell>{OUTCOME_WORDS[outcome]}</Cell>
            <Cell numeric>{number(outcomes[outcome])}</Cell>
            <Cell numeric>{formatPercent(share(outcomes[outcome], edge.rate))}</Cell>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}

/** Codes as the headline's observer counted them. */
export function CodeTable({ edge }: { readonly edge: GraphEdge }) {
  const codes = ranked(edge.codes);
  if (codes.length === 0) return null;
  return (
    <Section title="Responses">
      <DataTable label="Responses" columns={[{ title: edge.protocol === "grpc" ? "Status" : "Code" }, ...COLUMNS]}>
        {codes.map(([code, rate]) => (
          <tr key={code} className={clsx(isBadCode(code, edge.protocol) && "text-failing")}>
            <Cell>
              <Name text={code === "" ? "?" : code} /> <span>{codeWords(code, edge.protocol)}</span>
            </Cell>
            <Cell numeric>{number(rate)}</Cell>
            <Cell numeric>{formatPercent(share(rate, edge.rate))}</Cell>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}

/** Response flags, each explained: what it means, its usual cause, what to try. */
export function FlagTable({ edge }: { readonly edge: GraphEdge }) {
  return <FlagList flags={edge.flags} unit={edge.protocol === "tcp" ? "conn/s" : "req/s"} />;
}

export function FlagList({
  flags: rates,
  unit,
  title = "Flags",
}: {
  readonly flags: Readonly<Record<string, PerSecond>>;
  readonly unit: string;
  readonly title?: string;
}) {
  const flags = ranked(rates).filter(([flag]) => flag !== "-" && flag !== "");
  if (flags.length === 0) return null;
  return (
    <Section title={title}>
      <dl>
        {flags.map(([raw, rate]) => (
          <div key={raw} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-t border-line py-2">
            <dt className="min-w-0 font-semibold">
              <Name text={raw} />
            </dt>
            <dd className="whitespace-nowrap">{formatRate(rate, unit)}</dd>
            {explainFlags(raw).map(({ flag, means, cause, fix }) => (
              <dd key={flag} className="col-span-2 mt-1 text-ink-2">
                <span className="text-ink">{means}.</span> {cause}. {fix}.
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </Section>
  );
}
