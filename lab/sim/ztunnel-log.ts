/**
 * Lines of a ztunnel's access log, one for each connection at its end, with tabs between time, level, scope, message and fields.
 * https://github.com/istio/ztunnel/blob/master/src/proxy/metrics.rs
 */
import type { LogLine } from "../apiserver/log-source.ts";
import { hash } from "./random.ts";

/** An end of a connection, as a ztunnel knows it. */
export interface NotedEnd {
  readonly ip: string;
  readonly pod: string;
  readonly namespace: string;
  /** spiffe://… */
  readonly identity: string;
}

export interface NotedConnection {
  /** `cluster/namespace/name` of the ztunnel that saw it. */
  readonly ztunnel: string;
  readonly direction: "inbound" | "outbound";
  readonly from: NotedEnd;
  /** null: an address no workload has. */
  readonly to: NotedEnd | null;
  readonly host: string | null;
  /** Through a tunnel. */
  readonly mtls: boolean;
  readonly startMs: number;
  readonly endMs: number;
  /** As the client sees them. */
  readonly sent: number;
  readonly received: number;
  /** Why it was refused, or failed; null: it wasn't. */
  readonly error: string | null;
}

/** What istiod makes of STRICT, and what its default of ALLOW policies says. https://github.com/istio/ztunnel/blob/master/src/proxy.rs */
export const REFUSED = {
  strict: "connection closed due to policy rejection: explicitly denied by: istio-system/istio_converted_static_strict",
  policy: "connection closed due to policy rejection: allow policies exist, but none allowed",
} as const;

const TUNNEL = 15_008;
/** Stands for the port that the program listens on, which the simulation's hops don't carry. */
const PORT = 8080;

export function ztunnelLine(noted: NotedConnection): LogLine {
  const { direction, from, to, host, mtls, startMs, endMs, sent, received, error } = noted;
  const ephemeral = 32_768 + (hash(`${from.ip}${startMs}`, 2) % 28_000);
  const [out, into] = direction === "outbound" ? [sent, received] : [received, sent];
  const fields: readonly (readonly [string, string] | null)[] = [
    ["src.addr", `${from.ip}:${ephemeral}`],
    ["src.workload", quoted(from.pod)],
    ["src.namespace", quoted(from.namespace)],
    mtls ? ["src.identity", quoted(from.identity)] : null,
    ["dst.addr", `${to?.ip ?? "203.0.113.9"}:${mtls ? TUNNEL : PORT}`],
    mtls && to !== null ? ["dst.hbone_addr", `${to.ip}:${PORT}`] : null,
    host === null ? null : ["dst.service", quoted(host)],
    to === null ? null : ["dst.workload", quoted(to.pod)],
    to === null ? null : ["dst.namespace", quoted(to.namespace)],
    mtls && to !== null ? ["dst.identity", quoted(to.identity)] : null,
    ["direction", quoted(direction)],
    ["bytes_sent", String(Math.round(out))],
    ["bytes_recv", String(Math.round(into))],
    ["duration", quoted(`${Math.round(endMs - startMs)}ms`)],
    error === null ? null : ["error", quoted(error)],
  ];
  const text = [
    ...[new Date(endMs).toISOString(), error === null ? "info" : "error", "access", "connection complete"],
    fields.flatMap((field) => (field === null ? [] : `${field[0]}=${field[1]}`)).join(" "),
  ].join("\t");
  return { atMs: endMs, text };
}

const quoted = (text: string): string => JSON.stringify(text);
