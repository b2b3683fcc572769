/** Operands of edges: what flows, how fast, how safely, and whose numbers those are. */
import type { GraphEdge, Latency, Protocol } from "../model.ts";
import { splitFlags } from "../outcome.ts";
import { leastDenied, mayDenyMore, mostDenied } from "../trial-sum.ts";
import type { GraphIndex } from "./graph-index.ts";
import { bytesOf } from "./node-traffic.ts";
import { flag, number, type Operand, text, word } from "./operand.ts";

const rateOf = (protocol: Protocol) => (edge: GraphEdge) => (edge.protocol === protocol ? edge.rate : null);

/** Of what the caller sends by this protocol. */
const shareOfSource = (protocol: Protocol) => (edge: GraphEdge, graph: GraphIndex, at: number) => {
  const total = graph.traffic(graph.ends().source[at] ?? -1).outbound.byProtocol[protocol];
  const own = rateOf(protocol)(edge);
  return own === null || total === undefined || total <= 0 ? null : own / total;
};

/** Whether Kiali counts a code as a failure: no response, 4xx and 5xx; a gRPC status (one or two digits) unless it is 0. */
function failsForKiali(code: string, protocol: Protocol): boolean {
  if (code === "-") return true;
  return protocol === "grpc" && code.length < 3 ? code !== "0" : code.startsWith("4") || code.startsWith("5");
}

const failedForKiali = (protocol: Protocol) => (edge: GraphEdge) => {
  const total = rateOf(protocol)(edge);
  if (total === null || total <= 0) return null;
  let failed = 0;
  for (const [code, rate] of Object.entries(edge.codes)) {
    // A code that the telemetry doesn't carry may be any.
    if (code === "" && rate > 0) return null;
    if (failsForKiali(code, protocol)) failed += rate;
  }
  return failed / total;
};

/** Keys that carried anything. */
function keysOf(rates: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(rates).filter((key) => (rates[key] ?? 0) > 0);
}

function hasTraffic(edge: GraphEdge): boolean | null {
  if (edge.streaming || edge.newborn !== undefined) return true;
  const { connections } = edge;
  const counted = [
    edge.rate,
    bytesOf(edge),
    messagesOf(edge),
    connections?.openedPerSecond ?? null,
    connections?.open ?? null,
  ];
  const known = counted.filter((value) => value !== null);
  return known.length === 0 ? null : known.some((value) => value > 0);
}

const messagesOf = ({ messagesPerSecond }: GraphEdge) =>
  messagesPerSecond === undefined ? null : messagesPerSecond.sent + messagesPerSecond.received;

function latency(of: keyof Latency, help: string, aliases: readonly string[] = []): Operand {
  return number(
    "time",
    `latency.${of}`,
    help,
    { edge: (edge) => edge.latency?.[of] ?? null },
    {
      aliases,
      needs: ({ graph }) => (graph.latencyAt === null ? "No latencies were read for this view." : null),
    },
  );
}

function trial(
  name: string,
  help: string,
  read: (edge: GraphEdge) => number,
  aliases: readonly string[] = [],
): Operand {
  return number(
    "rate",
    name,
    help,
    { edge: (edge) => (edge.trials === undefined ? null : read(edge)) },
    { aliases, needs: ({ graph }) => (graph.edges.some(({ trials }) => trials !== undefined) ? null : NO_TRIAL) },
  );
}

const NO_TRIAL =
  "No proxy counts a policy on trial (istio.io/dry-run) in this view; of a replay and of more than a day none is told.";

export const EDGE_OPERANDS: readonly Operand[] = [
  flag("edge", "An edge, whichever", { edge: () => true }),
  word(["http", "grpc", "tcp"], "protocol", "The protocol", { edge: ({ protocol }) => protocol }),
  flag("traffic", "Anything flowed in this window, by any protocol", { edge: hasTraffic }),
  latency("p95", "Response time that 95 of 100 requests stay within", ["responsetime", "rt", "latency"]),
  latency("mean", "Mean response time"),
  latency("p50", "Response time that half of the requests stay within"),
  latency("p99", "Response time that 99 of 100 requests stay within"),
  number("share", "mtls", "Share of the traffic proven to be mutual TLS", { edge: ({ mtls }) => mtls }),
  number("rate", "http", "HTTP requests", { edge: rateOf("http") }),
  number("rate", "grpc", "gRPC requests", { edge: rateOf("grpc") }),
  number("bytes", "tcp", "Bytes both ways on TCP connections", {
    edge: (edge) => (edge.protocol === "tcp" ? bytesOf(edge) : null),
  }),
  number("bytes", "throughput", "Bytes both ways: of tcp all, of http and grpc the bodies", { edge: bytesOf }),
  number("bytes", "throughput.sent", "Bytes from the caller to the server", {
    edge: ({ bytesPerSecond }) => bytesPerSecond?.sent ?? null,
  }),
  number("bytes", "throughput.received", "Bytes from the server to the caller", {
    edge: ({ bytesPerSecond }) => bytesPerSecond?.received ?? null,
  }),
  number("rate", "messages", "gRPC messages both ways, those of open streams too", { edge: messagesOf }),
  number("rate", "messages.sent", "gRPC messages from the caller to the server", {
    edge: ({ messagesPerSecond }) => messagesPerSecond?.sent ?? null,
  }),
  number("rate", "messages.received", "gRPC messages from the server to the caller", {
    edge: ({ messagesPerSecond }) => messagesPerSecond?.received ?? null,
  }),
  number(
    "share",
    "%httperr",
    "Share of HTTP requests that failed as Kiali counts: 4xx, 5xx and no response",
    { edge: failedForKiali("http") },
    { aliases: ["%httperror"] },
  ),
  number(
    "share",
    "%grpcerr",
    "Share of gRPC requests that failed as Kiali counts: every status but 0",
    { edge: failedForKiali("grpc") },
    { aliases: ["%grpcerror"] },
  ),
  number("share", "%httptraffic", "Share of all HTTP requests that its caller sends", { edge: shareOfSource("http") }),
  number("share", "%grpctraffic", "Share of all gRPC requests that its caller sends", { edge: shareOfSource("grpc") }),
  text("code", "A response code that occurred; of gRPC its status, - for no response", {
    edge: ({ codes }) => keysOf(codes),
  }),
  text("flag", "A response flag that occurred, such as UH", {
    edge: ({ flags }) => keysOf(flags).flatMap(splitFlags),
  }),
  text("host", "A host that was asked for", { edge: ({ hosts }) => keysOf(hosts) }),
  text(
    "sourceprincipal",
    "The caller's identity, as mutual TLS proved it",
    { edge: ({ principals }) => (principals?.source === undefined ? null : [principals.source]) },
    { aliases: ["source.principal"] },
  ),
  text(
    "destprincipal",
    "The server's identity, as mutual TLS proved it",
    { edge: ({ principals }) => (principals?.destination === undefined ? null : [principals.destination]) },
    { aliases: ["target.principal"] },
  ),
  word(
    ["source", "destination", "waypoint", "ztunnel", "extension"],
    "observer",
    "Whose numbers these are: a proxy of the caller or server, a waypoint, ztunnel, another mesh",
    { edge: ({ observer }) => observer },
  ),
  text("extension", "The other mesh that tells of it", { edge: ({ extensions }) => extensions ?? null }),
  trial(
    "dryrun",
    "Requests, of tcp connections, that a policy on trial would have denied, at most",
    (edge) => (mayDenyMore(edge) ? Number.POSITIVE_INFINITY : mostDenied(edge)),
    ["trial"],
  ),
  trial("dryrun.atleast", "The same, at least: above 0 where nobody else calls", leastDenied),
  flag("streaming", "Messages flow and no request has ended", { edge: ({ streaming }) => streaming === true }),
  number("count", "newborn", "Requests, at least, of series that are younger than the window", {
    edge: ({ newborn }) => newborn?.atLeast ?? 0,
  }),
];
