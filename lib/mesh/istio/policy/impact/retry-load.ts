/**
 * How many more attempts a change of retries can make, at most: of each call that failed in the client's eyes as many as the new
 * rule allows beyond the old one. Calls that a retry saved aren't among them, for the old rule made those attempts already.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on
 */
import type { RequestCount } from "#lib/graph/observation.ts";
import { splitFlags } from "#lib/graph/outcome.ts";
import type { Retries } from "./behaviour.ts";

/** What istiod sets where nothing is said. (defaultPolicy in pilot/pkg/networking/core/route/retry/retry.go) */
const DEFAULT_ON = ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"];

const GATEWAY = new Set(["502", "503", "504"]);
const NO_CONNECTION = new Set(["UF", "UH", "UO"]);
const BROKEN = new Set(["UF", "UC", "UR", "LR"]);

/** gRPC's statuses by the condition that retries them. x-envoy-retry-grpc-on of the same page. */
const STATUSES: Readonly<Record<string, string>> = {
  cancelled: "1",
  "deadline-exceeded": "4",
  "resource-exhausted": "8",
  internal: "13",
  unavailable: "14",
};

type Counted = Pick<RequestCount, "code" | "grpc" | "flags" | "rate">;

/** Conditions that aren't known may retry any failed call; answers by headers any call at all. */
function mayRetry({ code, grpc, flags }: Counted, on: readonly string[]): boolean {
  const flagged = splitFlags(flags);
  const any = (set: ReadonlySet<string>) => flagged.some((flag) => set.has(flag));
  // What the fault filter or a policy of the own proxy answered never came to the router.
  if (flagged.some((flag) => ["FI", "UAEX", "RL", "NR", "NC", "DC"].includes(flag))) return false;
  const reset = any(BROKEN) || code === "-";
  const failed = grpc ? code !== "0" : code === "-" || /^[45]/.test(code);
  return on.some((condition) => {
    if (/^\d{3}$/.test(condition)) return !grpc && code === condition;
    const status = STATUSES[condition];
    if (status !== undefined) return grpc && code === status;
    switch (condition) {
      case "5xx":
        return reset || any(NO_CONNECTION) || (!grpc && code.startsWith("5"));
      case "gateway-error":
        return reset || (!grpc && GATEWAY.has(code));
      case "connect-failure":
        return any(NO_CONNECTION);
      case "refused-stream":
      case "reset":
      case "reset-before-request":
        return reset || any(NO_CONNECTION);
      case "retriable-4xx":
        return !grpc && code === "409";
      case "retriable-status-codes":
        return false;
      case "retriable-headers":
        return true;
      default:
        return failed;
    }
  });
}

/**
 * Attempts/s beyond today's, at most. `before` null: the mesh's default, of which no attempt is counted, so that the bound holds
 * whatever the mesh sets. `after` null: two, as istiod has it.
 */
export function moreAttempts(requests: readonly Counted[], before: Retries | null, after: Retries | null): number {
  const now = after ?? { attempts: 2, on: null };
  return requests.reduce((sum, request) => {
    if (!mayRetry(request, now.on ?? DEFAULT_ON)) return sum;
    const old = before !== null && mayRetry(request, before.on ?? DEFAULT_ON) ? before.attempts : 0;
    return sum + request.rate * Math.max(0, now.attempts - old);
  }, 0);
}
