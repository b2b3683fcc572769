/**
 * Long gRPC streams: messages are counted while they flow, every five seconds, the request itself only when the stream
 * ends; until then no request and no duration exists anywhere.
 */
import type { EdgeKey } from "../truth/ledger.ts";
import { admit } from "./admission.ts";
import { type Flow, methodOf } from "./behaviour.ts";
import { connectionTo } from "./connection.ts";
import type { SimContext } from "./context.ts";
import { knownService, workloadId } from "./names.ts";
import type { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import type { Observed } from "./report.ts";
import { reportMessages, reportRequest } from "./report.ts";
import { localReply } from "./server.ts";

const REPORT_MS = 5000;
const MESSAGE_BYTES = 220;

/** Opens one stream of a flow between sidecars; where its service has no endpoint, nothing opens. */
export function openStream(ctx: SimContext, from: SimPod, flow: Flow, atMs: number, random: Random): void {
  const port = flow.port ?? null;
  const asked = { host: flow.host, path: flow.path ?? "/", method: methodOf(flow), headers: {}, port };
  const route = ctx.router.http(from, from, asked, random);
  if (route.kind !== "service" || flow.stream === undefined) return;
  const to = random.pick(ctx.world.endpoints(route.service, route.labels));
  if (to === undefined) return;
  const connection = connectionTo(ctx, from, to, route, port);
  if (connection === "refused" || connection === "noHandshake") return;
  const rate = flow.stream.messagesPerSecond / 1000;
  const endsAt = atMs + Math.max(1000, random.exponential(flow.stream.seconds * 1000));
  const shared = { source: from, destination: to, service: knownService(route.service), mtls: connection === "mtls" };
  const observers: Observed[] = [];
  if (from.dataplane === "sidecar" || from.dataplane === "gateway")
    observers.push({ reporter: "source", at: from, ...shared });
  if (to.dataplane === "sidecar")
    observers.push({ reporter: "destination", at: to, ...shared, source: from.dataplane === "none" ? null : from });
  const edge: EdgeKey = { source: workloadId(from), target: workloadId(to), protocol: "grpc" };
  const request = to.dataplane === "ambient" ? null : asked;
  const verdict = admit(ctx, { from, dst: to, service: route.service, port, mtls: shared.mtls, request, atMs });
  if (verdict !== null && verdict.refused !== null) {
    const outcome = { protocol: "grpc", ...localReply("grpc", verdict.refused.code, "-") } as const;
    const measured = { durationMs: 0.5, requestBytes: 400, responseBytes: 0 };
    for (const o of observers) reportRequest(ctx.world, o, outcome, measured, asked);
    ctx.ledger.count(edge, atMs, { failed: false, arrived: true, mtls: shared.mtls, denied: true });
    return;
  }
  let total = 0;

  const step = (since: number): void => {
    const now = Math.min(since + REPORT_MS, endsAt);
    ctx.wheel.at(now, () => {
      const received = random.poisson(rate * (now - since));
      total += received;
      // The client opens with one message; the server keeps sending.
      for (const o of observers) reportMessages(o, since === atMs ? 1 : 0, received);
      const broken = !ctx.world.isAlive(to);
      if (now < endsAt && !broken && ctx.world.isAlive(from)) {
        step(now);
        return;
      }
      const measured = { durationMs: now - atMs, requestBytes: 400, responseBytes: total * MESSAGE_BYTES };
      const outcome = {
        protocol: "grpc",
        code: "200",
        grpcStatus: broken ? "14" : "0",
        flags: broken ? "UC" : "-",
      } as const;
      for (const o of observers) reportRequest(ctx.world, o, outcome, measured, asked);
      ctx.ledger.count(edge, now, { failed: broken, arrived: true, mtls: shared.mtls });
    });
  };
  step(atMs);
}
