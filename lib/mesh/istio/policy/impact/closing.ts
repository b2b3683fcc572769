/**
 * What would tell what metrics don't: Istio's labels hold no port, method, path, header, claim or address, and one can add some.
 * https://istio.io/latest/docs/tasks/observability/metrics/customize-metrics/
 */
import type { Certainty } from "#lib/policy/impact.ts";

interface Closer {
  readonly fact: RegExp;
  /** It is about the request itself, so that the pair's rate bounds it. */
  readonly bounds: boolean;
  readonly with: readonly string[];
}

const LOGS = "access logs of the server’s proxy";
const TRACES = "traces of the pair (a sample: their share is said there)";
const ROUTES = "access logs of the proxy that routes with %ROUTE_NAME% in their format";

/** What tells which control plane serves a proxy. */
export const REVISIONS = "pods that say their revision (the annotation sidecar.istio.io/status), all the same one";

const OWN = "the client proxy’s own metrics: let Prometheus scrape it";

const CLOSERS: readonly Closer[] = [
  { fact: /^which of the pods of /, bounds: true, with: [TRACES, LOGS] },
  { fact: /^what the waypoint, of which no metrics tell/, bounds: false, with: ["metrics of the waypoint"] },
  { fact: /^what its server takes|^whether it stays mutual TLS/, bounds: false, with: ["metrics after the change"] },
  { fact: /^how many calls the pods of /, bounds: false, with: [LOGS] },
  {
    fact: /^the method$/,
    bounds: true,
    with: ["a Telemetry tag override request_method: request.method", LOGS, TRACES],
  },
  { fact: /^the host$/, bounds: true, with: ["a Telemetry tag override request_host: request.host", LOGS, TRACES] },
  { fact: /^(?:the path|query parameter )/, bounds: true, with: [LOGS, TRACES] },
  { fact: /^whether .* fits /, bounds: true, with: [ROUTES] },
  { fact: /^header /, bounds: true, with: [`${LOGS} with that header in their format`] },
  {
    fact: /port/,
    bounds: true,
    with: ["a Telemetry tag override destination_port: string(destination.port)", LOGS],
  },
  { fact: /^the JWT’s claim|^the JWT's/, bounds: true, with: [`${LOGS} with %DYNAMIC_METADATA% of the JWT filter`] },
  { fact: /JWT/, bounds: false, with: [LOGS, "the server proxy’s jwt_authn statistics"] },
  { fact: /external authorizer/, bounds: false, with: ["the authorizer’s own log"] },
  { fact: /address$/, bounds: true, with: [LOGS, "flow logs of the network"] },
  { fact: /identity$/, bounds: false, with: ["the server proxy’s own metrics: let Prometheus scrape it"] },
  { fact: /mutual TLS now$/, bounds: false, with: ["the server proxy’s own metrics: let Prometheus scrape it"] },
  {
    fact: /enableAutoMtls|outboundTrafficPolicy|trust domain/,
    bounds: false,
    with: ["the mesh’s settings (ConfigMap istio)"],
  },
  {
    fact: /^how (?:long calls (?:between|above)|many attempts|long those calls)/,
    bounds: true,
    with: [TRACES, "finer buckets of the client’s proxy (sidecar.istio.io/statsHistogramBuckets)"],
  },
  { fact: /^how (?:long requests take to be sent|much of today’s latencies)/, bounds: true, with: [TRACES] },
  {
    fact: /where they then go$|^what becomes of those calls that a fault answers/,
    bounds: true,
    with: ["metrics after the change"],
  },
  { fact: /^which requests its connections carry/, bounds: false, with: ["metrics of the waypoint"] },
  { fact: /^how (?:its calls end|long its calls take)$/, bounds: false, with: [OWN] },
  { fact: /^which (?:control plane|of its pods)/, bounds: false, with: [REVISIONS] },
  { fact: /may not see/, bounds: false, with: ["somebody who may see all objects that count there"] },
  { fact: /listeners/, bounds: true, with: ["access logs of the gateway"] },
  { fact: /which weighted|which of the/, bounds: true, with: [TRACES] },
];

const closerOf = (fact: string): Closer | undefined => CLOSERS.find((each) => each.fact.test(fact));

export const closeWith = (lacks: readonly string[]): readonly string[] => [
  ...new Set(lacks.flatMap((fact) => closerOf(fact)?.with ?? [])),
];

/** Bounded where all that is lacking is about single requests of a pair whose rate is known. */
export function certaintyOf(known: boolean, lacks: readonly string[], rate: number): Certainty {
  if (known) return "certain";
  return rate > 0 && lacks.every((fact) => closerOf(fact)?.bounds === true) ? "bounded" : "unknown";
}
