/**
 * Range queries for charts of one edge or node: by reporter, so that observers stay apart. Asked on demand for one thing,
 * they never grow with the mesh.
 */
import type { NodeKey } from "#lib/graph/id.ts";
import type { Capabilities, SeriesOptions, SeriesRead, SeriesSubject } from "#lib/mesh/port.ts";
import type { Expr, Matcher } from "#lib/promql/ast.ts";
import { is, isNot, isOneOf, literal, matches, metric, rate, tagged, union } from "#lib/promql/build.ts";
import { factsOf } from "./facts.ts";
import { INVALID_HOST, isEnvoyCluster, OTHER_HOSTS } from "./hosts.ts";
import { BODIES, DURATION, METER, METERS, REQUESTS } from "./labels.ts";
import { total } from "./reads.ts";

type Side = "source" | "destination";

const OUTCOME = ["reporter", "request_protocol", "response_code", "grpc_response_status", "response_flags"] as const;

/** The queries; empty where Istio's labels can't tell the subject from others (a caller by service, say). */
export function seriesReads(
  subject: SeriesSubject,
  capabilities: Capabilities,
  options: SeriesOptions,
): readonly SeriesRead[] {
  const reads = (direction: SeriesRead["direction"], matchers: readonly Matcher[] | null, tcp: boolean | null) =>
    matchers === null ? [] : readsOf(direction, matchers, tcp, capabilities, options);
  if (subject.type === "node") {
    return [
      ...reads("inbound", endMatchers("destination", subject.node, subject, options), null),
      ...reads("outbound", endMatchers("source", subject.node, subject, options), null),
    ];
  }
  const [from, to] = [
    endMatchers("source", subject.source, subject, options),
    endMatchers("destination", subject.target, subject, options),
  ];
  if (from === null || to === null) return [];
  return reads("edge", [...from, ...to, is("request_protocol", subject.protocol)], subject.protocol === "tcp");
}

/** `tcp`: null = both kinds of traffic. */
function readsOf(
  direction: SeriesRead["direction"],
  matchers: readonly Matcher[],
  tcp: boolean | null,
  capabilities: Capabilities,
  { metrics, window }: SeriesOptions,
): readonly SeriesRead[] {
  const facts = factsOf(capabilities);
  const { ztunnelLabel } = facts;
  const l4 = ["reporter", ...(ztunnelLabel === null ? [] : [ztunnelLabel])];
  const metered = (labels: readonly string[], name: string, meter: string): Expr =>
    tagged(total(labels, rate(metric(name, matchers), window), facts), METER, meter);
  const together = ([first, ...rest]: readonly Expr[]): Expr[] => (first === undefined ? [] : [union(first, ...rest)]);
  const answered = [...matchers, isNot("response_code", "101")];
  const queries: Readonly<Record<SeriesRead["metric"], readonly Expr[]>> = {
    requests: tcp === true ? [] : [total(OUTCOME, rate(metric(REQUESTS, matchers), window), facts)],
    latency:
      tcp === true
        ? []
        : together([
            total(["reporter", "le"], rate(metric(`${DURATION}_bucket`, answered), window), facts),
            total(["reporter"], rate(metric(`${DURATION}_sum`, answered), window), facts),
          ]),
    bytes: together([
      ...(tcp === false ? [] : [metered(l4, METERS.sent, "sent"), metered(l4, METERS.received, "received")]),
      ...(tcp === true
        ? []
        : [
            metered(["reporter"], BODIES.sent, "requestBodies"),
            metered(["reporter"], BODIES.received, "responseBodies"),
          ]),
    ]),
    connections:
      tcp === false
        ? []
        : together((["opened", "closed", "failed"] as const).map((meter) => metered(l4, METERS[meter], meter))),
  };
  return metrics.flatMap((each) =>
    queries[each].map((query) => ({ id: `${direction}/${each}`, metric: each, direction, query })),
  );
}

/** The labels by which telemetry knows a node on one side of a call; null where it doesn't. */
export function endMatchers(
  side: Side,
  key: NodeKey,
  { lens }: Pick<SeriesSubject, "lens">,
  { metricsNameOf }: Pick<SeriesOptions, "metricsNameOf">,
): readonly Matcher[] | null {
  // Series without the label belong to the only cluster there is.
  const cluster = isOneOf(`${side}_cluster`, [metricsNameOf(key.cluster), "unknown", ""]);
  const namespace = is(`${side}_workload_namespace`, key.namespace);
  switch (key.kind) {
    case "cluster":
      return [cluster];
    case "namespace":
      return [cluster, namespace];
    case "workload":
      return [cluster, namespace, is(`${side}_workload`, key.name)];
    case "app": {
      const version = key.version === undefined ? [] : [is(`${side}_canonical_revision`, key.version)];
      return [cluster, namespace, is(`${side}_canonical_service`, key.name), ...version];
    }
    case "service": {
      if (side === "source") return null;
      const host = matches("destination_service", `${literal(`${key.name}.${key.namespace}.svc.`)}.*`);
      // But in the service lens, a service's node stands for the calls to it that reached no workload.
      return lens === "service" ? [host] : [host, is("destination_workload", "unknown")];
    }
    case "external":
      if (side === "source" || key.name === OTHER_HOSTS || key.name === INVALID_HOST) return null;
      // Envoy's own clusters have a name and any host; a real host may be written in any case, with its port.
      if (isEnvoyCluster(key.name)) return [is("destination_service_name", key.name)];
      return [matches("destination_service", `(?i)${literal(key.name)}(?::[0-9]+)?`)];
    case "unknown":
      return [
        is(`${side}_workload`, "unknown"),
        ...(side === "destination" ? [is("destination_service", "unknown")] : []),
      ];
    case "restricted":
    case "operation":
      return null;
  }
}
