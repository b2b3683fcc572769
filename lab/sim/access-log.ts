/**
 * Lines of a proxy's access log in Istio's default text format.
 * https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format
 */
import type { LogLine } from "../apiserver/log-source.ts";
import type { NotedCall } from "./noted.ts";
import { hash } from "./random.ts";
import { requestId } from "./trace.ts";

/** %RESPONSE_CODE_DETAILS% by flag. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details */
const DETAILS: Readonly<Record<string, string>> = {
  DC: "downstream_remote_disconnect",
  FI: "fault_filter_abort",
  NC: "cluster_not_found",
  NR: "route_not_found",
  UC: "upstream_reset_before_response_started{connection_termination}",
  UF: "upstream_reset_before_response_started{remote_connection_failure}",
  UH: "no_healthy_upstream",
  UO: "upstream_reset_before_response_started{overflow}",
  UT: "response_timeout",
};

/** The line that a call ends with. */
export function accessLine(call: NotedCall): LogLine {
  const { outcome, kind } = call;
  if (call.details === "filter_chain_not_found") return connectionLine(call);
  const { flags } = outcome;
  const details = call.details ?? DETAILS[flags.split(",")[0] ?? ""] ?? "via_upstream";
  const reached = details === "via_upstream" && call.peerIp !== null;
  const [, port = "80", , host = ""] = call.upstreamCluster.split("|");
  const failure = flags.includes("UF") ? "delayed_connect_error:_Connection_refused" : "-";
  const ephemeral = (salt: number): number => 32_768 + (hash(`${call.pod}${call.startMs}`, salt) % 28_000);
  const upstream = call.upstream ?? (kind === "server" ? `${call.ip}:${port}` : `${call.peerIp ?? "-"}:${port}`);
  const local = kind === "server" ? `127.0.0.6:${ephemeral(1)}` : `${call.ip}:${ephemeral(1)}`;
  const from = call.remoteIp ?? call.peerIp ?? "0.0.0.0";
  const remote = kind === "server" ? `${from}:${ephemeral(2)}` : `${call.ip}:${ephemeral(2)}`;
  const text = [
    `[${new Date(call.startMs).toISOString()}]`,
    `"${call.method} ${call.path} ${outcome.protocol === "grpc" ? "HTTP/2" : "HTTP/1.1"}"`,
    outcome.code,
    flags,
    details,
    "-",
    `"${failure}"`,
    ...[call.requestBytes, outcome.code === "0" ? 0 : call.responseBytes, Math.round(call.durationMs)],
    reached ? String(Math.max(0, Math.round(call.durationMs) - 1)) : "-",
    '"-"',
    `"${outcome.protocol === "grpc" ? "grpc-go/1.74.0" : "shop/1.0"}"`,
    `"${requestId(call.traceId ?? untraced(call))}"`,
    `"${call.host}"`,
    `"${reached ? upstream : "-"}"`,
    call.upstreamCluster || "-",
    reached ? local : "-",
    `${kind === "server" ? call.ip : address(host)}:${port}`,
    remote,
    call.sni ?? "-",
    flags.includes("NR") ? "-" : "default",
  ].join(" ");
  return { atMs: call.startMs + call.durationMs, text };
}

/** A connection that none of the listener's filter chains took: there was no request. */
function connectionLine(call: NotedCall): LogLine {
  const { startMs, durationMs, ip, upstreamCluster, outcome, details } = call;
  const local = `${ip}:${upstreamCluster.split("|")[1] ?? "80"}`;
  const remote = `${call.remoteIp ?? call.peerIp ?? "0.0.0.0"}:${32_768 + (hash(`${ip}${startMs}`, 2) % 28_000)}`;
  const empty = Array.from({ length: 5 }, () => '"-"').join(" ");
  const text = `[${new Date(startMs).toISOString()}] "- - -" 0 ${outcome.flags} ${details} - "-" 0 0 0 - ${empty} - - ${local} ${remote} - -`;
  return { atMs: startMs + durationMs, text };
}

/** Stands for a service's cluster IP, which the simulation does without. */
const address = (host: string): string => `10.96.${hash(host, 1) % 250}.${(hash(host, 2) % 250) + 1}`;

/** Requests have an id, sampled or not. */
const untraced = (call: NotedCall): string =>
  [1, 2, 3, 4]
    .map((salt) => hash(`${call.pod}${call.path}${call.startMs}`, salt).toString(16).padStart(8, "0"))
    .join("");
