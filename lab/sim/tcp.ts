/**
 * TCP connections, one by one: they open, carry bytes and close. A proxy reports each every five seconds and at its
 * end, by the labels it had at its first report (Istio's tcp_reporting_duration).
 */
import type { ServiceLabels } from "../metrics/labels.ts";
import type { TcpSeries } from "../metrics/proxy.ts";
import type { EdgeKey } from "../truth/ledger.ts";
import { admit } from "./admission.ts";
import type { Flow } from "./behaviour.ts";
import { connectionTo } from "./connection.ts";
import type { SimContext } from "./context.ts";
import { catchAll, externalId, knownService, serviceId, unknownId, unreachedService, workloadId } from "./names.ts";
import type { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import { tcpSeries, ztunnelSeries } from "./report.ts";
import { strikes } from "./server.ts";
import type { Service } from "./service.ts";

const REPORT_MS = 5000;

interface Connection {
  readonly from: SimPod;
  readonly to: SimPod | null;
  readonly mtls: boolean;
  readonly service: ServiceLabels;
  readonly edge: EdgeKey;
  readonly series: readonly TcpSeries[];
  /** Bytes per millisecond, from and to the client. */
  readonly sent: number;
  readonly received: number;
  readonly closesAt: number;
  reportedAt: number;
  opened: boolean;
}

/** Opens one connection of a flow; it lives on in the wheel. */
export function openConnection(ctx: SimContext, from: SimPod, flow: Flow, atMs: number, random: Random): void {
  const envoy = from.dataplane === "sidecar" || from.dataplane === "gateway";
  const route = envoy ? ctx.router.tcp(from, flow.host, flow.port ?? null, random) : ctx.router.direct(from, flow.host);
  const refuse = (service: ServiceLabels, target: string, flags: string): void => {
    const edge: EdgeKey = { source: workloadId(from), target, protocol: "tcp", ...unobserved(from, null) };
    for (const s of observers(ctx, from, null, service, false, flags)) {
      if (from.dataplane === "ambient") s.failed += 1;
      else {
        s.opened += 1;
        s.closed += 1;
      }
    }
    ctx.ledger.count(edge, atMs, { failed: true, arrived: false, mtls: false });
  };
  let to: SimPod | null = null;
  let service: ServiceLabels;
  let target: string;
  let mtls = false;
  if (route.kind === "service") {
    const failedFlags = (flags: string): string => (from.dataplane === "ambient" ? "CONNECT" : flags);
    const missed = (flags: string): void =>
      refuse(unreachedService(route.service), serviceId(from.cluster, route.service), failedFlags(flags));
    const pod = random.pick(ctx.world.endpoints(route.service, route.labels));
    if (pod === undefined) return missed("UH");
    const connection = connectionTo(ctx, from, pod, route, flow.port ?? null);
    if (
      connection === "refused" ||
      connection === "noHandshake" ||
      strikes(pod, ["refuse"], { atMs, random, path: "" }) !== undefined
    )
      return missed("UF");
    to = pod;
    mtls = connection === "mtls";
    const verdict = admit(ctx, {
      ...{ from, dst: pod, service: route.service, port: flow.port ?? null, mtls, request: null, atMs },
    });
    if (verdict !== null && verdict.refused !== null) return turnedAway(ctx, from, pod, route.service, mtls, atMs);
    service = knownService(route.service);
    target = workloadId(pod);
  } else if (route.kind === "external") {
    service = { host: route.host, name: route.host, namespace: null };
    target = externalId(from.cluster, route.host);
  } else if (route.kind === "passthrough") {
    service = catchAll(null, "PassthroughCluster");
    target = externalId(from.cluster, "PassthroughCluster");
  } else {
    return refuse(catchAll(null, "BlackHoleCluster"), externalId(from.cluster, "BlackHoleCluster"), "UH");
  }
  const carries = flow.connection ?? { seconds: 20, sent: 500, received: 2000 };
  const lifeMs = Math.max(50, random.exponential(carries.seconds * 1000));
  const jitter = 0.5 + random.next();
  const connection: Connection = {
    from,
    to,
    mtls,
    service,
    edge: { source: sourceId(from, to), target, protocol: "tcp", ...unobserved(from, to) },
    series: observers(ctx, from, to, service, mtls, "-"),
    sent: (carries.sent * jitter) / 1000,
    received: (carries.received * jitter) / 1000,
    closesAt: atMs + lifeMs,
    reportedAt: atMs,
    opened: false,
  };
  next(ctx, connection);
}

/**
 * A connection that a policy closes: a ztunnel's flag says so; sidecars have opened it and close it, and neither of their
 * counters tells why.
 */
function turnedAway(ctx: SimContext, from: SimPod, to: SimPod, service: Service, mtls: boolean, atMs: number): void {
  const known = knownService(service);
  const edge: EdgeKey = {
    ...{ source: sourceId(from, to), target: workloadId(to), protocol: "tcp" },
    ...unobserved(from, to),
  };
  if (to.dataplane === "ambient") {
    ctx.l4.deny({ from, to, service: known, mtls, edge }, atMs, "policy");
    if (from.dataplane !== "ambient")
      for (const s of observers(ctx, from, null, known, false, "UF")) {
        s.opened += 1;
        s.closed += 1;
      }
    return;
  }
  for (const s of observers(ctx, from, to, known, mtls, "-")) {
    s.opened += 1;
    s.closed += 1;
  }
  ctx.ledger.count(edge, atMs, { failed: false, arrived: true, mtls, denied: true });
}

/** A client without proxy is unknown to a sidecar; a ztunnel finds it by its address. */
const sourceId = (from: SimPod, to: SimPod | null): string =>
  from.dataplane === "none" && to?.dataplane !== "ambient" ? unknownId((to ?? from).cluster) : workloadId(from);

const unobserved = (from: SimPod, to: SimPod | null): { unobservable?: true } =>
  (from.dataplane === "none" || !from.scraped) && (to === null || to.dataplane === "none")
    ? { unobservable: true }
    : {};

function next(ctx: SimContext, c: Connection): void {
  const at = Math.min(c.reportedAt + REPORT_MS, c.closesAt);
  ctx.wheel.at(at, () => {
    report(ctx, c, at);
    if (at >= c.closesAt || !ctx.world.isAlive(c.from) || (c.to !== null && !ctx.world.isAlive(c.to))) {
      for (const s of c.series) s.closed += 1;
    } else next(ctx, c);
  });
}

function report(ctx: SimContext, c: Connection, atMs: number): void {
  const sent = c.sent * (atMs - c.reportedAt);
  const received = c.received * (atMs - c.reportedAt);
  for (const s of c.series) {
    if (!c.opened) s.opened += 1;
    // `received` came from the client, at every reporter.
    s.received += sent;
    s.sent += received;
  }
  if (!c.opened) ctx.ledger.count(c.edge, atMs, { failed: false, arrived: true, mtls: c.mtls });
  ctx.ledger.bytes(c.edge, atMs, sent, received);
  c.opened = true;
  c.reportedAt = atMs;
}

/** The series of everyone who sees a connection. */
function observers(
  ctx: SimContext,
  from: SimPod,
  to: SimPod | null,
  service: ServiceLabels,
  mtls: boolean,
  flags: string,
): readonly TcpSeries[] {
  const out: TcpSeries[] = [];
  if (from.dataplane === "sidecar" || from.dataplane === "gateway")
    out.push(tcpSeries({ reporter: "source", at: from, source: from, destination: to, service, mtls }, flags));
  const client = from.dataplane === "ambient" ? ctx.world.ztunnel(from) : undefined;
  if (client !== undefined)
    out.push(ztunnelSeries(client, { reporter: "source", source: from, destination: to, service, mtls, flags }));
  if (to?.dataplane === "sidecar") {
    const source = from.dataplane === "none" ? null : from;
    out.push(tcpSeries({ reporter: "destination", at: to, source, destination: to, service, mtls }, flags));
  }
  const server = to?.dataplane === "ambient" ? ctx.world.ztunnel(to) : undefined;
  if (server !== undefined)
    out.push(ztunnelSeries(server, { reporter: "destination", source: from, destination: to, service, mtls, flags }));
  return out;
}
