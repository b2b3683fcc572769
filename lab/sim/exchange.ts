/**
 * A call from one proxy (or bare program) to a host: routing, faults, attempts, timeout, mirrors; what the servers'
 * observers saw is reported here, what the client's side saw is returned.
 */
import type { ServiceLabels } from "../metrics/labels.ts";
import { admitFromOutside, passedOn } from "./admission.ts";
import type { Attempt, Request, ServiceRoute } from "./attempt.ts";
import { arrive, attempt, isRetriable } from "./attempt.ts";
import { portOf } from "./connection.ts";
import type { SimContext } from "./context.ts";
import { drawLatency } from "./latency.ts";
import {
  catchAll,
  externalId,
  knownService,
  rawHost,
  rawHostId,
  serviceId,
  unreachedService,
  workloadId,
} from "./names.ts";
import type { SimPod } from "./pod.ts";
import type { Verdict } from "./policy/guard.ts";
import type { Random } from "./random.ts";
import type { Route } from "./router.ts";
import type { Answer, MakeCall } from "./server.ts";
import { localReply } from "./server.ts";
import { DEFAULT_RETRIES, type Retries } from "./virtual-service.ts";

/** What the client's side of a call saw. */
export interface Exchange {
  readonly answer: Answer;
  readonly ms: number;
  /** The workload that the client's proxy knows; null = none. */
  readonly dst: SimPod | null;
  readonly service: ServiceLabels;
  readonly mtls: boolean;
  readonly arrived: boolean;
  /** The ledger's target. */
  readonly target: string;
  readonly upstreamCluster: string;
  /** The pod that it was sent to last, with its port; absent: none. */
  readonly upstream?: string | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** A policy refused it, wherever on its way. */
  readonly denied: boolean;
  /** ztunnels saw that, and have counted it. */
  readonly deniedAtL4: boolean;
  /** Why, where the client's own proxy refused it. */
  readonly details?: string | undefined;
  /** What policies on trial at the client's own proxy would have done. */
  readonly dryRuns?: Verdict["dryRuns"] | undefined;
}

const OUTSIDE = { p50: 45, p99: 320 };

export function exchange(ctx: SimContext, from: SimPod, request: Request, makeCall: MakeCall): Exchange {
  const { random, host, protocol } = request;
  const understandsHttp = from.dataplane !== "ambient" && from.dataplane !== "none";
  const route = understandsHttp ? ctx.router.http(from, from, request, random) : ctx.router.direct(from, host);
  const requestBytes = Math.round(250 + random.next() * 900);
  const local = (code: number, flags: string, service: ServiceLabels, target: string): Exchange => ({
    answer: localReply(protocol, code, flags),
    ms: 0.1 + random.next() * 0.4,
    dst: null,
    service,
    mtls: false,
    arrived: false,
    target,
    upstreamCluster: service.name ?? "",
    requestBytes,
    responseBytes: 180,
    denied: false,
    deniedAtL4: false,
  });
  const outside = (service: ServiceLabels, target: string): Exchange => ({
    ...local(random.chance(0.004) ? 503 : 200, "-", service, target),
    ms: drawLatency(OUTSIDE, random),
    arrived: true,
    responseBytes: responseSize(random),
  });
  const verdict = from.dataplane === "gateway" ? admitFromOutside(ctx, from, request, request.atMs) : null;
  if (verdict !== null && verdict.refused !== null) {
    const { code, details } = verdict.refused;
    const known = route.kind === "service" ? route.service : null;
    const service = known === null ? rawHost(host) : unreachedService(known);
    const target = known === null ? rawHostId(from, host, ctx.world) : serviceId(from.cluster, known);
    return { ...local(code, "-", service, target), denied: true, details, dryRuns: verdict.dryRuns };
  }
  switch (route.kind) {
    case "noRoute":
      return local(404, "NR", rawHost(host), rawHostId(from, host, ctx.world));
    case "noCluster":
      return local(503, "NC", rawHost(host), rawHostId(from, host, ctx.world));
    case "blackhole":
      return local(502, "-", catchAll(host, "BlackHoleCluster"), externalId(from.cluster, "BlackHoleCluster"));
    case "passthrough":
      return outside(catchAll(host, "PassthroughCluster"), externalId(from.cluster, "PassthroughCluster"));
    case "external":
      return outside({ host: route.host, name: route.host, namespace: null }, externalId(from.cluster, route.host));
    case "service": {
      // Envoy holds a call back first, and aborts it then or not, each by its own chance.
      const delay = route.rule?.delay && random.chance(route.rule.delay.share) ? route.rule.delay.ms : 0;
      const abort = route.rule?.abort ?? null;
      if (abort !== null && random.chance(abort.share)) {
        const flags = delay > 0 ? "DI,FI" : "FI";
        const own = local(abort.code, flags, unreachedService(route.service), serviceId(from.cluster, route.service));
        const aborted = { ...own, ms: own.ms + delay };
        if (abort.grpc === null || protocol === "http") return aborted;
        return { ...aborted, answer: { code: "200", grpcStatus: String(abort.grpc), flags } };
      }
      const headers = passedOn(request.headers, verdict);
      const made = toService(ctx, from, route, { ...request, headers }, { requestBytes, delay }, makeCall);
      return verdict === null ? made : { ...made, dryRuns: verdict.dryRuns };
    }
  }
}

const responseSize = (random: Random): number => Math.round(Math.min(2e6, 2500 * Math.exp(0.9 * random.normal())));

const isL7 = (pod: SimPod): boolean =>
  pod.dataplane === "sidecar" || pod.dataplane === "gateway" || pod.dataplane === "waypoint";

function toService(
  ctx: SimContext,
  from: SimPod,
  route: ServiceRoute,
  request: Request,
  { requestBytes, delay }: { readonly requestBytes: number; readonly delay: number },
  makeCall: MakeCall,
): Exchange {
  const { random, protocol } = request;
  const { service, rule } = route;
  const retries = isL7(from) ? (rule?.retries ?? DEFAULT_RETRIES) : NO_RETRIES;
  const attempts: Attempt[] = [];
  let ms = delay;
  let exhausted = false;
  for (;;) {
    const whole = attempt(ctx, from, route, { ...request, atMs: request.atMs + ms }, makeCall);
    const made = tryLimit(whole, protocol, retries.perTryMs);
    attempts.push(made);
    if (isL7(from) && made.dst !== null)
      ctx.outliers.note(from, made.dst, made.answer, route.policy.outlier, request.atMs + ms);
    ms += made.ms;
    if (!isRetriable(made.answer, retries)) break;
    if (attempts.length > retries.attempts) {
      exhausted = retries.attempts > 0;
      break;
    }
    // Envoy waits a random part of an interval that doubles, at most ten times the first one.
    const base = retries.backoffMs ?? 25;
    ms += Math.min(10 * base, base * (2 ** attempts.length - 1)) * random.next();
  }
  let last = attempts[attempts.length - 1] as Attempt;
  let answer = withFlags(last.answer, [delay > 0 ? "DI" : null, exhausted ? "URX" : null]);
  const timeout = rule?.timeoutMs ?? null;
  // An injected delay comes before the router, whose clock starts after it.
  const over = timeout === null || !isL7(from) ? 0 : ms - delay - timeout;
  if (over > 0) {
    last = cut(last, last.ms - over);
    attempts[attempts.length - 1] = last;
    answer = withFlags(localReply(protocol, 504, "UT"), [delay > 0 ? "DI" : null]);
    ms -= over;
  } else if (request.leaves && last.server !== null) {
    const stays = random.next();
    last = cut(last, last.ms * stays);
    attempts[attempts.length - 1] = last;
    answer = { code: "0", grpcStatus: "", flags: "DC" };
    ms *= stays;
  }
  const responseBytes = answer.code === "0" ? 0 : responseSize(random);
  for (const a of attempts) arrive(ctx, from, route, request, a, requestBytes, a === last ? responseBytes : 200);
  for (const mirror of rule?.mirrors ?? [])
    if (random.chance(mirror.share))
      copy(ctx, from, ctx.router.mirror(from, mirror.to), request, requestBytes, makeCall);
  const known = last.dst !== null && !neverArrived(last.answer);
  return {
    answer,
    ms,
    dst: known ? last.dst : null,
    service: known ? knownService(service) : unreachedService(service),
    mtls: last.mtls,
    arrived: last.server !== null,
    target: known && last.dst !== null ? workloadId(last.dst) : serviceId(from.cluster, service),
    upstreamCluster: `outbound|${request.port ?? portOf(service, null).port}|${rule?.routes.length ? subsetOf(route) : ""}|${service.host}`,
    upstream: last.dst === null ? undefined : `${last.dst.ip}:${portOf(service, request.port).target}`,
    requestBytes,
    responseBytes,
    denied: last.closed === "policy" || (last.verdict !== null && last.verdict.refused !== null),
    deniedAtL4: last.closed !== null && last.dst?.dataplane === "ambient",
  };
}

const NO_RETRIES: Retries = { attempts: 0, on: [], perTryMs: null, backoffMs: null };

/** An attempt that lasts longer than it may is given up: its server sees the client go. */
function tryLimit(made: Attempt, protocol: Request["protocol"], limit: number | null): Attempt {
  if (limit === null || limit === 0 || made.ms <= limit) return made;
  return { ...cut(made, limit), answer: localReply(protocol, 504, "UT") };
}

const subsetOf = (route: ServiceRoute): string => (route.labels === null ? "" : (route.labels["version"] ?? ""));

const neverArrived = (a: Answer): boolean => /\b(UF|UH|UO)\b/.test(a.flags);

/** The server's proxy sees its client go: code 0 with DC, after what time there was. */
const cut = (a: Attempt, ms: number): Attempt =>
  a.server === null ? a : { ...a, ms: Math.max(0, ms), server: { code: "0", grpcStatus: "", flags: "DC" } };

/** Flags in Envoy's order of printing don't matter here; `-` stands for none. */
function withFlags(a: Answer, more: readonly (string | null)[]): Answer {
  const flags = [...(a.flags === "-" ? [] : [a.flags]), ...more.filter((f) => f !== null)];
  return { ...a, flags: flags.length === 0 ? "-" : flags.join(",") };
}

/** A mirrored copy: the server serves and reports it, the client's proxy neither waits for it nor counts it. */
function copy(
  ctx: SimContext,
  from: SimPod,
  route: Route,
  request: Request,
  requestBytes: number,
  makeCall: MakeCall,
): void {
  if (route.kind !== "service") return;
  const made = attempt(ctx, from, route, { ...request, trace: null, leaves: false }, makeCall);
  arrive(ctx, from, route, { ...request, trace: null }, made, requestBytes, 600);
  const { dst, server } = made;
  if (dst === null || server === null || dst.dataplane !== "sidecar") return;
  const key = { source: workloadId(from), target: workloadId(dst), protocol: request.protocol, mirror: true } as const;
  const endMs = made.startMs + made.ms;
  const denied = made.verdict !== null && made.verdict.refused !== null;
  ctx.wheel.at(endMs, () => ctx.ledger.count(key, endMs, { failed: false, arrived: true, mtls: made.mtls, denied }));
}
