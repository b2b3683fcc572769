/**
 * The totals of a view instant by instant, as lines of a chart. Each edge counts once, by its own headline, exactly as in
 * the totals of the panel (summary.ts). docs/numbers.md, "Totals of a box". Pure; cost: linear in edges.
 */
import { type Graph, OUTCOMES, type Outcomes } from "./model.ts";
import { summarise, type Totals } from "./summary.ts";

/** What flowed in all of a view at one instant; null: no edge of that kind. */
export interface Sum {
  readonly requests: { readonly rate: number; readonly outcomes: Outcomes | null } | null;
  readonly tcp: Pick<Totals, "bytesPerSecond" | "connections"> | null;
}

export interface SumLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

export function sumOf(elements: Pick<Graph, "nodes" | "edges">): Sum {
  const { http, grpc, tcp } = summarise(elements, null).within;
  const asked = [http, grpc].filter((each) => each !== undefined);
  const outcomes = asked.map((each) => each.outcomes);
  return {
    requests:
      asked.length === 0
        ? null
        : {
            rate: asked.reduce((sum, { rate }) => sum + (rate ?? 0), 0),
            outcomes: outcomes.reduce((a, b) => (a === null || b === null ? null : added(a, b))) ?? null,
          },
    tcp: tcp ?? null,
  };
}

function added(a: Outcomes, b: Outcomes): Outcomes {
  return Object.fromEntries(OUTCOMES.map((name) => [name, a[name] + b[name]])) as Outcomes;
}

type Kind = "requests" | "bytes" | "connections";

/**
 * `sums`: null where the instant isn't known. Where any instant had edges of that kind, a known one without is 0; where none
 * had there are no lines. An outcome class that never occurred has no line but `ok`; requests whose class isn't known are
 * `unknown`.
 */
export function sumLines(kind: Kind, sums: readonly (Sum | null)[]): readonly SumLine[] {
  const line = (name: string, of: (sum: Sum) => number): SumLine => ({
    name,
    values: sums.map((sum) => (sum === null ? null : of(sum))),
  });
  if (kind === "requests") {
    if (!sums.some((sum) => sum?.requests)) return [];
    const classes = OUTCOMES.map((name) => line(name, ({ requests }) => requests?.outcomes?.[name] ?? 0));
    const unknown = line("unknown", ({ requests }) => (requests?.outcomes === null ? requests.rate : 0));
    return [...classes, unknown].filter(
      ({ name, values }) => name === "ok" || values.some((value) => (value ?? 0) > 0),
    );
  }
  if (kind === "bytes") {
    if (!sums.some((sum) => sum?.tcp?.bytesPerSecond)) return [];
    return (["sent", "received"] as const).map((name) => line(name, ({ tcp }) => tcp?.bytesPerSecond?.[name] ?? 0));
  }
  if (!sums.some((sum) => sum?.tcp?.connections)) return [];
  const meters = { opened: "openedPerSecond", closed: "closedPerSecond", failed: "failedPerSecond" } as const;
  return Object.entries(meters).map(([name, meter]) => line(name, ({ tcp }) => tcp?.connections?.[meter] ?? 0));
}
