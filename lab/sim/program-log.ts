/** Lines that the simulated programs write, in logfmt; those about a sampled call carry its trace. */
import type { LogLine } from "../apiserver/log-source.ts";
import type { NotedCall } from "./noted.ts";

/** The first things a container says. */
export function startLines(proxy: boolean, atMs: number): LogLine[] {
  const at = new Date(atMs).toISOString();
  const texts = proxy
    ? [
        `${at}\tinfo\tFLAG: --proxyLogLevel="warning"`,
        `${at}\tinfo\tReadiness succeeded`,
        `${at}\tinfo\tEnvoy proxy is ready`,
      ]
    : [`level=info ts=${at} msg="starting"`, `level=info ts=${at} msg="listening" port=8080`];
  return texts.map((text, i) => ({ atMs: atMs + i * 120, text }));
}

/** A request that was answered. */
export function servedLine(call: NotedCall): LogLine {
  const { outcome } = call;
  const bad = outcome.code.startsWith("5") || outcome.code === "0";
  return line(call, bad ? "error" : "info", bad ? "request failed" : "request served", "");
}

/** A call of the program's own that failed. */
export function failureLine(call: NotedCall): LogLine {
  return line(call, "error", "call failed", ` peer=${call.host} flags=${call.outcome.flags}`);
}

/** Some sign of life; what varies follows from a number. */
export function heartbeatLine(atMs: number, chance: number): LogLine {
  const at = new Date(atMs).toISOString();
  const [heap, routines] = [24 + (chance % 40), 12 + ((chance >>> 8) % 30)];
  return { atMs, text: `level=debug ts=${at} msg="heartbeat" heap_mb=${heap} goroutines=${routines}` };
}

function line(call: NotedCall, level: string, message: string, more: string): LogLine {
  const { outcome, traceId, spanId } = call;
  // The program is done a little before its proxy is.
  const atMs = call.startMs + call.durationMs * 0.98;
  const at = new Date(atMs).toISOString();
  const status = outcome.grpcStatus === "" ? `status=${outcome.code}` : `grpc_status=${outcome.grpcStatus}`;
  const trace = traceId === null ? "" : ` trace_id=${traceId} span_id=${spanId ?? ""}`;
  const what = `method=${call.method} path=${call.path} ${status} duration_ms=${call.durationMs.toFixed(1)}`;
  return { atMs, text: `level=${level} ts=${at} msg="${message}" ${what}${more}${trace}` };
}
