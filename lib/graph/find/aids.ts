/** What a view must carry so that an expression's answer is there, and can be seen on it. Pure. */
import { type Expression, type Term, termsOf } from "./ast.ts";

/** Numbers beside edges and marks, which a page can draw at once. */
export type ShownAid =
  | "rate"
  | "share"
  | "mean"
  | "p50"
  | "p95"
  | "p99"
  | "request"
  | "response"
  | "throughput"
  | "messagesSent"
  | "messagesReceived"
  | "messages"
  | "mtls"
  | "rank";

/** Protocols whose edges must be drawn. */
export type ProtocolAid = "http" | "grpc" | "tcp";

/** What has to be asked of the server: marks of another kind, idle edges, latencies, another window beside this one. */
export type AskedAid =
  | "latencies"
  | "services"
  | "waypoints"
  | "idle"
  | "operations"
  | "change"
  | "workload"
  | "app"
  | "namespace"
  | "cluster";

export type Aid = ShownAid | ProtocolAid | AskedAid;

/** By an operand's own name. */
const BY_OPERAND: Readonly<Record<string, readonly Aid[]>> = {
  rank: ["rank"],
  rate: ["rate"],
  http: ["rate", "http"],
  grpc: ["rate", "grpc"],
  tcp: ["rate", "tcp"],
  "%httptraffic": ["share", "http"],
  "%grpctraffic": ["share", "grpc"],
  "%httperr": ["http"],
  "%grpcerr": ["grpc"],
  "latency.mean": ["mean", "latencies"],
  "latency.p50": ["p50", "latencies"],
  "latency.p95": ["p95", "latencies"],
  "latency.p99": ["p99", "latencies"],
  throughput: ["throughput"],
  "throughput.sent": ["request"],
  "throughput.received": ["response"],
  messages: ["messages", "grpc"],
  "messages.sent": ["messagesSent", "grpc"],
  "messages.received": ["messagesReceived", "grpc"],
  mtls: ["mtls"],
  sourceprincipal: ["mtls"],
  destprincipal: ["mtls"],
  service: ["services"],
  waypoint: ["waypoints"],
  idle: ["idle"],
  change: ["change"],
  operation: ["operations"],
};

/** By an operand and the word that it is compared with. */
const BY_WORD: Readonly<Record<string, Readonly<Record<string, readonly Aid[]>>>> = {
  protocol: { http: ["http"], grpc: ["grpc"], tcp: ["tcp"] },
  health: { idle: ["idle"] },
  dataplane: { waypoint: ["waypoints"] },
  observer: { waypoint: ["waypoints"] },
  kind: {
    workload: ["workload"],
    app: ["app"],
    service: ["services"],
    namespace: ["namespace"],
    cluster: ["cluster"],
    operation: ["operations"],
  },
};

/** Operands of the two tables above, for the test that each of them is one. */
export const AIDED: readonly string[] = [...Object.keys(BY_OPERAND), ...Object.keys(BY_WORD)];

function aidsOfTerm(term: Term): readonly Aid[] {
  const { operand } = term.subject;
  const own = BY_OPERAND[operand] ?? [];
  if (term.kind !== "compare" || term.value.kind !== "word") return own;
  return [...own, ...(BY_WORD[operand]?.[term.value.word] ?? [])];
}

/** Each once, in the order of the text. */
export function aidsOf(expression: Expression): readonly Aid[] {
  return [...new Set(termsOf(expression).flatMap(aidsOfTerm))];
}
