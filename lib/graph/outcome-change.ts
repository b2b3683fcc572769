/**
 * What became of the traffic after a change: outcome classes, codes and callers before and since. Rates of both sides come
 * with the time they rest on, so that few calls never read as a trend (docs/policies.md, "Predicted and measured").
 */
import { Z99 } from "./interval.ts";
import { type GraphEdge, OUTCOMES, type Outcome } from "./model.ts";

/** One side: edges with headline rates, and the seconds that the rates are averages of. */
export interface Side {
  readonly edges: readonly GraphEdge[];
  readonly seconds: number;
}

export interface RateChange {
  /** Per second. */
  readonly before: number;
  readonly since: number;
  /** More than chance makes of the calls seen: two-sided, 99 %. */
  readonly significant: boolean;
}

export interface GroupChange extends RateChange {
  readonly key: string;
  /** `new`: none before. `stopped`: enough were to be expected, and none came. `few`: too few to tell. */
  readonly kind: "as before" | "new" | "stopped" | "few" | "more" | "less";
}

export interface OutcomeChange {
  /** Of all touched edges together; only classes that either side saw. */
  readonly classes: readonly (RateChange & { readonly outcome: Outcome; readonly adverse: boolean })[];
  /** Response codes that either side saw, worst change first; `-` is no response. */
  readonly codes: readonly (RateChange & { readonly code: string })[];
  /** By the caller's choice of groups, worst first. */
  readonly groups: readonly GroupChange[];
  /** Requests that the newer side rests on. */
  readonly requests: number;
  /** Something got worse that chance doesn't explain. */
  readonly adverse: boolean;
}

/** Below so many expected calls nothing is said about a group. */
const FEW = 30;
/** So many must have been expected before silence means "stopped". */
export const SILENT = 10;
/** So many events of a class that was not there before aren't chance. */
const EVENTS = 5;
const BAD: ReadonlySet<Outcome> = new Set<Outcome>(["client", "policy", "neverArrived", "server"]);

const finite = (value: number | null | undefined): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;

/** Two Poisson rates over their times. */
function rateChange(before: number, since: number, beforeSeconds: number, sinceSeconds: number): RateChange {
  const [n0, n1] = [before * beforeSeconds, since * sinceSeconds];
  if (beforeSeconds <= 0 || sinceSeconds <= 0) return { before, since, significant: false };
  // Anscombe's transform keeps small counts from looking sure of themselves.
  const z =
    (2 * (Math.sqrt((n1 + 3 / 8) / sinceSeconds) - Math.sqrt((n0 + 3 / 8) / beforeSeconds))) /
    Math.sqrt(1 / sinceSeconds + 1 / beforeSeconds);
  return { before, since, significant: Math.abs(z) > Z99 && Math.max(n0, n1) >= EVENTS };
}

function sum<Key extends string>(
  edges: readonly GraphEdge[],
  read: (edge: GraphEdge) => Iterable<readonly [Key, number | null]>,
): ReadonlyMap<Key, number> {
  const total = new Map<Key, number>();
  for (const edge of edges)
    for (const [key, value] of read(edge)) total.set(key, (total.get(key) ?? 0) + finite(value));
  return total;
}

const union = <Key>(a: ReadonlyMap<Key, number>, b: ReadonlyMap<Key, number>): readonly Key[] => [
  ...new Set([...a.keys(), ...b.keys()]),
];

/**
 * Both sides compared. `groupOf` names what an edge belongs to (its caller, for example); null: the change didn't touch it.
 * An unknown rate counts nothing on either side.
 */
export function outcomeChange(before: Side, since: Side, groupOf: (edge: GraphEdge) => string | null): OutcomeChange {
  const touched = ({ edges }: Side) => edges.filter((edge) => groupOf(edge) !== null && edge.protocol !== "tcp");
  const [old, now] = [touched(before), touched(since)];
  const compare = (a: number, b: number) => rateChange(a, b, before.seconds, since.seconds);
  const classOf = (edge: GraphEdge) => OUTCOMES.map((name) => [name, edge.outcomes?.[name] ?? null] as const);
  const [oldClasses, newClasses] = [sum(old, classOf), sum(now, classOf)];
  const total = (classes: ReadonlyMap<Outcome, number>) => [...classes.values()].reduce((a, b) => a + b, 0);
  const [oldRate, newRate] = [total(oldClasses), total(newClasses)];
  const classes = OUTCOMES.flatMap((outcome) => {
    const [a, b] = [oldClasses.get(outcome) ?? 0, newClasses.get(outcome) ?? 0];
    if (a === 0 && b === 0) return [];
    const change = compare(a, b);
    // More traffic brings more failures: what counts is their share.
    const share =
      oldRate === 0 || newRate === 0 ? change.significant : shareRose(a, oldRate, b, newRate, before, since);
    return [{ outcome, ...change, adverse: BAD.has(outcome) && b > a && change.significant && share }];
  });
  const codesOf = (edge: GraphEdge) => Object.entries(edge.codes);
  const [oldCodes, newCodes] = [sum(old, codesOf), sum(now, codesOf)];
  const codes = union(oldCodes, newCodes)
    .map((code) => ({ code, ...compare(oldCodes.get(code) ?? 0, newCodes.get(code) ?? 0) }))
    .filter((change) => change.before > 0 || change.since > 0)
    .toSorted((a, b) => Math.abs(b.since - b.before) - Math.abs(a.since - a.before));
  const rateOf = (edge: GraphEdge) => [[groupOf(edge) ?? "", edge.rate] as const];
  const [oldGroups, newGroups] = [sum(old, rateOf), sum(now, rateOf)];
  const groups = union(oldGroups, newGroups)
    .map((key) => group(key, compare(oldGroups.get(key) ?? 0, newGroups.get(key) ?? 0), before, since))
    .filter((change) => change.before > 0 || change.since > 0)
    .toSorted((a, b) => a.since - a.before - (b.since - b.before));
  return {
    classes,
    codes,
    groups,
    requests: Math.round(newRate * Math.max(0, since.seconds)),
    adverse: classes.some(({ adverse }) => adverse) || groups.some(({ kind }) => kind === "stopped"),
  };
}

function shareRose(a: number, oldRate: number, b: number, newRate: number, before: Side, since: Side): boolean {
  const [n0, n1] = [oldRate * before.seconds, newRate * since.seconds];
  const pooled = (a * before.seconds + b * since.seconds) / (n0 + n1);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1));
  const rise = b / newRate - a / oldRate;
  return rise > 0 && (spread === 0 || rise / spread > Z99);
}

function group(key: string, change: RateChange, before: Side, since: Side): GroupChange {
  const expected = change.before * Math.max(0, since.seconds);
  const seen = change.since * Math.max(0, since.seconds);
  const kind = (): GroupChange["kind"] => {
    if (seen === 0 && expected >= SILENT && change.before * before.seconds >= FEW) return "stopped";
    if (change.before === 0 && seen > 0) return "new";
    if (Math.max(expected, seen) < FEW) return "few";
    if (!change.significant) return "as before";
    return change.since > change.before ? "more" : "less";
  };
  return { key, ...change, kind: kind() };
}
