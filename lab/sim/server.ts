/** The server's side of a call: what its program answers, after how long, and what goes wrong there. */
import type { Call, Trouble } from "./behaviour.ts";
import { isOn } from "./behaviour.ts";
import { drawLatency } from "./latency.ts";
import type { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import type { TraceContext } from "./trace.ts";

/** HTTP code, gRPC status ("" for HTTP) and flags, as one proxy writes them. */
export interface Answer {
  readonly code: string;
  readonly grpcStatus: string;
  readonly flags: string;
}

export interface Served {
  /** What a proxy right before the program sees. */
  readonly server: Answer;
  /** What a client sees whose peer has that proxy. */
  readonly client: Answer;
  readonly ms: number;
}

/** A request as the program's caller passes it on. */
export interface Visit {
  readonly protocol: "http" | "grpc";
  readonly path: string;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly atMs: number;
  readonly random: Random;
  readonly depth: number;
  readonly trace: TraceContext | null;
}

/** Makes one of a program's own calls; answers how long it took and whether it failed. */
export type MakeCall = (from: SimPod, call: Call, visit: Visit) => { readonly ms: number; readonly failed: boolean };

/** Envoy turns its own answers to gRPC requests into 200 with a status: https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
export function localReply(protocol: "http" | "grpc", code: number, flags: string): Answer {
  if (protocol === "http") return { code: String(code), grpcStatus: "", flags };
  const status = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14 }[code] ?? 2;
  return { code: "200", grpcStatus: String(status), flags };
}

const answer = (protocol: "http" | "grpc", code: number, status: number): Answer =>
  protocol === "http"
    ? { code: String(code), grpcStatus: "", flags: "-" }
    : { code: "200", grpcStatus: String(status), flags: "-" };

/** The trouble of some kinds that hits this request, if any. */
export function strikes(
  pod: SimPod,
  kinds: readonly Trouble["kind"][],
  visit: { readonly atMs: number; readonly random: Random; readonly path: string },
): Trouble | undefined {
  return pod.behaviour.trouble.find(
    (t) =>
      kinds.includes(t.kind) &&
      (t.path === undefined || visit.path.startsWith(t.path)) &&
      isOn(t.during, visit.atMs) &&
      visit.random.chance(t.share),
  );
}

const NOTHING: Visit["headers"] = {};

function carriedOn(pod: SimPod, headers: Visit["headers"]): Visit["headers"] {
  const names = pod.behaviour.forwards.filter((name) => headers[name] !== undefined);
  return names.length === 0 ? NOTHING : Object.fromEntries(names.map((name) => [name, headers[name] ?? ""]));
}

/** Programs that call each other in circles end here; no scenario comes near. */
const MAX_DEPTH = 16;

/** Works on a request: its own time, then the calls it makes one after another; a critical one that fails fails it too. */
export function serve(pod: SimPod, visit: Visit, makeCall: MakeCall): Served {
  const { protocol, random, atMs } = visit;
  let ms = drawLatency(pod.behaviour.latency, random);
  const slow = strikes(pod, ["slow"], visit);
  ms += slow?.ms ?? 0;
  if (visit.depth < MAX_DEPTH) {
    const headers = carriedOn(pod, visit.headers);
    for (const call of pod.behaviour.calls) {
      const times = Math.floor(call.share) + (random.chance(call.share % 1) ? 1 : 0);
      for (let i = 0; i < times; i += 1) {
        const made = makeCall(pod, call, { ...visit, headers, atMs: atMs + ms, depth: visit.depth + 1 });
        ms += made.ms;
        if (made.failed && call.critical === true) {
          const broken = answer(protocol, 500, 13);
          return { server: broken, client: broken, ms };
        }
      }
    }
  }
  if (strikes(pod, ["reset"], visit) !== undefined) {
    // The server's proxy answers for the program that hung up; its client gets a plain 503.
    return { server: localReply(protocol, 503, "UC"), client: localReply(protocol, 503, "-"), ms };
  }
  const error = strikes(pod, ["error"], visit);
  const said = error === undefined ? answer(protocol, 200, 0) : answer(protocol, error.code ?? 500, error.status ?? 2);
  return { server: said, client: said, ms };
}
