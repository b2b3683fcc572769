/**
 * Which pairs carried anything within days. A counter that changed did; so did one that was born since, for a proxy makes it with
 * the first call: a job that calls once leaves a counter that never changes. Idle counters of old pods did not.
 */
import type { ExistenceOptions } from "#lib/mesh/port.ts";
import type { Expr, Matcher } from "#lib/promql/ast.ts";
import {
  call,
  isOneOf,
  metric,
  number,
  offset,
  over,
  overTime,
  sumBy,
  tagged,
  union,
  unless,
  where,
} from "#lib/promql/build.ts";
import type { Facts } from "./facts.ts";
import { L4_LABELS, METER, METERS, REQUESTS } from "./labels.ts";

const LABELS = L4_LABELS.filter((label) => label !== "response_flags");

export function existenceRead({ window, scope }: ExistenceOptions, { ztunnelLabel }: Facts): Expr {
  const matchers: readonly Matcher[] =
    scope === null
      ? []
      : // Calls that reached nobody bear no namespace of a server: they are asked for as well.
        [
          isOneOf(`${scope.side}_workload_namespace`, [
            ...scope.namespaces,
            ...(scope.side === "destination" ? ["unknown"] : []),
          ]),
        ];
  const seen = (name: string, labels: readonly string[]): Expr => {
    const counter = metric(name, matchers);
    const changed = where(call("changes", over(counter, window)), ">", number(0));
    const born = unless(overTime("max", over(counter, window)), offset(counter, window));
    return sumBy(labels, union(changed, born));
  };
  return union(
    tagged(seen(REQUESTS, LABELS), METER, "requests"),
    tagged(seen(METERS.opened, ztunnelLabel === null ? LABELS : [...LABELS, ztunnelLabel]), METER, "opened"),
  );
}
