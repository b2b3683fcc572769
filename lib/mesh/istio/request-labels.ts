/**
 * Labels of istio_requests_total that tell what a request asked for, where a Telemetry object adds them, and rates by them: classes of
 * requests, of the server's reporter and of waypoints', each for itself. https://istio.io/latest/docs/tasks/observability/metrics/customize-metrics/
 */
import { endpointIds } from "#lib/graph/measure.ts";
import type { Protocol } from "#lib/graph/model.ts";
import type { Endpoint } from "#lib/graph/observation.ts";
import { missed, positive } from "#lib/mesh/newborn.ts";
import type {
  Capabilities,
  ClassOptions,
  DecodeContext,
  RequestClassRate,
  RequestClassRates,
  RequestFact,
} from "#lib/mesh/port.ts";
import type { Expr } from "#lib/promql/ast.ts";
import { arithmetic, isOneOf, metric, number, rate, tagged, topk, union } from "#lib/promql/build.ts";
import type { Labels, Vector } from "#lib/promql/result.ts";
import { perSecond } from "#lib/units.ts";
import { httpProtocol } from "./decode.ts";
import { EndpointReader } from "./endpoints.ts";
import { type Facts, factsOf } from "./facts.ts";
import { DESTINATION, FACT_LABELS, known, METER, REQUESTS, SECURITY, SOURCE } from "./labels.ts";
import { total } from "./reads.ts";

/** Rows of one answer: a host that callers choose can make any number. */
const MOST = 5_000;
/** Longer ones are no method, and no host that a rule could name. */
const LONGEST = 253;

const REPORTERS = isOneOf("reporter", ["destination", "waypoint"]);

/** null: no such label is known, or none is asked for. The largest classes, however many there are. */
export function classesRead({ window, scope, of }: ClassOptions, facts: Facts): Expr | null {
  const wanted = of.filter((fact) => facts.requestFacts.includes(fact)).map((fact) => FACT_LABELS[fact]);
  if (wanted.length === 0) return null;
  const matchers = scope === null ? [] : [isOneOf(`${scope.side}_workload_namespace`, scope.namespaces)];
  const counter = metric(REQUESTS, [REPORTERS, ...matchers]);
  const labels = [...LABELS, ...wanted];
  const newborn = arithmetic(total(labels, missed(counter, window), facts), "/", number(window));
  return topk(
    MOST,
    union(
      tagged(positive(total(labels, rate(counter, window), facts)), METER, "rate"),
      tagged(positive(newborn), METER, "newborn"),
    ),
  );
}

const LABELS = [
  "reporter",
  ...SOURCE,
  ...DESTINATION,
  ...["source_canonical_service", "destination_canonical_service"],
  ...["request_protocol", "grpc_response_status"],
  ...SECURITY,
];

/** Whatever labels hold, nothing throws; a row that can't be read is left out, and what it counted has no class then. */
export function classesOf(answer: Vector, capabilities: Capabilities, context: DecodeContext): RequestClassRates {
  const facts = factsOf(capabilities);
  const reader = new EndpointReader(context);
  const idOf = endpointIds();
  const found = new Map<string, RequestClassRate>();
  for (const { labels, value } of answer.samples) {
    const protocol = httpProtocol(labels);
    const ends = Number.isFinite(value) && value > 0 && protocol !== null ? reader.read(labels) : null;
    if (ends === null || protocol === null) continue;
    const row: RequestClassRate = {
      ...{ source: idOf(ends.source), target: idOf(ends.destination), service: calledOf(ends.destination), protocol },
      ...{ by: labels["reporter"] === "waypoint" ? "waypoint" : "server", principal: principalOf(labels) },
      ...{ request: requestOf(labels, protocol, facts), rate: perSecond(value) },
    };
    const { rate: _, principal, ...own } = row;
    const key = JSON.stringify([own, principal === undefined ? 0 : principal]);
    const before = found.get(key);
    found.set(key, before === undefined ? row : { ...row, rate: perSecond(before.rate + row.rate) });
  }
  return { classes: [...found.values()], cut: answer.samples.length >= MOST };
}

function calledOf({ service, serviceNamespace, namespace }: Endpoint): RequestClassRate["service"] {
  const home = serviceNamespace ?? namespace;
  return service === null || home === null ? null : { namespace: home, name: service };
}

function principalOf(labels: Labels): RequestClassRate["principal"] {
  const policy = labels["connection_security_policy"];
  if (policy === "none") return null;
  const principal = policy === "mutual_tls" ? known(labels, "source_principal") : null;
  return principal === null || principal.length > 512 ? undefined : principal.replace(/^spiffe:\/\//, "");
}

/** gRPC is POST, whatever else is known (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests). */
function requestOf(labels: Labels, protocol: Protocol, { requestFacts }: Facts): RequestClassRate["request"] {
  const told = (fact: RequestFact) => {
    const value = requestFacts.includes(fact) ? known(labels, FACT_LABELS[fact]) : null;
    return value === null || value.length > LONGEST ? null : value;
  };
  const [method, host, port] = [told("method") ?? (protocol === "grpc" ? "POST" : null), told("host"), told("port")];
  const number = port !== null && /^\d{1,5}$/.test(port) ? Number(port) : 0;
  return {
    ...(method === null ? {} : { method }),
    ...(host === null ? {} : { host }),
    // A waypoint is asked at the Service's port, and policies compare the workload's.
    ...(number > 0 && number < 65_536 && labels["reporter"] !== "waypoint" ? { port: number } : {}),
  };
}
