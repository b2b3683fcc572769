/** Which latencies' exemplars tell of some calls. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { CallsSubject, SeriesOptions } from "#lib/mesh/port.ts";
import type { Expr } from "#lib/promql/ast.ts";
import { is, isOneOf, literal, matches, metric, union } from "#lib/promql/build.ts";
import { DURATION } from "./labels.ts";
import { endMatchers } from "./series.ts";

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration */
const PROGRAM = "http_server_request_duration_seconds";

/**
 * The proxies' latencies, by every reporter: they write no exemplars today, so whoever does is welcome. Of calls to a workload
 * from anybody also what its program measures by OpenTelemetry's convention: that knows no caller, so of one caller's it isn't asked.
 */
export function exemplarSeries(
  { from, to, lens }: CallsSubject,
  options: Pick<SeriesOptions, "metricsNameOf">,
): Expr | null {
  const ends = [
    from === null ? [] : endMatchers("source", from, { lens }, options),
    to === null ? [] : endMatchers("destination", to, { lens }, options),
  ];
  const matchers = ends.flatMap((each) => each ?? []);
  if (ends.includes(null) || matchers.length === 0) return null;
  const proxies = metric(`${DURATION}_bucket`, matchers);
  return from === null && to?.kind === "workload" ? union(proxies, programOf(to, options)) : proxies;
}

/**
 * By the labels of Prometheus's targets, for the program's own metrics have none of the mesh's. Pods are a Deployment's
 * (two parts after its name), a DaemonSet's or Job's (five letters), or a StatefulSet's (a number).
 */
function programOf(
  { cluster, namespace, name }: NodeKey,
  { metricsNameOf }: Pick<SeriesOptions, "metricsNameOf">,
): Expr {
  return metric(`${PROGRAM}_bucket`, [
    isOneOf("cluster", [metricsNameOf(cluster), "unknown", ""]),
    is("namespace", namespace),
    matches("pod", `${literal(name)}-([a-z0-9]{1,10}-)?([a-z0-9]{5}|[0-9]+)`),
  ]);
}
