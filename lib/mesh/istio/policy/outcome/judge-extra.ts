/** Copies and attempts that were foretold, held against what servers counted beyond the caller's calls. */
import { FEW_REQUESTS, formatCount, formatPercent, formatRate } from "#lib/format.ts";
import type { Interval } from "#lib/graph/interval.ts";
import type { GraphNode } from "#lib/graph/model.ts";
import type { JudgedItem, PredictedItem } from "#lib/policy/outcome.ts";
import { refKey } from "#lib/policy/ref.ts";
import type { Source } from "#lib/policy/security.ts";
import { perSecond, ratio } from "#lib/units.ts";
import { type Extra, extraOf, type Rise, riseOf } from "./extra.ts";
import { behind, copies, edgesOf, isService, type Traffic } from "./traffic.ts";

/** What the traffic itself doesn't say. */
export interface Around {
  /** Node ids of all workloads that a service selects; null: who stands behind it isn't known whole. */
  readonly serving: (service: string) => readonly string[] | null;
  /** The one service about whose calls a rule is; null: there are several, or it isn't known. */
  readonly about: (rule: Source | null) => string | null;
  /** All that was foretold. */
  readonly items: readonly PredictedItem[];
}

export interface Stretches {
  readonly before: Traffic;
  readonly since: Traffic;
  /** The newer half of it, in which proxies have what was written; null: too short to judge by. */
  readonly lately: Traffic | null;
}

type Said = Pick<JudgedItem, "judgement" | "why" | "measured">;

/** Proxies are scraped at different instants, and callers drift: so much isn't a difference. */
const DRIFT = 0.05;
/** Calls that never arrive, beyond which the attempts are too many that nobody counts. */
const LOST = 0.01;
const SPARSE = `${FEW_REQUESTS} are needed`;

const percent = (share: number): string => formatPercent(ratio(share));

/** `expected`: shares of the calls, which may be more than 1; null: the prediction gives none. */
export function judgeExtra(
  item: PredictedItem,
  expected: Interval | null,
  { before, since, lately }: Stretches,
  around: Around,
): Said {
  const isCopies = item.verdict === "mirrored";
  const told = isCopies ? `${sayCopies(item, before, since)} ` : "";
  const unknown = (why: string): Said => ({ judgement: "unknown", why: `${told}${why}`, measured: null });
  const of = isCopies ? around.about(item.rule) : item.target;
  if (of === null) return unknown(ABOUT);
  if (before.seconds === 0) return unknown("What there was before isn’t known.");
  if (lately === null) return unknown("Too little time has passed to judge by.");
  const serving = around.serving(item.target);
  if (serving === null) return unknown("Not all who answer there are known, so their counts aren’t whole.");
  const targets = new Set([...serving, ...behind(item.target, [before, since])].filter((each) => !isService(each)));
  const blind = blindOf(item, of, targets, { before, since, lately }, around);
  if (blind !== null) return unknown(blind);
  const asked = { source: item.source, of, to: item.target, targets, copies: isCopies };
  const [was, is] = [extraOf(asked, before), extraOf(asked, since)];
  if (is.calls === 0) return { judgement: "not-seen", why: "The caller hasn’t called since.", measured: null };
  const earlier = extraOf({ ...asked, copies: true }, before);
  if ((isCopies ? earlier.most : earlier.least) > DRIFT * was.calls) return unknown(EARLIER);
  const [whole, newer] = [riseOf(was, is), riseOf(was, extraOf(asked, lately))];
  if (newer.calls < FEW_REQUESTS)
    return unknown(
      `Too few calls: ${formatCount(whole.calls)} since, ${formatCount(newer.calls)} in the newer half of that time, ${SPARSE}.`,
    );
  return compared(expected, { whole, newer }, isCopies, unknown, is);
}

const EARLIER =
  "Servers counted such requests before the change too: of which calls they were isn’t told, so neither is what is new.";
const ABOUT = "Whether they are as foretold can’t be told: the rule isn’t about the calls to one Service alone.";

function compared(
  expected: Interval | null,
  { whole, newer }: { readonly whole: Rise; readonly newer: Rise },
  isCopies: boolean,
  unknown: (why: string) => Said,
  { lost, calls }: Extra,
): Said {
  const { low, high } = newer.evidence;
  const said = sayRise(newer, isCopies);
  const measured = {
    ...{ share: (low + high) / 2, calls: Math.round(newer.calls) },
    ...newer.chance,
  };
  if (expected !== null && Math.max(whole.chance.low, newer.chance.low) > expected.high + DRIFT)
    return { judgement: "more", why: `${said}; at most ${percent(expected.high)} were to be expected.`, measured };
  // Attempts that never arrive are counted nowhere: of those, and of where they went, nothing can be called fine.
  if (!isCopies && lost > LOST * calls)
    return unknown("Some of its calls never arrived, and attempts that don’t arrive are counted nowhere.");
  if (expected !== null && newer.chance.high < expected.low - DRIFT)
    return { judgement: "less", why: `${said}; at least ${percent(expected.low)} were to be expected.`, measured };
  const within = expected !== null && low >= expected.low - DRIFT && high <= expected.high + DRIFT;
  if (high - low > DRIFT && !within)
    return unknown(`${said}: which of them are copies, which attempts and which calls isn’t told apart.`);
  if (expected === null) return { judgement: "open", why: `It was unknown before. Since then: ${said}.`, measured };
  return {
    judgement: "as-predicted",
    why: isCopies ? `${said}.` : `${said}. Attempts that don’t arrive aren’t counted.`,
    measured,
  };
}

function sayRise({ evidence: { low, high }, calls }: Rise, isCopies: boolean): string {
  const share = high - low > DRIFT ? `${percent(low)} to ${percent(high)}` : percent((low + high) / 2);
  const count = formatCount(calls);
  return isCopies
    ? `Copies of ${share} of ${count} calls came there, beyond those of before`
    : `Of ${count} calls servers counted ${share} more attempts than before`;
}

/** Why what clients and servers counted can't be held against each other; null: it can. */
function blindOf(
  item: PredictedItem,
  of: string,
  targets: ReadonlySet<string>,
  { before, since, lately }: Stretches,
  around: Around,
): string | null {
  const { source, target, verdict } = item;
  const node = (id: string) => since.nodes.get(id);
  if (!countsWhole(node(source), ["sidecar", "gateway"]))
    return "Not every pod of the caller has a proxy that is scraped, so its calls can’t be told from copies and attempts.";
  if (![...targets].every((id) => countsWhole(node(id), ["sidecar"])))
    return "Not every pod that answers there has a sidecar that is scraped, so not all that arrives is counted.";
  const stretches = [before, since, ...(lately === null ? [] : [lately])];
  const own = stretches.flatMap(({ edges }) =>
    edges.filter((each) => each.source === source && targets.has(each.target) && each.protocol !== "tcp"),
  );
  const calls = stretches.flatMap((traffic) => edgesOf({ source, target: of, tcp: false }, traffic));
  if ([...calls, ...own].some(({ observers }) => observers.waypoint !== undefined))
    return "A waypoint stands between them, and counts their calls apart.";
  if (calls.some(({ observers }) => observers.source === undefined))
    return "Calls that the caller’s proxy doesn’t count can’t be told from copies and attempts.";
  const copying = copyingThere(item, targets, stretches, around);
  if (verdict === "mirrored")
    return copying.some((each) => !isOfSame(each, item))
      ? "The same change sends other copies there, too: which of them are whose isn’t told."
      : null;
  if (copying.length > 0) return "The same change sends copies there, which servers count like attempts.";
  const others = stretches.flatMap(({ through }) => through.filter((each) => !each.half && each.source === source));
  return others.some((each) => each.target !== target && overlaps(each.target, targets, stretches))
    ? "The caller calls those who answer there by another host too, and servers don’t tell these calls apart."
    : null;
}

/** What sends copies of the same caller's calls to any of these. */
const copyingThere = (
  { source }: PredictedItem,
  targets: ReadonlySet<string>,
  stretches: readonly Traffic[],
  { items, serving }: Around,
): readonly PredictedItem[] =>
  items.filter(
    (each) =>
      each.verdict === "mirrored" &&
      each.source === source &&
      (overlaps(each.target, targets, stretches) || serving(each.target)?.some((id) => targets.has(id)) === true),
  );

/** Items may tell hour and week, or what is certain and what isn't, of one rule's copies apart. */
const isOfSame = (a: PredictedItem, b: PredictedItem): boolean =>
  a.target === b.target && a.rule?.path === b.rule?.path && refOf(a.rule) === refOf(b.rule);

const refOf = (rule: Source | null): string => (rule === null ? "" : refKey(rule.object));

const overlaps = (service: string, targets: ReadonlySet<string>, stretches: readonly Traffic[]): boolean =>
  [...behind(service, stretches)].some((each) => targets.has(each));

/** Each of its pods has a proxy of that sort, and all of them are scraped. */
function countsWhole(node: GraphNode | undefined, sorts: readonly GraphNode["dataplane"][]): boolean {
  if (node?.coverage === undefined || node.goneAt !== undefined || !sorts.includes(node.dataplane)) return false;
  return (
    node.coverage.pods > 0 && node.coverage.reporting === node.coverage.pods && !node.badges.includes("partly-unmeshed")
  );
}

function sayCopies(item: PredictedItem, before: Traffic, since: Traffic): string {
  const rate = (value: number) => formatRate(perSecond(value));
  const [was, is] = [before, since].map((traffic) => copies(item, traffic, [before, since]));
  const then = before.seconds === 0 ? "" : `, ${rate(was ?? 0)} before`;
  return `Servers counted ${rate(is ?? 0)} that the caller’s proxy doesn’t count as calls${then}: copies or retries. ${rate(item.max)} at most were to be expected at the calls of then.`;
}
