/** What is asked about calls that extensions tell of: of all of them together, whatever their number. */
import { bornWithin, missed, positive } from "#lib/mesh/newborn.ts";
import type { Probe, Read } from "#lib/mesh/port.ts";
import { FACT, intervalQuery } from "#lib/mesh/scrape-interval.ts";
import type { Expr } from "#lib/promql/ast.ts";
import {
  and,
  countBy,
  increase,
  isNot,
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
import { BYTE_LABELS, BYTES, ENDS, EXTENSION, METER, REQUEST_LABELS, REQUESTS } from "./labels.ts";

/** Nobody's calls aren't an extension's. */
const NAMED = [isNot(EXTENSION, "")];
export const requests = metric(REQUESTS, NAMED);
const sent = metric(BYTES.sent, NAMED);
const received = metric(BYTES.received, NAMED);

/** How long `edges=all` looks back. */
const HISTORY = seconds(3600);

export const METERS = {
  requests: "requests",
  sent: "sent",
  received: "received",
  missed: "missed",
  born: "born",
  samples: "samples",
} as const;

export const PROBES: readonly Probe[] = [
  {
    id: "extensions",
    query: union(
      tagged(countBy([EXTENSION], requests), FACT, METERS.requests),
      tagged(countBy([EXTENSION], sent), FACT, METERS.sent),
      tagged(countBy([EXTENSION], received), FACT, METERS.received),
    ),
  },
  { id: "interval", query: intervalQuery([requests, sent]) },
];

const sum = (labels: readonly string[], expr: Expr, meter: string): Expr =>
  tagged(positive(sumBy(labels, expr)), METER, meter);

/** Rates; what rate() doesn't see of newborn series of requests; on demand what carried anything within the hour. */
export function readsOf(window: Seconds, history: boolean): readonly Read[] {
  const born = bornWithin(requests, window);
  const reads: Read[] = [
    {
      id: "traffic",
      group: "rates",
      query: union(
        sum(REQUEST_LABELS, rate(requests, window), METERS.requests),
        sum(BYTE_LABELS, rate(sent, window), METERS.sent),
        sum(BYTE_LABELS, rate(received, window), METERS.received),
      ),
    },
    {
      id: "newborn",
      group: "rates",
      query: union(
        sum(REQUEST_LABELS, missed(requests, window), METERS.missed),
        sum(REQUEST_LABELS, born, METERS.born),
        tagged(maxBy(REQUEST_LABELS, and(overTime("count", over(requests, window)), born)), METER, METERS.samples),
      ),
    },
  ];
  if (history)
    reads.push({
      id: "history",
      group: "rates",
      query: union(
        sum([...ENDS, "protocol"], increase(requests, HISTORY), METERS.requests),
        sum(ENDS, increase(sent, HISTORY), METERS.sent),
        sum(ENDS, increase(received, HISTORY), METERS.received),
      ),
    });
  return reads;
}
