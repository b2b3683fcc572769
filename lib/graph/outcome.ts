/**
 * What became of a request, from its code and Envoy's response flags. docs/numbers.md, "Outcome classes", states the
 * rule; flags: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags
 * gRPC statuses: https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
import { type PerSecond, perSecond } from "#lib/units.ts";
import type { Outcome, Outcomes } from "./model.ts";
import type { RequestCount } from "./observation.ts";

/** Which requests count as failed in `errorRate`. `kiali`: 4xx, 5xx, no response, gRPC 1 to 16, whoever's fault it is. */
export type ErrorRule = "meshscope" | "kiali";

const NEVER_ARRIVED = new Set(["UF", "UH", "UO", "NR", "NC", "DF"]);
const POLICY = new Set(["UAEX", "RL"]);
const SERVER_FLAGS = new Set(["UC", "UR", "UT", "SI"]);
const SERVER_STATUSES = new Set(["2", "4", "12", "13", "14", "15"]);

/** The flags of a label value like `UF,URX`; none for `-`. */
export function splitFlags(flags: string): readonly string[] {
  if (flags === "-" || flags === "") return [];
  return flags.includes(",") ? flags.split(",").flatMap((flag) => flag.trim() || []) : [flags];
}

type Coded = Pick<RequestCount, "code" | "grpc" | "flags">;

/**
 * The class of a request: the first that fits of neverArrived, injected, policy, cancelled, server, client, ok. A request
 * with several flags has one class. A gRPC status decides whatever the HTTP code was. No response (`-`) that no flag
 * explains is the server's. null where the code itself is not in the telemetry (code "").
 */
export function outcomeOf({ code, grpc, flags }: Coded): Outcome | null {
  const flagged = flags === "-" ? null : flaggedOutcome(splitFlags(flags), grpc && code === "1");
  if (flagged !== null) return flagged;
  if (grpc) {
    if (code === "0") return "ok";
    return code === "1" ? "cancelled" : SERVER_STATUSES.has(code) ? "server" : "client";
  }
  if (code === "") return null;
  if (code === "-" || code.startsWith("5")) return "server";
  return code.startsWith("4") ? "client" : "ok";
}

/** The class that flags decide; `cancelled` says that the gRPC status was 1, which comes before the server's flags. */
function flaggedOutcome(flags: readonly string[], cancelled: boolean): Outcome | null {
  const any = (set: ReadonlySet<string>) => flags.some((flag) => set.has(flag));
  if (any(NEVER_ARRIVED)) return "neverArrived";
  if (flags.includes("FI")) return "injected";
  if (any(POLICY)) return "policy";
  if (flags.includes("DC") || cancelled) return "cancelled";
  return any(SERVER_FLAGS) ? "server" : null;
}

/** Does the request count as failed? null where its code is not in the telemetry. */
export function isFailure(request: Coded, rule: ErrorRule): boolean | null {
  const outcome = outcomeOf(request);
  if (outcome === null) return null;
  if (rule === "meshscope") return outcome === "neverArrived" || outcome === "server";
  const { code, grpc } = request;
  return grpc ? /^([1-9]|1[0-6])$/.test(code) : code === "-" || /^[45]/.test(code);
}

export interface Tally {
  readonly rate: PerSecond;
  /** null if the code of any of the requests is not in the telemetry: what can't be told is not called ok. */
  readonly outcomes: Outcomes | null;
  readonly errorRate: PerSecond | null;
}

/** Sums requests into their rate, classes and failures. Cost: linear; nothing else of the product counts failures. */
export function tally(requests: readonly RequestCount[], rule: ErrorRule): Tally {
  const sums = new Map<Outcome, number>();
  let rate = 0;
  let failed = 0;
  let known = true;
  for (const request of requests) {
    rate += request.rate;
    const outcome = outcomeOf(request);
    if (outcome === null) {
      known = false;
      continue;
    }
    sums.set(outcome, (sums.get(outcome) ?? 0) + request.rate);
    if (isFailure(request, rule)) failed += request.rate;
  }
  if (!known) return { rate: perSecond(rate), outcomes: null, errorRate: null };
  return {
    rate: perSecond(rate),
    outcomes: outcomesOf((outcome) => sums.get(outcome) ?? 0),
    errorRate: perSecond(failed),
  };
}

/** An Outcomes record in its fixed key order. */
export function outcomesOf(of: (outcome: Outcome) => number): Outcomes {
  return {
    ok: perSecond(of("ok")),
    client: perSecond(of("client")),
    policy: perSecond(of("policy")),
    neverArrived: perSecond(of("neverArrived")),
    server: perSecond(of("server")),
    injected: perSecond(of("injected")),
    cancelled: perSecond(of("cancelled")),
  };
}
