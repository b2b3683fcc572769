/**
 * Response flags in plain words, for panels: what each means, its usual cause and what to try. Envoy's from
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags, ztunnel's
 * from its metrics (istio/ztunnel, src/proxy/metrics.rs).
 */
import { splitFlags } from "./outcome.ts";

export interface FlagMeaning {
  readonly flag: string;
  readonly means: string;
  readonly cause: string;
  readonly fix: string;
}

const TABLE: readonly (readonly [flag: string, means: string, cause: string, fix: string])[] = [
  [
    "UH",
    "No healthy upstream",
    "Every endpoint is failing its checks or was ejected, or there are none",
    "Check that pods are ready and match the subset's labels",
  ],
  [
    "UF",
    "Upstream connection failure",
    "The pod refused the connection, or TLS settings of the two ends disagree",
    "Check the port, the process and the mTLS mode of both ends",
  ],
  [
    "UO",
    "Upstream overflow",
    "A connection pool limit (circuit breaker) was reached",
    "Raise connectionPool in the DestinationRule, or reduce load",
  ],
  [
    "NR",
    "No route",
    "No route or filter chain matches the host, path or port",
    "Check hosts and matches of VirtualService, HTTPRoute and Gateway",
  ],
  [
    "NC",
    "No cluster",
    "The route points to a service or subset that doesn't exist",
    "Check the destination host and define the subset in a DestinationRule",
  ],
  [
    "DF",
    "DNS failure",
    "The name of the destination doesn't resolve",
    "Check the host of the ServiceEntry and the cluster's DNS",
  ],
  [
    "URX",
    "Retry limit exceeded",
    "All attempts failed; the other flags of the request say why",
    "Look at the first failure, not at the retries",
  ],
  [
    "UC",
    "Upstream closed the connection",
    "The server ended a connection while a request was on it",
    "Give the server a longer keep-alive than the proxy's idle timeout; check for restarts",
  ],
  ["UR", "Upstream reset", "The server reset the stream", "Look in the server's log at that time"],
  [
    "UT",
    "Upstream timeout",
    "The server took longer than the route's timeout",
    "Find the slow part in a trace, or raise the timeout",
  ],
  [
    "UPE",
    "Upstream protocol error",
    "The server's answer isn't valid for the protocol",
    "Check the port's name or appProtocol",
  ],
  [
    "UMSDR",
    "Stream reset at its longest duration",
    "The upstream stream reached its maximum duration",
    "Raise the limit, or end long streams in the application",
  ],
  [
    "SI",
    "Stream idle timeout",
    "Nothing was sent on the stream for too long",
    "Send keep-alives, or raise the idle timeout",
  ],
  [
    "DT",
    "Duration timeout",
    "The request or connection reached its maximum duration",
    "Raise max_connection_duration or the route's limit",
  ],
  [
    "DC",
    "The client left",
    "The caller closed the connection or cancelled the request",
    "Compare the caller's timeout with the latency of this edge",
  ],
  [
    "DPE",
    "Downstream protocol error",
    "The caller sent something that isn't valid for the protocol",
    "Check what the caller speaks on this port",
  ],
  ["DR", "Downstream reset", "The caller reset the stream", "Look at the caller's cancellations and timeouts"],
  ["DI", "Delay injected", "A fault rule delayed the request", "Expected while the fault is in force"],
  ["FI", "Fault injected", "A fault rule aborted the request", "Expected while the fault is in force"],
  ["RL", "Rate limited", "A rate limit rejected the request", "Check the limit and who sends the load"],
  ["RLSE", "Rate limit service failed", "The rate limit service could not be asked", "Check the rate limit service"],
  [
    "UAEX",
    "Denied by external authorization",
    "The external authorizer refused the request, or could not be asked",
    "Look in the authorizer's log",
  ],
  ["IH", "Invalid header", "A strictly checked header has a value the proxy refuses", "Check what the caller sends"],
  [
    "LH",
    "Local service failed its health check",
    "The proxy's own service is marked unhealthy",
    "Check the health endpoint of the workload",
  ],
  ["LR", "Local reset", "The proxy reset the connection itself", "Look in the proxy's log at that time"],
  [
    "NFCF",
    "No filter configuration",
    "A filter's configuration didn't arrive in time",
    "Check the control plane's push status",
  ],
  ["RFCF", "Response from the cache", "The answer came from a cache filter", "Nothing to do"],
  ["OM", "Overload manager", "The proxy shed the request to protect itself", "Give the proxy more memory or CPU"],
  [
    "DO",
    "Dropped by overload policy",
    "A drop policy of the cluster discarded the request",
    "Check the drop overload settings of the endpoints",
  ],
  [
    "DENY",
    "Denied by policy",
    "ztunnel refused the connection: an AuthorizationPolicy, or STRICT mTLS and a caller without identity",
    "Check the policies of the destination and the caller's membership",
  ],
  [
    "CONNECT",
    "Could not connect",
    "ztunnel could not reach the next hop, a pod or a waypoint",
    "Check that the pod or the waypoint is ready",
  ],
  [
    "TLS_FAILURE",
    "TLS handshake failed",
    "ztunnel and its peer could not agree on TLS",
    "Check certificates and trust domains of both ends",
  ],
  [
    "H2_HANDSHAKE_FAILURE",
    "HTTP/2 handshake failed",
    "ztunnel's tunnel to its peer could not be set up",
    "Check the peer's version and health",
  ],
  [
    "NETWORK_POLICY",
    "Blocked by network policy",
    "Likely a NetworkPolicy that blocks port 15008",
    "Allow HBONE (15008) between the two",
  ],
  [
    "IDENTITY_ERROR",
    "No identity",
    "ztunnel has no certificate for the workload",
    "Check that ztunnel reaches the control plane's CA",
  ],
  [
    "CERT_REVOKED",
    "Certificate revoked",
    "The peer's certificate is on a revocation list",
    "Issue a new certificate to the peer",
  ],
];

const BY_FLAG: ReadonlyMap<string, FlagMeaning> = new Map(
  TABLE.map(([flag, means, cause, fix]) => [flag, { flag, means, cause, fix }]),
);

/** What the flags of a label value like `UF,URX` mean, in their order; a flag we don't know is named and left unexplained. */
export function explainFlags(flags: string): readonly FlagMeaning[] {
  return splitFlags(flags).map(
    (flag) =>
      BY_FLAG.get(flag) ?? {
        flag,
        means: `Flag ${flag}`,
        cause: "Not known to this version of Meshscope",
        fix: "See the response flags in Envoy's access log documentation",
      },
  );
}
