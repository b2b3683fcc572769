/**
 * What policies on trial (istio.io/dry-run) would have done, by the counters of Envoy's RBAC filters. They hold no caller and no policy.
 * https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/#check-dry-run-result-in-metric-using-prometheus
 *
 * Their names come from the tags that Istio's bootstrap takes out of Envoy's (stats_tags in
 * https://github.com/istio/istio/blob/master/tools/packaging/common/envoy_bootstrap.json):
 * `http.inbound_0.0.0.0_8080;.rbac.istio_dry_run_deny_.shadow_denied` is `envoy_http_rbac` with the listener as
 * `http_conn_manager_prefix`; before 1.23 (https://github.com/istio/istio/pull/52271) the listener stays in the metric's name.
 * Of bytes it is `envoy_tcp` with `tcp_prefix="rbac.istio_dry_run_deny_"`, without a port.
 */
import { missed, positive } from "#lib/mesh/newborn.ts";
import type { Capabilities, DecodeContext, DryRunCount } from "#lib/mesh/port.ts";
import type { Expr } from "#lib/promql/ast.ts";
import {
  call,
  isNot,
  isOneOf,
  labelReplace,
  matches,
  metric,
  rate,
  series,
  subquery,
  tagged,
  union,
} from "#lib/promql/build.ts";
import type { Sample, Vector } from "#lib/promql/result.ts";
import { perSecond, type Seconds } from "#lib/units.ts";
import { type Facts, factsOf } from "./facts.ts";
import { known, METER } from "./labels.ts";
import { total } from "./reads.ts";

const ACTION = "authz_dry_run_action";
const RESULT = "authz_dry_run_result";
const LISTENER = "http_conn_manager_prefix";
const COUNTED = [isOneOf(ACTION, ["allow", "deny"]), isNot(RESULT, "")];
const HTTP = metric("envoy_http_rbac", COUNTED);
const BYTES = metric("envoy_tcp", [matches("tcp_prefix", "rbac\\..*"), ...COUNTED]);
/** Of before 1.23, with the listener as a label like today's. */
const NAMED = labelReplace(
  series([matches("__name__", "envoy_http_(in|out)bound_.+_rbac"), ...COUNTED]),
  LISTENER,
  "$1",
  "__name__",
  "envoy_http_(.+)_rbac",
);

const METERS = { http: "http", tcp: "tcp", httpBorn: "http born", tcpBorn: "tcp born" } as const;

/**
 * Rates by pod, listener, action and result, silent ones too: a counter that stands still is known to. rate() would take two listeners
 * that differ by the metric's name alone for one series, so the older form goes through a subquery, and without what rate() misses of
 * newborn series. null where series name no pod.
 */
export function dryRunRead(window: Seconds, facts: Facts, interval: Seconds | null): Expr | null {
  const { podLabel, namespaceLabel } = facts;
  if (podLabel === null || namespaceLabel === null) return null;
  const labels = ["cluster", namespaceLabel, podLabel, LISTENER, ACTION, RESULT];
  const sum = (expr: Expr, meter: string) => tagged(total(labels, expr, facts), METER, meter);
  const born = (expr: Expr, meter: string) => tagged(positive(total(labels, expr, facts)), METER, meter);
  const named = call("rate", subquery(NAMED, window, ...(interval === null ? [] : [interval])));
  return union(
    sum(rate(HTTP, window), METERS.http),
    sum(named, METERS.http),
    sum(rate(BYTES, window), METERS.tcp),
    born(missed(HTTP, window), METERS.httpBorn),
    born(missed(BYTES, window), METERS.tcpBorn),
  );
}

/** Whatever labels and values hold, nothing throws; what can't be read counts nothing. One row a pod, port, action and result. */
export function dryRunCounts(
  answer: Vector,
  capabilities: Capabilities,
  context: DecodeContext,
): readonly DryRunCount[] {
  const facts = factsOf(capabilities);
  const found = new Map<string, DryRunCount>();
  for (const sample of answer.samples) {
    const count = countOf(sample, facts, context);
    if (count === null) continue;
    const { cluster, namespace, pod, protocol, port, action, result } = count;
    const key = JSON.stringify([cluster, namespace, pod, protocol, port, action, result]);
    const before = found.get(key);
    found.set(
      key,
      before === undefined
        ? count
        : { ...count, rate: perSecond(before.rate + count.rate), newborn: before.newborn || count.newborn },
    );
  }
  return [...found.values()];
}

function countOf({ labels, value }: Sample, facts: Facts, context: DecodeContext): DryRunCount | null {
  const namespace = labels[facts.namespaceLabel ?? ""] ?? "";
  const pod = labels[facts.podLabel ?? ""] ?? "";
  const [action, result, meter] = [labels[ACTION], labels[RESULT], labels[METER]];
  if (namespace === "" || pod === "" || !Number.isFinite(value) || value < 0) return null;
  if ((action !== "allow" && action !== "deny") || (result !== "allowed" && result !== "denied")) return null;
  const newborn = meter === METERS.httpBorn || meter === METERS.tcpBorn;
  const protocol = meter === METERS.http || meter === METERS.httpBorn ? "http" : "tcp";
  const cluster = known(labels, "cluster");
  return {
    cluster: cluster === null ? context.defaultCluster : context.clusterOf(cluster),
    ...{ namespace, pod, protocol, action, result, newborn },
    port: protocol === "http" ? portOf(labels[LISTENER] ?? "") : null,
    rate: perSecond(newborn ? value / context.window : value),
  };
}

/** `inbound_0.0.0.0_8080`, `inbound_0_0_0_0_8080`, `outbound_[__]_80`; the passthrough chain's listener has none. */
function portOf(listener: string): number | null {
  const port = Number(/^(?:in|out)bound_.*_(\d{1,5})$/.exec(listener)?.[1] ?? Number.NaN);
  return port > 0 && port < 65_536 ? port : null;
}
