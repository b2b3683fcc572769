/**
 * What the program in a pod does. It stands in the pod template as an annotation, the way a real program stands in an
 * image: whoever applies a Deployment with one gets it simulated, and the simulator needs to remember no scenario.
 */
import { isObject } from "../kube/read.ts";
import type { LatencySpec } from "./latency.ts";

/** The annotation of a pod that holds its behaviour as JSON. */
export const BEHAVIOUR = "lab.meshscope.io/behaviour";

/** Happens for `for` seconds of every `every` seconds, first after `offset`. Instants are unix time, so it survives restarts. */
export interface Rhythm {
  readonly every: number;
  readonly for: number;
  readonly offset?: number;
}

export interface Call {
  /** As the program writes it: short, qualified, or an outside host. */
  readonly host: string;
  readonly protocol: "http" | "grpc";
  readonly port?: number;
  readonly path?: string;
  readonly method?: string;
  /** Expected calls per inbound request. */
  readonly share: number;
  /** Does a failure of this call fail the caller's request? */
  readonly critical?: boolean;
}

/** Calls that start by themselves (users at a gateway, timers, jobs), for the workload as a whole. */
export interface Flow {
  readonly host: string;
  readonly protocol: "http" | "grpc" | "tcp";
  readonly port?: number;
  readonly path?: string;
  readonly method?: string;
  /** Kinds of users: each request is of the first whose share it falls into, and carries its headers (lower case). */
  readonly users?: readonly { readonly share: number; readonly headers: Readonly<Record<string, string>> }[];
  /** Calls (tcp: connections) per second. */
  readonly rate: number;
  /** Share of callers who leave before the answer (code 0, DC). */
  readonly abandon?: number;
  /** Only in these episodes. */
  readonly during?: Rhythm;
  /** A gRPC stream instead of one exchange; it lasts about `seconds`. */
  readonly stream?: { readonly seconds: number; readonly messagesPerSecond: number };
  /** What a TCP connection carries: bytes per second from and to the client while it lasts about `seconds`. */
  readonly connection?: { readonly seconds: number; readonly sent: number; readonly received: number };
}

/** Something goes wrong at the server for a share of the requests, always or in episodes. */
export interface Trouble {
  /**
   * refuse: nobody listens (UF) · overflow: the client's pool is full (UO) · reset: the program drops the connection
   * (UC at its own proxy) · error: it answers `code` (gRPC: `status`) · slow: it takes `ms` longer.
   */
  readonly kind: "refuse" | "overflow" | "reset" | "error" | "slow";
  readonly share: number;
  readonly code?: number;
  readonly status?: number;
  readonly ms?: number;
  /** Only requests whose path begins with this. */
  readonly path?: string;
  readonly during?: Rhythm;
}

export interface Behaviour {
  readonly latency: LatencySpec;
  readonly calls: readonly Call[];
  readonly flows: readonly Flow[];
  readonly trouble: readonly Trouble[];
  /** Headers (lower case) of a request that its own calls carry on. Programs forward what they were written to. */
  readonly forwards: readonly string[];
  /** It has OpenTelemetry's SDK: it measures the HTTP requests that it answers, with exemplars. */
  readonly measures: boolean;
}

/** A program that answers and calls nobody. */
export const QUIET: Behaviour = {
  ...{ latency: { p50: 3, p99: 20 }, calls: [], flows: [], trouble: [], forwards: [] },
  measures: false,
};

/** What a manifest writes: everything has a default. */
export type BehaviourSpec = Partial<Behaviour>;

/** Reads the annotation; null where it isn't JSON of the right shape. Absent means a program that calls nobody. */
export function readBehaviour(annotation: string | undefined): Behaviour | null {
  if (annotation === undefined) return QUIET;
  let value: unknown;
  try {
    value = JSON.parse(annotation);
  } catch {
    return null;
  }
  return isBehaviourSpec(value) ? { ...QUIET, ...value } : null;
}

const isPositive = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0;
const all = (value: unknown, ok: (item: Readonly<Record<string, unknown>>) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.every((item) => isObject(item) && ok(item)));
const isRhythm = (value: unknown): boolean =>
  value === undefined || (isObject(value) && isPositive(value["every"]) && isPositive(value["for"]));
const oneOf = (value: unknown, names: readonly string[]): boolean => typeof value === "string" && names.includes(value);

function isBehaviourSpec(value: unknown): value is BehaviourSpec {
  if (!isObject(value)) return false;
  const latency = value["latency"];
  return (
    (latency === undefined || (isObject(latency) && isPositive(latency["p50"]) && isPositive(latency["p99"]))) &&
    all(
      value["calls"],
      (c) => typeof c["host"] === "string" && oneOf(c["protocol"], ["http", "grpc"]) && isPositive(c["share"]),
    ) &&
    all(
      value["flows"],
      (f) =>
        typeof f["host"] === "string" &&
        oneOf(f["protocol"], ["http", "grpc", "tcp"]) &&
        isPositive(f["rate"]) &&
        isRhythm(f["during"]) &&
        all(f["users"], (u) => isPositive(u["share"]) && isObject(u["headers"])),
    ) &&
    (value["measures"] === undefined || typeof value["measures"] === "boolean") &&
    (value["forwards"] === undefined ||
      (Array.isArray(value["forwards"]) && value["forwards"].every((name) => typeof name === "string"))) &&
    all(
      value["trouble"],
      (t) =>
        oneOf(t["kind"], ["refuse", "overflow", "reset", "error", "slow"]) &&
        isPositive(t["share"]) &&
        isRhythm(t["during"]),
    )
  );
}

/** gRPC is always a POST. */
export const methodOf = (call: Pick<Call | Flow, "method" | "protocol">): string =>
  call.method ?? (call.protocol === "grpc" ? "POST" : "GET");

/** Is an episode on at this instant (unix milliseconds)? Without a rhythm it always is. */
export function isOn(rhythm: Rhythm | undefined, nowMs: number): boolean {
  if (rhythm === undefined) return true;
  const phase = (nowMs / 1000 - (rhythm.offset ?? 0)) % rhythm.every;
  return phase >= 0 && phase < rhythm.for;
}
