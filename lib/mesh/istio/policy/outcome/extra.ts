/**
 * What servers counted of one caller's requests beyond its calls: copies of other calls, which the client's proxy doesn't count, and
 * attempts after the first, of which it counts one a call (docs/numbers.md, "Outcome of a change"). Pure.
 */
import { type Interval, poisson, Z99 } from "#lib/graph/interval.ts";
import type { GraphEdge, ObserverEvidence } from "#lib/graph/model.ts";
import { behind, edgesOf, isService, type Traffic } from "./traffic.ts";

interface Asked {
  readonly source: string;
  /** The service whose calls they are a share of. */
  readonly of: string;
  /** The service where they arrive, and all who answer there. */
  readonly to: string;
  readonly targets: ReadonlySet<string>;
  /** Copies; else attempts. */
  readonly copies: boolean;
}

/** Requests/s. */
export interface Extra {
  readonly calls: number;
  /** Beyond them, between these. */
  readonly least: number;
  readonly most: number;
  /** Calls of `to` itself that never arrived. */
  readonly lost: number;
  readonly seconds: number;
}

const positive = (value: number | undefined): number => (value !== undefined && value > 0 ? value : 0);
const sum = (list: readonly number[]): number => list.reduce((all, each) => all + each, 0);

/**
 * Each attempt that arrives is counted by its server. Of what servers counted, first arrivals of calls are no more than the calls that the
 * client counted, and no less than those of them that ended at a workload without a flag. Of one call an attempt arrives after another only
 * if that one failed there. What is left are copies.
 */
export function extraOf({ source, of, to, targets, copies }: Asked, traffic: Traffic): Extra {
  const own = traffic.edges.filter((each) => each.source === source && each.protocol !== "tcp");
  const arrived = own.filter(({ target }) => targets.has(target) && !isService(target));
  const stray = own.filter(
    ({ target }) =>
      isService(target) && (target === to || [...behind(target, [traffic])].some((each) => targets.has(each))),
  );
  const served = sum(arrived.map(({ observers }) => positive(observers.destination?.rate)));
  const lost = sum(stray.map(({ observers }) => positive(observers.source?.rate)));
  const asked = sum(arrived.map(({ observers }) => positive(observers.source?.rate))) + lost;
  const sure = sum(arrived.map(({ observers }) => positive(observers.source?.rate) - flagged(observers.source)));
  // Where it asks for nothing there, nothing is tried again.
  const again = copies && asked > 0 ? sum(arrived.map(failedOf)) : 0;
  return {
    ...{ lost, seconds: traffic.seconds },
    // Copies that go to the same service are on its edge as well: the client's word alone.
    calls: sum(
      edgesOf({ source, target: of, tcp: false }, traffic).map(({ observers }) => positive(observers.source?.rate)),
    ),
    least: Math.max(0, served - asked - again),
    most: Math.max(0, served - sure),
  };
}

const flagged = (evidence: ObserverEvidence | undefined): number =>
  sum(Object.entries(evidence?.flags ?? {}).map(([flag, rate]) => (flag === "-" ? 0 : positive(rate))));

/** At the server, in whatever way: also where the client left. */
function failedOf({ observers: { destination }, protocol }: GraphEdge): number {
  const fine = protocol === "grpc" ? /^0$/ : /^[123]/;
  const codes = Object.entries(destination?.codes ?? {});
  return sum(codes.map(([code, rate]) => (fine.test(code) ? 0 : positive(rate)))) + flagged(destination);
}

/** By how much of the calls it rose: between what evidence leaves open, and with what chance adds. */
export interface Rise {
  readonly evidence: Interval;
  readonly chance: Interval;
  /** Calls since. */
  readonly calls: number;
}

/** Shares of the calls, which may be more than 1. Without calls before, all there was is taken as none of theirs. */
export function riseOf(old: Extra, now: Extra): Rise {
  const [was, is] = [shareOf(old), shareOf(now)];
  const between = (a: Interval, b: Interval): Interval => ({
    low: Math.max(0, a.low - b.high),
    high: Math.max(0, a.high - b.low),
  });
  return {
    evidence: between(is.evidence, was.evidence),
    chance: between(is.chance, was.chance),
    calls: now.calls * now.seconds,
  };
}

function shareOf({ calls, least, most, seconds }: Extra): Record<"evidence" | "chance", Interval> {
  if (!(calls > 0)) return { evidence: { low: 0, high: 0 }, chance: { low: 0, high: 0 } };
  const count = calls * seconds;
  return {
    evidence: { low: least / calls, high: most / calls },
    chance: {
      low: poisson(least * seconds, Z99).low / count,
      high: poisson(most * seconds, Z99).high / count,
    },
  };
}
