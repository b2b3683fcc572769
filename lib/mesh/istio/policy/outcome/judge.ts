/** One predicted pair, held against what was measured of it since. */
import { FEW_REQUESTS, formatCount, formatPercent } from "#lib/format.ts";
import { type Interval, wilson, Z99 } from "#lib/graph/interval.ts";
import { SILENT } from "#lib/graph/outcome-change.ts";
import type { ImpactVerdict } from "#lib/policy/impact.ts";
import type { JudgedItem, Judgement, PredictedItem } from "#lib/policy/outcome.ts";
import { ratio } from "#lib/units.ts";
import { type Around, judgeExtra, type Stretches } from "./judge-extra.ts";
import { type Measured, moved, overlap } from "./moved.ts";
import { edgesOf, isNamed, type Pair, strays, type Tally, type Traffic, tallyOf } from "./traffic.ts";

/** Shares of callers within a pair drift from one hour to the next: so much isn't a difference. */
const DRIFT = 0.05;
/** Of what weights and percentages alone decide. */
const EXACT = 0.01;
const EXACTLY: ReadonlySet<ImpactVerdict> = new Set(["rerouted", "aborted", "delayed"]);

/** A call can be made more than once by them. */
const SEVERAL: ReadonlySet<ImpactVerdict> = new Set(["retried", "mirrored"]);

const RARE =
  "It is about callers of the pair that weren’t seen in the window of the rates: a pair’s numbers don’t tell them apart.";

const UNMEASURED: Partial<Record<ImpactVerdict, string>> = {
  "not-enforced": "No metric says which policy looked at a call.",
};

/** `blind`: why telemetry can't tell of the pair now; null: it can. */
export function judge(item: PredictedItem, stretches: Stretches, blind: string | null, around: Around): JudgedItem {
  const expected = expectedOf(item);
  const say = (judgement: Judgement, why: string, measured: JudgedItem["measured"] = null): JudgedItem => ({
    ...{ item, judgement, why, expected, measured },
  });
  if (!isNamed(item)) return say("unknown", "It sums pairs that you may not see.");
  const cannot = UNMEASURED[item.verdict] ?? blind;
  if (cannot !== null) return say("unknown", cannot);
  if (isRare(item)) return say("unknown", RARE);
  const { before, since, lately } = stretches;
  if (SEVERAL.has(item.verdict)) return { item, expected, ...judgeExtra(item, expected, stretches, around) };
  const pair = countedAs(item, stretches);
  const of = (traffic: Traffic) => tallyOf(callsOf(item, pair, traffic, before), traffic.seconds);
  const [was, is] = [of(before), of(since)];
  if (is.calls === 0) return silent(item, was.calls, { before, since }, say);
  if (lately === null) return say("unknown", "Too little time has passed to judge by.");
  const seen = readings(item, stretches, pair);
  if (seen === null)
    return say("unknown", NOT_COUNTED[item.verdict] ?? "Telemetry doesn’t tell how these calls ended.");
  const { whole, late, base } = seen;
  const measured = { ...whole, calls: Math.round(is.calls) };
  if (whole.calls < FEW_REQUESTS) return say("unknown", `Too few calls: ${formatCount(whole.calls)} since, ${NEEDED}.`);
  if (late.calls < FEW_REQUESTS)
    return say(
      "unknown",
      `Too few calls lately: ${formatCount(late.calls)} in the newer half of that time, ${NEEDED}.`,
    );
  const share = `${formatPercent(ratio(whole.share))} of ${formatCount(whole.calls)} calls ${DONE[item.verdict]}`;
  if (expected === null) return say("open", `It was unknown before. Since then ${share}.`, measured);
  const drift = driftOf(item);
  const over = Math.max(whole.low, late.low) > expected.high + drift + base;
  // What proxies had before counts in the first half: only the newer one may say that less happens than was foretold.
  const under = late.high < expected.low - drift || (item.seen === "week" && expected.low > 0 && whole.share === 0);
  if (over) return say("more", `${capital(share)}; at most ${percent(expected.high)} were to be expected.`, measured);
  if (under) return say("less", `${capital(share)}; at least ${percent(expected.low)} were to be expected.`, measured);
  return say("as-predicted", `${capital(share)}.`, measured);
}

/** The pair had a rate, and this is about none of it. */
export const isRare = ({ seen, rate }: PredictedItem): boolean => seen === "week" && rate > 0;

const driftOf = ({ verdict }: PredictedItem): number => (EXACTLY.has(verdict) ? EXACT : DRIFT);

/** Whether such a part (0…1) of a pair's calls is all of them, but for what drifts. */
export const isAll = (share: number, drift = DRIFT): boolean => share >= 1 - drift;

const NEEDED = `${FEW_REQUESTS} are needed`;

/** Behind a waypoint that came since, what a ztunnel counted as connections is requests. */
function countedAs({ source, target, protocol }: PredictedItem, { before, since }: Stretches): Pair {
  const pair = { source, target, tcp: protocol === "tcp" };
  const requests = { source, target, tcp: false };
  const some = (each: Pair, traffic: Traffic) =>
    edgesOf(each, traffic).length + strays(each, traffic, before).edges.length > 0;
  const turned = pair.tcp && !some(pair, since) && !some(requests, before) && some(requests, since);
  return turned ? requests : pair;
}

/** Counted as something else than what was predicted. */
const isTurned = (item: PredictedItem, { tcp }: Pair): boolean => item.protocol === "tcp" && !tcp;

const percent = (share: number): string => formatPercent(ratio(share));
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const DONE: Readonly<Record<ImpactVerdict, string>> = {
  denied: "were refused",
  breaks: "failed to arrive",
  unreachable: "went nowhere",
  aborted: "were answered by a fault",
  "times-out": "were given up",
  delayed: "were held back by a fault",
  retried: "were tried again",
  mirrored: "were copied",
  "loses-mtls": "were without mutual TLS",
  "not-enforced": "passed",
  rerouted: "went elsewhere than before",
  allowed: "passed that did not before",
};

const NOT_COUNTED: Partial<Record<ImpactVerdict, string>> = {
  "loses-mtls": "No proxy measures whether these calls are mutual TLS.",
  denied: "A proxy that refuses a connection counts it as opened, so connections don’t tell.",
  breaks: "Its lost calls are counted at the service, together with those to other workloads.",
  unreachable: "Its lost calls are counted at the service, together with those to other workloads.",
  allowed: "How these calls ended before isn’t known, so there is nothing to compare with.",
};

/** The share of the pair's calls, of copies and attempts maybe more than 1; null: the prediction gives none. */
export function expectedOf({ verdict, certainty, min, max, rate, seen }: PredictedItem): Interval | null {
  if (certainty === "unknown") return null;
  const several = SEVERAL.has(verdict);
  if (several && (seen === "week" || rate <= 0)) return null;
  // Of a pair without a rate it was said what happens, not to which part of its calls.
  if (seen === "week" || rate <= 0) return { low: certainty === "certain" ? Number.MIN_VALUE : 0, high: 1 };
  const share = (amount: number) => Math.min(several ? Number.POSITIVE_INFINITY : 1, Math.max(0, amount / rate));
  return { low: share(min), high: share(max) };
}

interface Readings {
  readonly whole: Measured;
  readonly late: Measured;
  /** What of it was there before the change, at most. */
  readonly base: number;
}

/** How many calls did what was predicted, in the whole stretch and in its newer half; null: that isn't counted. */
function readings(item: PredictedItem, { before, since, lately }: Stretches, pair: Pair): Readings | null {
  if (lately === null) return null;
  if (item.verdict === "rerouted")
    return { whole: moved(pair, before, since), late: moved(pair, before, lately), base: 0 };
  if (isLoss(item) && strays(pair, since, before).shared) return null;
  const of = (traffic: Traffic) => tallyOf(callsOf(item, pair, traffic, before), traffic.seconds);
  const hits = (tally: Tally) => hitsOf(item, tally, isTurned(item, pair));
  const [was, whole, late] = [of(before), hits(of(since)), hits(of(lately))];
  if (whole === null || late === null) return null;
  const old = hits(was);
  if (item.verdict === "allowed") {
    if (old === null || old.of < FEW_REQUESTS) return null;
    const failed = wilson(old.hits, old.of, Z99);
    const fell = ({ hits: now, of: calls }: Hits): Measured => {
      const since = wilson(now, calls, Z99);
      const share = Math.max(0, old.hits / old.of - now / calls);
      return { share, calls, low: Math.max(0, failed.low - since.high), high: Math.max(0, failed.high - since.low) };
    };
    return { whole: fell(whole), late: fell(late), base: 0 };
  }
  const measure = ({ hits: now, of: calls }: Hits): Measured => ({
    ...{ share: calls === 0 ? 0 : now / calls, calls },
    ...wilson(now, calls, Z99),
  });
  // Of a time of which nothing is known, all of it may have been so already.
  const none = before.seconds === 0 ? 1 : 0;
  const base = old === null || old.of === 0 || old.hits === 0 ? none : wilson(old.hits, old.of, Z99).high;
  return { whole: measure(whole), late: measure(late), base };
}

const isLoss = ({ verdict }: PredictedItem): boolean => verdict === "breaks" || verdict === "unreachable";

/** With those that never arrived, where it is about that, or a waypoint may have met who refuses it. */
function callsOf(item: PredictedItem, pair: Pair, traffic: Traffic, before: Traffic) {
  const own = edgesOf(pair, traffic);
  return isLoss(item) || isTurned(item, pair) ? [...own, ...strays(pair, traffic, before).edges] : own;
}

interface Hits {
  readonly hits: number;
  readonly of: number;
}

function hitsOf({ verdict, protocol }: PredictedItem, tally: Tally, turned: boolean): Hits | null {
  const { calls, refused, neverArrived, server, injected, held, timedOut, plain } = tally;
  const sum = (...parts: readonly (number | null)[]): Hits | null => {
    const known = parts.filter((part) => part !== null);
    return known.length < parts.length ? null : { hits: known.reduce((all, part) => all + part, 0), of: calls };
  };
  switch (verdict) {
    case "denied":
      // The waypoint answers 503 where a ztunnel behind it refuses its connection, and 403 itself.
      if (turned) return sum(refused, neverArrived, server);
      // ztunnel counts a refused connection as failed; a sidecar's RBAC filter closes one that counts as opened.
      if (protocol === "tcp") return (neverArrived ?? 0) > 0 ? sum(neverArrived) : null;
      return sum(refused);
    case "breaks":
    case "unreachable":
      return sum(neverArrived, server);
    case "aborted":
      return sum(injected);
    case "times-out":
      return sum(timedOut);
    case "delayed":
      return sum(held);
    case "allowed":
      return sum(refused, neverArrived, server, injected);
    case "loses-mtls":
      return plain === null ? null : { hits: plain.calls, of: plain.of };
    default:
      return null;
  }
}

/** Those after which a pair may carry nothing at all. */
const STOPS: ReadonlySet<ImpactVerdict> = new Set(["denied", "breaks", "unreachable"]);

/** Nothing of the pair was seen since: as was foretold of all of its calls, or nobody counted what became of them. */
function silent(
  item: PredictedItem,
  calledBefore: number,
  { before, since }: Pick<Stretches, "before" | "since">,
  say: (judgement: Judgement, why: string) => JudgedItem,
): JudgedItem {
  const calls = before.seconds === 0 ? 0 : Math.min(item.rate, calledBefore / before.seconds) * since.seconds;
  if (calls < SILENT) return say("not-seen", "The pair hasn’t called since.");
  const stopped = `About ${formatCount(calls)} calls were to be expected, and none came`;
  const expected = expectedOf(item);
  if (expected === null) return say("open", `It was unknown before. ${stopped}.`);
  const stops = STOPS.has(item.verdict);
  if (!stops && !(item.verdict === "rerouted" && overlap(item, before, since))) return say("unknown", `${stopped}.`);
  if (!isAll(expected.high, driftOf(item)))
    return say("unknown", `${stopped}; at most ${percent(expected.high)} were to be expected to ${TO[item.verdict]}.`);
  return say("as-predicted", stops ? `The calls stopped: ${stopped.toLowerCase()}.` : `${stopped} there.`);
}

const TO: Partial<Record<ImpactVerdict, string>> = {
  denied: "be refused",
  breaks: "fail to arrive",
  unreachable: "go nowhere",
  rerouted: "go elsewhere",
};
