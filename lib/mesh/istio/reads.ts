/**
 * What one refresh asks, whatever the number of namespaces: requests, first values of newborn series, layer 4, targets
 * and latency; a sixth read only for edges that are known but silent. ADR 0006 weighs the alternatives.
 */

import { bornWithin, missed, positive } from "#lib/mesh/newborn.ts";
import type { Expr, Matcher } from "#lib/promql/ast.ts";
import {
  and,
  increase,
  is,
  isNot,
  isOneOf,
  maxBy,
  metric,
  over,
  overTime,
  rate,
  sumBy,
  tagged,
  union,
} from "#lib/promql/build.ts";
import { type Seconds, seconds } from "#lib/units.ts";
import type { Facts } from "./facts.ts";
import { BODIES, DURATION, ENDS, L4_LABELS, METER, METERS, REQUEST_LABELS, REQUESTS, SOCKETS } from "./labels.ts";

/** Labels that say which scrape, by which Prometheus, brought a series, and nothing about the proxy itself. */
export const TARGET_LABELS = ["job", "instance", "prometheus", "prometheus_replica", "replica"] as const;
/** How long `edges=all` looks back. */
export const HISTORY = seconds(3600);

/** The ends with their apps and versions: as much as makes them the same ends as those of requests. */
const NAMED_ENDS = [...ENDS, ...L4_LABELS.filter((label) => label.includes("canonical"))];

/** `sum by (labels)`, in which a pod that two targets report counts once: per target, then the larger, then the sum. */
export function total(labels: readonly string[], expr: Expr, facts: Facts): Expr {
  const { podLabel, namespaceLabel } = facts;
  if (facts.doubles === null || podLabel === null) return sumBy(labels, expr);
  const pod = [...new Set([...labels, "cluster", ...(namespaceLabel === null ? [] : [namespaceLabel]), podLabel])];
  return sumBy(labels, maxBy(pod, sumBy([...pod, ...TARGET_LABELS], expr)));
}

/** Requests/s by everything that says what became of them. Silent series don't travel. */
export function requestsRead(window: Seconds, facts: Facts): Expr {
  return positive(total(REQUEST_LABELS, rate(metric(REQUESTS), window), facts));
}

/** Meters of the newborn read. */
export const NEWBORN = {
  missed: "missed",
  born: "born",
  samples: "samples",
  opened: "opened",
  failed: "failed",
} as const;

/** First values that rate() can't see: of requests, with their amount and age; of connections, for failures in a burst. */
export function newbornRead(window: Seconds, facts: Facts): Expr {
  const requests = metric(REQUESTS);
  const born = bornWithin(requests, window);
  const age = and(overTime("count", over(requests, window)), born);
  const l4 = l4Labels(facts);
  return union(
    tagged(positive(total(REQUEST_LABELS, missed(requests, window), facts)), METER, NEWBORN.missed),
    tagged(positive(total(REQUEST_LABELS, born, facts)), METER, NEWBORN.born),
    tagged(maxBy(REQUEST_LABELS, age), METER, NEWBORN.samples),
    tagged(positive(total(l4, missed(metric(METERS.opened), window), facts)), METER, NEWBORN.opened),
    tagged(positive(total(l4, missed(metric(METERS.failed), window), facts)), METER, NEWBORN.failed),
  );
}

/** What a proxy that classifies nothing writes is Istio's word for not knowing. */
export const classified = (label: string) => [isNot(label, ""), isNot(label, "unknown")];

/** Requests/s by operation, where requests are classified: most often by the server's proxy alone. Rows of the l4 read. */
export function operationsRead(window: Seconds, facts: Facts): Expr | null {
  const { operationLabel: label } = facts;
  if (label === null) return null;
  const named = rate(metric(REQUESTS, classified(label)), window);
  return tagged(positive(total([...NAMED_ENDS, label], named, facts)), METER, "operation");
}

function l4Labels({ ztunnelLabel }: Facts): readonly string[] {
  return ztunnelLabel === null ? L4_LABELS : [...L4_LABELS, ztunnelLabel];
}

/** Bytes, connections and gRPC messages in one answer, told apart by the label `meter`. */
export function l4Read(window: Seconds, facts: Facts): Expr {
  const labels = l4Labels(facts);
  const counters = Object.entries(METERS).map(([meter, name]) =>
    tagged(positive(total(labels, rate(metric(name), window), facts)), METER, meter),
  );
  const open = tagged(positive(total(labels, metric(SOCKETS), facts)), METER, "open");
  return union(open, ...counters);
}

/** 101 is left out: an upgraded connection's duration isn't a latency. */
const FINISHED = isNot("response_code", "101");

/** Buckets (rows with `le`), sums of durations (rows without) and of bodies (rows with `meter`) of some reporters. */
function latencyOf(matchers: readonly Matcher[], window: Seconds, facts: Facts): Expr {
  return union(
    total([...ENDS, "le"], rate(metric(`${DURATION}_bucket`, [...matchers, FINISHED]), window), facts),
    total(ENDS, rate(metric(`${DURATION}_sum`, [...matchers, FINISHED]), window), facts),
    ...Object.entries(BODIES).map(([meter, name]) =>
      tagged(total(ENDS, rate(metric(name, matchers), window), facts), METER, meter),
    ),
  );
}

const fromServers = (callers: readonly string[]) => [
  is("reporter", "destination"),
  isOneOf("source_workload", callers),
];

/** Latency and body sizes of whoever heads an edge: the client or a waypoint; the server only for clients that don't report. */
export function latencyRead(window: Seconds, facts: Facts): Expr {
  return union(
    latencyOf([isOneOf("reporter", ["source", "waypoint"])], window, facts),
    latencyOf(fromServers(["unknown", ...facts.silent]), window, facts),
  );
}

/** What a recording of latency lacks, because it can't know it: servers' latency for clients found not to report. */
export function silentLatencyRead(window: Seconds, facts: Facts): Expr | null {
  return facts.silent.length === 0 ? null : latencyOf(fromServers(facts.silent), window, facts);
}

/** Whether each pod's proxy answers its scrapes. */
export function targetsRead(facts: Facts): Expr | null {
  const { podLabel, namespaceLabel, jobs } = facts;
  if (podLabel === null || namespaceLabel === null || jobs.length === 0) return null;
  const labels = [namespaceLabel, podLabel, ...(facts.clusterLabel ? ["cluster"] : [])];
  return maxBy(labels, metric("up", [isOneOf("job", jobs), isNot(podLabel, "")]));
}

/** Edges that carried anything within the last hour. */
export function historyRead(facts: Facts): Expr {
  const labels = NAMED_ENDS;
  const { ztunnelLabel } = facts;
  return union(
    tagged(positive(sumBy(labels, increase(metric(REQUESTS), HISTORY))), METER, "requests"),
    tagged(
      positive(
        sumBy(ztunnelLabel === null ? labels : [...labels, ztunnelLabel], increase(metric(METERS.opened), HISTORY)),
      ),
      METER,
      "opened",
    ),
  );
}
