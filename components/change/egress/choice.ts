/** Which entries a Sidecar shall have: those that are proposed, but for what was ticked otherwise or added. Pure. */
import type { EgressEntry, EgressSeen } from "#lib/policy/egress.ts";

export interface Choice {
  /** One entry a namespace instead of one a host. */
  readonly whole: boolean;
  /** Entries that are chosen though not proposed, or proposed and not chosen. */
  readonly flipped: ReadonlySet<string>;
  /** Entries that nobody proposed. */
  readonly added: readonly string[];
}

export const PROPOSED: Choice = { whole: false, flipped: new Set(), added: [] };

export interface Row extends Omit<EgressEntry, "kind"> {
  readonly chosen: boolean;
  readonly added: boolean;
}

export function rowsOf(entries: readonly EgressEntry[], { whole, flipped, added }: Choice): readonly Row[] {
  const shown = whole ? byNamespace(entries) : entries;
  const rows = shown.map((each) => ({ ...each, chosen: each.proposed !== flipped.has(each.entry), added: false }));
  const more = added
    .filter((entry) => !rows.some((row) => row.entry === entry))
    .map((entry): Row => ({ entry, proposed: false, why: ADDED, seen: [], others: [], chosen: true, added: true }));
  return [...rows, ...more];
}

const ADDED = "Added here: nothing that was seen asks for it.";

export const hostsOf = (rows: readonly Row[]): readonly string[] =>
  rows.filter(({ chosen }) => chosen).map(({ entry }) => entry);

export function flip(choice: Choice, entry: string): Choice {
  if (choice.added.includes(entry)) return { ...choice, added: choice.added.filter((each) => each !== entry) };
  const flipped = new Set(choice.flipped);
  if (!flipped.delete(entry)) flipped.add(entry);
  return { ...choice, flipped };
}

function byNamespace(entries: readonly EgressEntry[]): readonly EgressEntry[] {
  const groups = Map.groupBy(entries, ({ entry }) => `${entry.split("/")[0] ?? ""}/*`);
  return [...groups].flatMap(([entry, list]) => {
    const [first] = list;
    if (first === undefined) return [];
    if (list.length === 1 && first.entry === entry) return [first];
    return [
      {
        ...{ entry, kind: first.kind, proposed: list.some(({ proposed }) => proposed) },
        why: "All hosts of the namespace, also those that come later.",
        seen: list.flatMap(({ seen }) => seen).filter(firstOfHost),
        others: [...new Set(list.flatMap(({ others }) => others))].sort(),
      },
    ];
  });
}

/** A call that several entries ask for stands in each of them. */
const firstOfHost = ({ host }: EgressSeen, index: number, all: readonly EgressSeen[]): boolean =>
  all.findIndex((each) => each.host === host) === index;

/** What is wrong with an entry that is typed; null: nothing. */
export const wrongEntry = (text: string): string | null =>
  /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?|[.*])\/(?:\*|(?:\*\.)?[a-z0-9_](?:[-a-z0-9_.]{0,251}[a-z0-9_])?)$/.test(
    text,
  )
    ? null
    : "A namespace and a full host, such as bank/ledger.bank.svc.cluster.local, or bank/*.";

/** Sums of what was seen; requests and connections are never added. null: none within the window. */
export function totals(seen: readonly EgressSeen[]): {
  readonly requests: number | null;
  readonly connections: number | null;
} {
  const sum = (key: "requests" | "connections") => {
    const known = seen.flatMap((each) => each[key] ?? []);
    return known.length === 0 ? null : known.reduce((all, each) => all + each, 0);
  };
  return { requests: sum("requests"), connections: sum("connections") };
}
