/** One attempt of a call at one endpoint, and what the server's observers write down of it. */
import type { SimContext } from "./context.ts";
import type { TrafficPolicy } from "./destination-rule.ts";
import type { Asked } from "./match.ts";
import { connect } from "./mtls.ts";
import { knownService, workloadId } from "./names.ts";
import { note, spanOf } from "./note.ts";
import type { SimPod } from "./pod.ts";
import { reportRequest } from "./report.ts";
import type { Route } from "./router.ts";
import type { Answer, MakeCall, Visit } from "./server.ts";
import { localReply, serve, strikes } from "./server.ts";
import type { Retries } from "./virtual-service.ts";

export interface Request extends Visit, Asked {
  /** The user goes away before the answer is there. */
  readonly leaves: boolean;
}

export interface Attempt {
  readonly answer: Answer;
  /** What the server's own proxy saw; null when nothing arrived. */
  readonly server: Answer | null;
  readonly dst: SimPod | null;
  readonly mtls: boolean;
  readonly startMs: number;
  readonly ms: number;
  readonly spanId: string | null;
}

export type ServiceRoute = Extract<Route, { kind: "service" }>;

/** Would the client's proxy try again after this answer? https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on */
export function isRetriable(a: Answer, retries: Retries): boolean {
  // Without a host, or with a full pool, nothing was tried that could be tried again.
  if (retries.attempts === 0 || a.flags === "UH" || a.flags === "UO") return false;
  return retries.on.some((on) => {
    switch (on) {
      case "5xx":
        return (a.grpcStatus === "" && a.code.startsWith("5")) || a.flags === "UF";
      case "gateway-error":
        return (a.grpcStatus === "" && ["502", "503", "504"].includes(a.code)) || a.flags === "UF";
      case "connect-failure":
        return a.flags === "UF";
      case "reset":
        return a.flags === "UF" || a.flags === "UC";
      case "unavailable":
        return a.grpcStatus === "14";
      case "cancelled":
        return a.grpcStatus === "1";
      default:
        return on === a.code;
    }
  });
}

/** Picks an endpoint, connects and lets it serve. Nothing is reported yet: a timeout may still change what was seen. */
export function attempt(
  ctx: SimContext,
  from: SimPod,
  route: ServiceRoute,
  request: Request,
  makeCall: MakeCall,
): Attempt {
  const { random, protocol, atMs } = request;
  const spanId = request.trace?.newId() ?? null;
  const missed = (flags: string, ms: number, dst: SimPod | null): Attempt => ({
    answer: localReply(protocol, 503, flags),
    server: null,
    dst,
    mtls: false,
    startMs: atMs,
    ms,
    spanId,
  });
  const endpoints = ctx.world.endpoints(route.service, route.labels);
  const dst = random.pick(ctx.outliers.healthy(from, endpoints, route.policy.outlier, atMs));
  if (dst === undefined) return missed("UH", 0.2, null);
  const trouble = strikes(dst, ["refuse", "overflow"], request);
  if (trouble !== undefined) return missed(trouble.kind === "refuse" ? "UF" : "UO", 0.5 + random.next(), null);
  const connection = connectionTo(ctx, from, dst, route, request.port);
  // TLS to a plaintext server, or the reverse: the connection is cut before an answer.
  if (connection === "refused") return missed("UC", 1, dst);
  const trace = request.trace && {
    ...request.trace,
    parentId: dst.dataplane === "sidecar" ? spanId : request.trace.parentId,
  };
  const served = serve(dst, { ...request, trace }, makeCall);
  const wire = 0.3 + random.next() * 0.8;
  return {
    answer: dst.dataplane === "sidecar" || served.server.flags === "-" ? served.client : served.server,
    server: served.server,
    dst,
    mtls: connection === "mtls",
    startMs: atMs,
    ms: served.ms + wire,
    spanId,
  };
}

/** How a client's connection to this pod turns out, by both sides' policies. */
export function connectionTo(
  ctx: SimContext,
  from: SimPod,
  dst: SimPod,
  route: {
    readonly service: { readonly ports: readonly { port: number; target: number }[] };
    readonly policy: TrafficPolicy;
  },
  port: number | null,
): "mtls" | "plain" | "refused" {
  const { ports } = route.service;
  const asked = ports.find((p) => p.port === port) ?? ports[0];
  const target = asked?.target ?? 80;
  const tls = (asked === undefined ? undefined : route.policy.portTls.get(asked.port)) ?? route.policy.tls;
  const mode = ctx.world.mtlsMode(dst, target);
  if (dst.dataplane === "sidecar" || dst.dataplane === "gateway")
    // DestinationRules are for Envoys: a ztunnel doesn't read them.
    return connect(from.dataplane === "none" ? "DISABLE" : from.dataplane === "ambient" ? null : tls, mode);
  // A ztunnel takes HBONE whatever the mode; plaintext unless STRICT.
  if (dst.dataplane === "ambient" || dst.dataplane === "waypoint")
    return from.dataplane === "none" ? connect("DISABLE", mode) : "mtls";
  // No proxy before it, and the simulated programs speak no TLS themselves.
  return tls === null || tls === "DISABLE" ? "plain" : "refused";
}

/** Writes down what the server's observers saw of one attempt. */
export function arrive(
  ctx: SimContext,
  from: SimPod,
  route: ServiceRoute,
  request: Request,
  a: Attempt,
  requestBytes: number,
  responseBytes: number,
): void {
  const { dst, server } = a;
  if (dst === null || server === null) return;
  const endMs = a.startMs + a.ms;
  const service = knownService(route.service);
  if (dst.dataplane === "ambient" || from.dataplane === "ambient") {
    const onlyL4 = dst.dataplane === "ambient" && (from.dataplane === "ambient" || from.dataplane === "none");
    const edge = onlyL4 ? ({ source: workloadId(from), target: workloadId(dst), protocol: "tcp" } as const) : null;
    ctx.wheel.at(endMs, () =>
      ctx.l4.carry({ from, to: dst, service, mtls: a.mtls, edge }, endMs, requestBytes, responseBytes, request.random),
    );
  }
  if (dst.dataplane !== "sidecar") return;
  const measured = { durationMs: Math.max(0, a.ms - 0.2), requestBytes, responseBytes };
  ctx.wheel.at(endMs, () =>
    reportRequest(
      {
        reporter: "destination",
        at: dst,
        source: from.dataplane === "none" ? null : from,
        destination: dst,
        service,
        mtls: a.mtls,
      },
      { protocol: request.protocol, ...server },
      measured,
    ),
  );
  const ports = route.service.ports;
  const target = (ports.find((p) => p.port === request.port) ?? ports[0])?.target ?? 80;
  note(
    ctx,
    {
      kind: "server",
      pod: dst,
      peer: from.dataplane === "none" ? null : from,
      startMs: a.startMs + 0.1,
      durationMs: measured.durationMs,
      outcome: { protocol: request.protocol, ...server },
      host: request.host,
      path: request.path,
      upstreamCluster: `inbound|${target}||`,
      requestBytes,
      responseBytes,
    },
    request.method,
    spanOf(request.trace, a.spanId),
  );
}
