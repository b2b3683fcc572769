/** What a proxy writes down of one call beside its counters: a span where it is sampled, and a line of its log there, where it failed or was refused, of plaintext, and where a Telemetry asks for all. */
import { failed } from "../truth/outcome.ts";
import type { SimContext } from "./context.ts";
import { noted } from "./noted.ts";
import type { SeenCall, SpanRecord, TraceContext } from "./trace.ts";

type SpanIds = Pick<SpanRecord, "traceId" | "spanId" | "parentId">;

/** The span of a call that is sampled and has one, else null. */
export const spanOf = (trace: TraceContext | null, spanId: string | null): SpanIds | null =>
  trace === null || spanId === null ? null : { traceId: trace.traceId, spanId, parentId: trace.parentId };

/** `span`: null where the call isn't sampled. */
export function note(
  ctx: Pick<SimContext, "traces" | "logs" | "world">,
  call: SeenCall,
  method: string,
  span: SpanIds | null,
): void {
  if (span !== null) ctx.traces?.add({ ...call, ...span, method });
  const plaintext = call.remoteIp !== undefined && call.sni === undefined;
  const asked = () => ctx.world.logsAll(call.pod, call.kind === "server" ? "SERVER" : "CLIENT");
  if (ctx.logs === null) return;
  if (span !== null || plaintext || call.details !== undefined || failed(call.outcome) || asked())
    ctx.logs.add(noted(call, method, span));
}
