/**
 * Calls with what labels that somebody added tell of their requests: of each caller the shares by which its server counted them, or the
 * waypoint that they came through. What that proxy didn't count, or counted without such labels, stays without facts.
 */
import type { RequestClassRate, RequestClassRates } from "#lib/mesh/port.ts";
import type { ImpactEvidence } from "#lib/policy/impact.ts";
import { type ObservedCall, pairOf } from "./calls.ts";
import { portionsOf } from "./portions.ts";
import type { RequestClass } from "./request-known.ts";

/** `all`: of each source that was asked. Of a pair that several know the one counts that counted most. */
export function withClasses(
  calls: readonly ObservedCall[],
  all: readonly Pick<RequestClassRates, "classes">[],
): readonly ObservedCall[] {
  const byPair = new Map<string, readonly RequestClassRate[]>();
  for (const { classes } of all) {
    for (const [pair, rows] of Map.groupBy(classes, (row) => `${row.by} ${pairOf(row)}`)) {
      const known = byPair.get(pair);
      if (known === undefined || sumOf(rows) > sumOf(known)) byPair.set(pair, rows);
    }
  }
  return calls.map((call) => {
    if (call.rate === 0 || call.protocol === "tcp") return call;
    // A waypoint reports what it was asked; what the server's proxy behind it counts is the waypoint's.
    const by = call.viaWaypoint ? "waypoint" : "server";
    const pair = pairOf({ ...call.ids, protocol: call.protocol, service: call.service });
    const rows = byPair.get(`${by} ${pair}`) ?? [];
    const classes = classesOf(call, rows);
    if (classes.length === 0) return call;
    return { ...call, classes, evidence: [...(call.evidence ?? []), saying(classes, by)] };
  });
}

const sumOf = (rows: readonly RequestClassRate[]): number => rows.reduce((sum, { rate }) => sum + rate, 0);

/** By how much the rows may differ from what the server counted in all: they are read by another query. */
const SLACK = 0.999;

function classesOf(call: ObservedCall, rows: readonly RequestClassRate[]): readonly RequestClass[] {
  const counted = sumOf(rows);
  const known = call.served === undefined || counted >= call.served * SLACK ? 1 : counted / call.served;
  return portionsOf(call).flatMap(({ share, principal }) => {
    const own = rows.filter((each) => each.principal === principal);
    const sum = sumOf(own);
    return own
      .filter(({ request }) => Object.keys(request).length > 0)
      .map(({ rate, request }): RequestClass => ({ share: (share * known * rate) / sum, principal, request }));
  });
}

const NAMES = { method: "method", host: "host", port: "port" } as const;

function saying(classes: readonly RequestClass[], by: RequestClassRate["by"]): ImpactEvidence {
  const facts = Object.entries(NAMES).flatMap(([fact, name]) =>
    classes.some(({ request }) => Object.hasOwn(request, fact)) ? [name] : [],
  );
  const share = classes.reduce((sum, each) => sum + each.share, 0);
  const kinds = `${classes.length} ${classes.length === 1 ? "sort" : "sorts"} of requests`;
  const text = `The ${by}’s metrics tell ${facts.join(", ")}: ${kinds}, ${percent(share)} of the pair’s calls.`;
  return { kind: "labels", text };
}

/** Never more than there is: 99.96 % isn't all. */
const percent = (share: number): string => `${Math.floor(Math.min(1, share + 1e-9) * 1000) / 10} %`;
