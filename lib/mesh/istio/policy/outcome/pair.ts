/** What became of one pair: the stretch since a change beside the one before it. */
import { type Interval, wilson } from "#lib/graph/interval.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { outcomesOf } from "#lib/graph/outcome.ts";
import { outcomeChange } from "#lib/graph/outcome-change.ts";
import type { Alarm, AlarmKind, PairOutcome } from "#lib/policy/outcome.ts";
import { perSecond } from "#lib/units.ts";
import { callRate, type Tally, type Traffic, tallyOf } from "./traffic.ts";

export interface Sides {
  readonly before: Traffic;
  readonly since: Traffic;
}

/**
 * How far apart two shares must be before something is said of one pair among hundreds: the intervals of 3.3 standard deviations
 * (99.9 %) don't touch, which chance makes less than once in 100,000 pairs.
 */
const Z = 3.3;
/** Fewer calls of a kind are no alarm, however sure their share is. */
const EVENTS = 5;
const CODES = 4;
/** Of a new caller's calls. */
const MOST = 0.5;
const KINDS = ["refused", "never-arrived", "server", "client"] as const satisfies readonly AlarmKind[];
const MEASURE = {
  refused: "refused",
  "never-arrived": "neverArrived",
  server: "server",
  client: "client",
} as const satisfies Record<(typeof KINDS)[number], keyof Tally>;

/** `moved`: whether the caller's calls to what it asked for go on elsewhere, so that silence here is no loss. */
export function pairOutcome(
  old: GraphEdge | null,
  now: GraphEdge | null,
  { before, since }: Sides,
  moved: boolean,
): PairOutcome | null {
  const edge = now ?? old;
  if (edge === null) return null;
  const side = (each: GraphEdge | null, { seconds }: Traffic) => ({
    edges: each === null ? [] : [asRequests(each)],
    seconds,
  });
  const change = outcomeChange(side(old, before), side(now, since), () => "pair");
  const silent = now === null || callRate(now) === 0;
  const blind = silent && [edge.source, edge.target].some((id) => unscraped(since.nodes.get(id)));
  const told = before.seconds > 0 ? change.groups[0]?.kind : "few";
  const kind = blind ? "unmeasured" : (told ?? "as before");
  const significant = change.classes.filter((each) => each.significant && each.outcome !== "ok");
  return {
    ...{ source: edge.source, target: edge.target, protocol: edge.protocol },
    before: old === null ? null : callRate(old),
    since: now === null ? (blind ? null : 0) : callRate(now),
    calls: change.requests,
    kind,
    classes: significant.map((each) => ({ outcome: each.outcome, before: each.before, since: each.since })),
    codes: change.codes
      .filter(({ code, significant: sure }) => sure && !code.startsWith("2") && edge.protocol === "http")
      .slice(0, CODES)
      .map(({ code, before: was, since: is }) => ({ code, before: was, since: is })),
    mtls: mtlsOf(old, now),
    newborn: now?.newborn ?? null,
    alarms: [
      ...risen(old, now, { before, since }),
      ...lostMtls(old, now, { before, since }),
      ...(kind === "stopped" && !moved
        ? [{ kind: "stopped" as const, before: change.groups[0]?.before ?? 0, since: 0 }]
        : []),
    ],
  };
}

/** No proxy of it is scraped: its silence says nothing. */
const unscraped = (node: GraphNode | undefined): boolean =>
  node?.coverage !== undefined && node.coverage.pods > 0 && node.coverage.reporting === 0;

/** Connections as if they were requests: those that failed never arrived. */
function asRequests(edge: GraphEdge): GraphEdge {
  if (edge.protocol !== "tcp") return edge;
  const rate = callRate(edge);
  const failed = Math.min(rate, edge.connections?.failedPerSecond ?? 0);
  const outcomes = outcomesOf((each) => (each === "ok" ? rate - failed : each === "neverArrived" ? failed : 0));
  return { ...edge, protocol: "http", rate: perSecond(rate), outcomes, codes: {} };
}

/** Kinds of failure whose share of the calls rose. A pair that is new is held against all that its caller called before. */
function risen(old: GraphEdge | null, now: GraphEdge | null, { before, since }: Sides): readonly Alarm[] {
  if (now === null) return [];
  const earlier = old === null ? before.edges.filter(({ source }) => source === now.source) : [old];
  const [was, is] = [tallyOf(earlier, before.seconds), tallyOf([now], since.seconds)];
  if (was.calls === 0) return refusedFromTheFirst(is, { before, since });
  if (is.calls === 0) return [];
  return KINDS.flatMap((kind): readonly Alarm[] => {
    const [a, b] = [was[MEASURE[kind]], is[MEASURE[kind]]];
    if (a === null || b === null || b < EVENTS) return [];
    if (!above(wilson(b, is.calls, Z), wilson(a, was.calls, Z))) return [];
    return [{ kind, before: old === null ? 0 : a / before.seconds, since: b / since.seconds }];
  });
}

/** Of a caller who hadn't called anything before nothing got worse for sure; but that nearly all is refused to it is news. */
function refusedFromTheFirst(is: Tally, { before, since }: Sides): readonly Alarm[] {
  const refused = is.refused ?? 0;
  if (before.seconds === 0 || refused < EVENTS || wilson(refused, is.calls, Z).low < MOST) return [];
  return [{ kind: "refused", before: 0, since: refused / since.seconds }];
}

const above = (now: Interval, before: Interval): boolean => now.low > before.high;

function lostMtls(old: GraphEdge | null, now: GraphEdge | null, { before, since }: Sides): readonly Alarm[] {
  if (old === null || now === null) return [];
  const [was, is] = [tallyOf([old], before.seconds).plain, tallyOf([now], since.seconds).plain];
  if (was === null || is === null || is.calls < EVENTS) return [];
  if (!above(wilson(is.calls, is.of, Z), wilson(was.calls, was.of, Z))) return [];
  return [{ kind: "mtls-lost", before: 1 - was.calls / was.of, since: 1 - is.calls / is.of }];
}

function mtlsOf(old: GraphEdge | null, now: GraphEdge | null): PairOutcome["mtls"] {
  const [before, since] = [old?.mtls ?? null, now?.mtls ?? null];
  if (before === null || since === null || Math.abs(before - since) < 0.01) return null;
  return { before, since };
}
