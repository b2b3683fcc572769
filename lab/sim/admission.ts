/** Asks the guard that stands in a call's way, and counts what it says as its proxy does. */
import type { Labels } from "../metrics/labels.ts";
import { portOf } from "./connection.ts";
import type { SimContext } from "./context.ts";
import type { Asked } from "./match.ts";
import type { SimPod } from "./pod.ts";
import { type Facts, peerOf } from "./policy/facts.ts";
import type { Guard, RbacCount, Verdict } from "./policy/guard.ts";
import type { Service } from "./service.ts";

/** Where users of a gateway come from: an address that no pod has (RFC 5737). */
const OUTSIDE = "203.0.113.7";

export interface Arrival {
  readonly from: SimPod;
  readonly dst: SimPod;
  readonly service: Service;
  /** The service's port that the client asked for. */
  readonly port: number | null;
  readonly mtls: boolean;
  /** null: bytes. */
  readonly request: Asked | null;
  readonly atMs: number;
}

/** Before a workload: its sidecar, or the ztunnel of its node. null: nothing is asked there. */
export function admit(ctx: SimContext, arrival: Arrival): Verdict | null {
  const { dst, request } = arrival;
  return ask(ctx, ctx.guards.before(dst, request === null ? "tcp" : "http"), arrival, dst);
}

/** A request's headers as they go on: without a verified token, unless it is forwarded. */
export function passedOn(headers: Asked["headers"], verdict: Verdict | null): Asked["headers"] {
  const names = verdict?.consumed ?? [];
  if (names.length === 0) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** In front of a service. */
export function admitToWaypoint(ctx: SimContext, arrival: Arrival): Verdict | null {
  return ask(ctx, ctx.guards.inFrontOf(arrival.dst, arrival.service), arrival, null);
}

/** At a gateway, of users whom nobody knows. */
export function admitFromOutside(ctx: SimContext, gateway: SimPod, request: Asked, atMs: number): Verdict | null {
  const guard = ctx.guards.before(gateway, "http");
  if (guard === null) return null;
  const verdict = guard({
    ...{ peer: null, sourceIp: OUTSIDE, remoteIp: OUTSIDE, destinationIp: gateway.ip, sni: "", claims: null, atMs },
    ...{ port: request.port ?? 80, http: request },
  });
  count(ctx, gateway, http(`outbound_0.0.0.0_${request.port ?? 80}`), verdict.counts, atMs);
  return verdict;
}

function ask(ctx: SimContext, guard: Guard | null, arrival: Arrival, counter: SimPod | null): Verdict | null {
  if (guard === null) return null;
  const { from, dst, service, mtls, request, atMs } = arrival;
  const { port, target } = portOf(service, arrival.port);
  const waypoint = dst.dataplane === "waypoint";
  const facts: Facts = {
    peer: mtls ? peerOf(from.identity.principal) : null,
    sourceIp: from.ip,
    remoteIp: from.dataplane === "gateway" ? OUTSIDE : from.ip,
    destinationIp: dst.ip,
    port: waypoint ? port : target,
    sni: mtls && !waypoint ? `outbound_.${port}_._.${service.host}` : "",
    http: request,
    claims: null,
    atMs,
  };
  const verdict = guard(facts);
  if (counter?.dataplane === "sidecar")
    count(ctx, counter, request === null ? bytes : http(`inbound_0.0.0.0_${target}`), verdict.counts, atMs);
  return verdict;
}

/** What a filter's counter is called, given the tags that say what it counted. */
type Naming = (tags: Labels, dryRun: RbacCount["dryRun"]) => readonly [name: string, labels: Labels];

/**
 * Envoy's counters are `http.PREFIX;.rbac.denied` and `http.PREFIX;.rbac.istio_dry_run_deny_.shadow_denied`; the tags that Istio's
 * bootstrap takes out of their names leave `http.rbac`. Since 1.23, that is: the dry run's page still has the listener in the metric's name.
 * https://github.com/istio/istio/blob/master/tools/packaging/common/envoy_bootstrap.json (stats_tags)
 * https://github.com/istio/istio/pull/52271
 * https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/#check-dry-run-result-in-metric-using-prometheus
 */
const http =
  (listener: string): Naming =>
  (tags) => ["envoy_http_rbac", [...tags, ["http_conn_manager_prefix", listener]]];

/** `tcp.rbac.istio_dry_run_deny_.shadow_denied`: the tag tcp_prefix takes all but `tcp`, and no port is told. */
const bytes: Naming = (tags, dryRun) => [
  "envoy_tcp",
  [...tags, ["tcp_prefix", dryRun === null ? "rbac" : `rbac.istio_dry_run_${dryRun}_`]],
];

function count(ctx: SimContext, pod: SimPod, naming: Naming, counts: readonly RbacCount[], atMs: number): void {
  if (counts.length === 0) return;
  ctx.wheel.at(atMs, () => {
    for (const { dryRun, result } of counts) {
      const tags: Labels =
        dryRun === null
          ? [["authz_enforce_result", result]]
          : [
              ["authz_dry_run_action", dryRun],
              ["authz_dry_run_result", result],
            ];
      pod.metrics.plain(...naming(tags, dryRun));
    }
  });
}
