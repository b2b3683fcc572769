/** One attempt of a call at one endpoint, and what the server's observers write down of it. */
import { admit, passedOn } from "./admission.ts";
import { connectionTo, portOf } from "./connection.ts";
import type { SimContext } from "./context.ts";
import type { Asked } from "./match.ts";
import { knownService, workloadId } from "./names.ts";
import { note, spanOf } from "./note.ts";
import type { SimPod } from "./pod.ts";
import type { Verdict } from "./policy/guard.ts";
import { reportRequest } from "./report.ts";
import type { Route } from "./router.ts";
import type { Answer, MakeCall, Visit } from "./server.ts";
import { localReply, serve, strikes } from "./server.ts";
import type { Service } from "./service.ts";
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
  /** What policies on the server's side said; null: none was asked. */
  readonly verdict: Verdict | null;
  /** Why the server's proxy or ztunnel took no connection. */
  readonly closed: "policy" | "strict" | null;
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
  const missed = (flags: string, ms: number, dst: SimPod | null, closed: Attempt["closed"] = null): Attempt => ({
    answer: localReply(protocol, 503, flags),
    server: null,
    dst,
    mtls: false,
    startMs: atMs,
    ms,
    spanId,
    verdict: null,
    closed,
  });
  const endpoints = ctx.world.endpoints(route.service, route.labels);
  const dst = random.pick(ctx.outliers.healthy(from, endpoints, route.policy.outlier, atMs));
  if (dst === undefined) return missed("UH", 0.2, null);
  const trouble = strikes(dst, ["refuse", "overflow"], request);
  if (trouble !== undefined) return missed(trouble.kind === "refuse" ? "UF" : "UO", 0.5 + random.next(), null);
  const connection = connectionTo(ctx, from, dst, route, request.port);
  if (connection === "noHandshake") return missed("UF", 1, null);
  // Plaintext to a server that wants TLS: the connection is cut before an answer.
  if (connection === "refused") {
    const { target } = portOf(route.service, request.port);
    return missed("UC", 1, dst, ctx.world.mtlsMode(dst, target) === "STRICT" ? "strict" : null);
  }
  const mtls = connection === "mtls";
  const l7 = dst.dataplane === "ambient" ? null : request;
  const verdict = admit(ctx, {
    ...{ from, dst, service: route.service, port: request.port, mtls, request: l7, atMs },
  });
  if (verdict !== null && verdict.refused !== null) {
    if (l7 === null) return { ...missed("UC", 1, dst, "policy"), mtls };
    const answer = localReply(protocol, verdict.refused.code, "-");
    const ms = 0.3 + random.next() * 0.4;
    return { answer, server: answer, dst, mtls, startMs: atMs, ms, spanId, verdict, closed: null };
  }
  const trace = request.trace && {
    ...request.trace,
    parentId: dst.dataplane === "sidecar" ? spanId : request.trace.parentId,
  };
  const headers = passedOn(request.headers, verdict);
  const served = serve(dst, { ...request, headers, trace }, makeCall);
  const wire = 0.3 + random.next() * 0.8;
  return {
    answer: dst.dataplane === "sidecar" || served.server.flags === "-" ? served.client : served.server,
    server: served.server,
    dst,
    mtls,
    startMs: atMs,
    ms: served.ms + wire,
    spanId,
    verdict,
    closed: null,
  };
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
  if (dst === null) return;
  const endMs = a.startMs + a.ms;
  const service = knownService(route.service);
  if (a.closed !== null) return turnedAway(ctx, from, dst, route, request, a);
  if (server === null) return;
  if (dst.dataplane === "ambient" || from.dataplane === "ambient") {
    const edge = l4Edge(from, dst);
    ctx.wheel.at(endMs, () =>
      ctx.l4.carry({ from, to: dst, service, mtls: a.mtls, edge }, endMs, requestBytes, responseBytes, request.random),
    );
  }
  if (dst.dataplane !== "sidecar") return;
  const measured = { durationMs: Math.max(0, a.ms - 0.2), requestBytes, responseBytes };
  const span = spanOf(request.trace, a.spanId);
  const refused = a.verdict !== null && a.verdict.refused !== null;
  // What a policy refused, and what its client gave up, the program doesn't measure; it is done a little before its proxy is.
  if (dst.program !== null && !refused && request.protocol === "http" && server.code !== "0")
    ctx.wheel.at(endMs, () =>
      dst.program?.served({
        ...{ method: request.method, code: server.code, endMs, span },
        durationMs: measured.durationMs * 0.98,
      }),
    );
  ctx.wheel.at(endMs, () =>
    reportRequest(
      ctx.world,
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
      { ...request, destinationPort: portOf(route.service, request.port).target },
    ),
  );
  note(
    ctx,
    {
      kind: "server",
      pod: dst,
      peer: from.dataplane === "none" ? null : from,
      remoteIp: from.ip,
      sni: sniOf(route.service, request.port, a.mtls),
      startMs: a.startMs + 0.1,
      durationMs: measured.durationMs,
      outcome: { protocol: request.protocol, ...server },
      host: request.host,
      path: request.path,
      upstreamCluster: `inbound|${portOf(route.service, request.port).target}||`,
      requestBytes,
      responseBytes,
      details: a.verdict?.refused?.details,
      dryRuns: a.verdict?.dryRuns,
    },
    request.method,
    span,
  );
}

/** What Istio's clients ask for by mutual TLS; plaintext names no server. */
const sniOf = (service: Service, port: number | null, mtls: boolean): string | undefined =>
  mtls ? `outbound_.${portOf(service, port).port}_._.${service.host}` : undefined;

/** The edge of a hop of which ztunnels see everything there is to see. */
const l4Edge = (from: SimPod, dst: SimPod) =>
  dst.dataplane === "ambient" && (from.dataplane === "ambient" || from.dataplane === "none")
    ? ({ source: workloadId(from), target: workloadId(dst), protocol: "tcp" } as const)
    : null;

/** A ztunnel counts whom it turns away; a sidecar has but a line in its log, of a connection without a request. */
function turnedAway(
  ctx: SimContext,
  from: SimPod,
  dst: SimPod,
  route: ServiceRoute,
  request: Request,
  { startMs, ms, mtls }: Attempt,
): void {
  const endMs = startMs + ms;
  if (dst.dataplane === "ambient") {
    const hop = { from, to: dst, service: knownService(route.service), mtls, edge: l4Edge(from, dst) };
    ctx.wheel.at(endMs, () => ctx.l4.deny(hop, endMs));
  } else if (dst.dataplane === "sidecar") {
    const { target } = portOf(route.service, request.port);
    const outcome = { protocol: request.protocol, code: "0", grpcStatus: "", flags: "NR" } as const;
    const connection = {
      host: "-",
      path: "-",
      upstreamCluster: `inbound|${target}||`,
      requestBytes: 0,
      responseBytes: 0,
    };
    const seen = { kind: "server", pod: dst, peer: from, startMs, durationMs: 0, outcome, ...connection } as const;
    note(ctx, { ...seen, details: "filter_chain_not_found" }, "-", null);
  }
}
