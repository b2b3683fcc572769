/** A whole call, by what stands before its client: a sidecar or gateway, a ztunnel (and maybe a waypoint), or nothing. */

import type { EdgeKey } from "../truth/ledger.ts";
import { failed } from "../truth/outcome.ts";
import { admitToWaypoint, passedOn } from "./admission.ts";
import type { Request } from "./attempt.ts";
import { methodOf } from "./behaviour.ts";
import { portOf } from "./connection.ts";
import type { SimContext } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { exchange } from "./exchange.ts";
import { knownService, serviceId, unknownId, workloadId } from "./names.ts";
import { note, spanOf } from "./note.ts";
import type { SimPod } from "./pod.ts";
import type { Refusal } from "./policy/guard.ts";
import { reportRequest } from "./report.ts";
import type { MakeCall } from "./server.ts";
import { localReply } from "./server.ts";
import type { Service } from "./service.ts";
import type { SeenCall } from "./trace.ts";

export interface CallResult {
  readonly ms: number;
  readonly failed: boolean;
}

/** Makes calls of programs; every call that a server's program makes in turn comes back here. */
export function createCalls(ctx: SimContext): (from: SimPod, request: Request) => CallResult {
  const nested: MakeCall = (from, call, visit) =>
    make(from, {
      ...visit,
      protocol: call.protocol,
      host: call.host,
      path: call.path ?? "/",
      method: methodOf(call),
      port: call.port ?? null,
      leaves: false,
    });

  const make = (from: SimPod, request: Request): CallResult => {
    switch (from.dataplane) {
      case "ambient":
        return fromAmbient(from, request);
      case "none":
        return fromBare(from, request);
      default:
        return fromProxy(from, request);
    }
  };

  const count = (key: EdgeKey, x: Exchange, endMs: number): void => {
    ctx.ledger.count(key, endMs, { failed: failed(x.answer), arrived: x.arrived, mtls: x.mtls, denied: x.denied });
  };
  const result = (x: Exchange): CallResult => ({ ms: x.ms, failed: failed(x.answer) });

  const fromProxy = (from: SimPod, request: Request): CallResult => {
    const spanId = request.trace?.newId() ?? null;
    const trace = request.trace && { ...request.trace, parentId: spanId };
    const x = exchange(ctx, from, { ...request, trace }, nested);
    const endMs = request.atMs + x.ms;
    const outcome = { protocol: request.protocol, ...x.answer };
    const key: EdgeKey = {
      source: workloadId(from),
      target: x.target,
      protocol: request.protocol,
      // Without its client's report nobody tells of a call that reached no proxy.
      ...(!from.scraped && !(x.arrived && x.dst?.dataplane === "sidecar") && { unobservable: true }),
    };
    ctx.wheel.at(endMs, () => {
      reportRequest(
        ctx.world,
        { reporter: "source", at: from, source: from, destination: x.dst, service: x.service, mtls: x.mtls },
        outcome,
        { durationMs: x.ms, requestBytes: x.requestBytes, responseBytes: x.responseBytes },
        request,
      );
      count(key, x, endMs);
    });
    note(ctx, seen("client", from, x.dst, request, x), request.method, spanOf(request.trace, spanId));
    return result(x);
  };

  const fromAmbient = (from: SimPod, request: Request): CallResult => {
    const route = ctx.router.direct(from, request.host);
    const name = route.kind === "service" ? route.service.waypoint : null;
    if (route.kind === "service" && name !== null) {
      const waypoint = request.random.pick(ctx.world.waypoints(from.cluster, name));
      if (waypoint !== undefined) return throughWaypoint(from, waypoint, route.service, request);
      const next = ctx.world.endpoints(route.service, null)[0] ?? null;
      const edge: EdgeKey = {
        source: workloadId(from),
        target: next === null ? unknownId(from.cluster) : workloadId(next),
        protocol: "tcp",
      };
      ctx.l4.fail({ from, to: next, service: knownService(route.service), mtls: false, edge }, request.atMs);
      return { ms: 1, failed: true };
    }
    const x = exchange(ctx, from, request, nested);
    const endMs = request.atMs + x.ms;
    if (x.arrived && x.dst?.dataplane === "sidecar") {
      const key: EdgeKey = { source: workloadId(from), target: x.target, protocol: request.protocol };
      ctx.wheel.at(endMs, () => count(key, x, endMs));
    } else if (x.dst === null) {
      const edge: EdgeKey = { source: workloadId(from), target: x.target, protocol: "tcp" };
      const hop = { from, to: null, service: x.service, mtls: false, edge };
      if (x.arrived) ctx.l4.carry(hop, endMs, x.requestBytes, x.responseBytes, request.random);
      else ctx.l4.fail(hop, endMs);
    }
    return result(x);
  };

  /** The client's ztunnel sees the waypoint, the waypoint the backend, the backend's ztunnel the waypoint: one call. */
  const throughWaypoint = (from: SimPod, waypoint: SimPod, service: Service, request: Request): CallResult => {
    const spanId = request.trace?.newId() ?? null;
    // The waypoint's span is the parent of what the backend's program does: nothing stands before an ambient program.
    const trace = request.trace && { ...request.trace, parentId: spanId };
    const { atMs, port } = request;
    const verdict = admitToWaypoint(ctx, { from, dst: waypoint, service, port, mtls: true, request, atMs });
    const headers = passedOn(request.headers, verdict);
    const x =
      verdict !== null && verdict.refused !== null
        ? refusedBy(verdict.refused, service, from, request)
        : exchange(ctx, waypoint, { ...request, host: service.host, headers, trace }, nested);
    const endMs = request.atMs + x.ms;
    const outcome = { protocol: request.protocol, ...x.answer };
    const key: EdgeKey = { source: workloadId(from), target: x.target, protocol: request.protocol };
    ctx.wheel.at(endMs, () => {
      ctx.l4.carry(
        { from, to: waypoint, service: knownService(service), mtls: true, edge: null },
        endMs,
        x.requestBytes,
        x.responseBytes,
        request.random,
      );
      reportRequest(
        ctx.world,
        {
          reporter: "waypoint",
          at: waypoint,
          source: from,
          destination: x.dst,
          // A waypoint names a service's namespace by its cluster, whether or not a backend was reached.
          service: x.service.host === service.host ? knownService(service) : x.service,
          mtls: true,
        },
        outcome,
        { durationMs: x.ms, requestBytes: x.requestBytes, responseBytes: x.responseBytes },
        request,
      );
      ctx.ledger.count(key, endMs, { failed: failed(x.answer), arrived: x.arrived, mtls: true, denied: x.denied });
    });
    const saw = { ...seen("server", waypoint, from, request, x), dryRuns: verdict?.dryRuns };
    note(ctx, saw, request.method, spanOf(request.trace, spanId));
    return result(x);
  };

  /** A client without a proxy: only a server's proxy can tell of it, and doesn't know who it is. */
  const fromBare = (from: SimPod, request: Request): CallResult => {
    const x = exchange(ctx, from, { ...request, trace: null }, nested);
    const endMs = request.atMs + x.ms;
    const seen = x.arrived && x.dst !== null && x.dst.dataplane === "sidecar" && x.dst.scraped;
    const toAmbient = (x.arrived && x.dst?.dataplane === "ambient") || x.deniedAtL4;
    if (!toAmbient) {
      const key: EdgeKey = {
        source: unknownId(x.dst?.cluster ?? from.cluster),
        target: x.target,
        protocol: request.protocol,
        ...(!seen && { unobservable: true }),
      };
      ctx.wheel.at(endMs, () => count(key, x, endMs));
    }
    return result(x);
  };

  return make;
}

/** A whole call as the proxy that made it, or stands between, saw it. */
function seen(kind: SeenCall["kind"], pod: SimPod, peer: SimPod | null, request: Request, x: Exchange): SeenCall {
  return {
    ...{ kind, pod, peer },
    startMs: request.atMs,
    durationMs: x.ms,
    outcome: { protocol: request.protocol, ...x.answer },
    host: request.host,
    path: request.path,
    ...{ upstreamCluster: x.upstreamCluster, upstream: x.upstream },
    requestBytes: x.requestBytes,
    responseBytes: x.responseBytes,
    details: x.details,
    dryRuns: x.dryRuns,
  };
}

/** What a waypoint answers by itself: no backend was chosen. */
function refusedBy({ code, details }: Refusal, service: Service, from: SimPod, request: Request): Exchange {
  return {
    answer: localReply(request.protocol, code, "-"),
    ms: 0.3 + request.random.next() * 0.4,
    dst: null,
    service: knownService(service),
    mtls: true,
    arrived: false,
    target: serviceId(from.cluster, service),
    upstreamCluster: `inbound-vip|${portOf(service, request.port).port}|http|${service.host}`,
    requestBytes: Math.round(250 + request.random.next() * 900),
    responseBytes: 180,
    denied: true,
    deniedAtL4: false,
    details,
  };
}
