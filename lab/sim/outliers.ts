/**
 * Outlier detection: each client proxy counts each endpoint's errors in a row and leaves bad ones out for a while that
 * grows with every ejection. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
import type { OutlierDetection } from "./destination-rule.ts";
import type { SimPod } from "./pod.ts";
import type { Answer } from "./server.ts";

interface Record {
  fivexx: number;
  gateway: number;
  ejections: number;
  /** Unix milliseconds; out until then. */
  until: number;
}

/** The longest that an endpoint is left out (max_ejection_time), unless the base is longer. */
const LONGEST_MS = 300_000;

export class Outliers {
  /** By client proxy, then endpoint. Proxies that are gone take their memory with them. */
  readonly #records = new WeakMap<SimPod, Map<SimPod, Record>>();
  /** Of the set that was last chosen from, which share may be out, needed when an error comes in. */
  readonly #sets = new WeakMap<SimPod, WeakMap<SimPod, readonly SimPod[]>>();

  /** The endpoints that this client's proxy still sends to; all of them without a policy. */
  healthy(
    client: SimPod,
    endpoints: readonly SimPod[],
    policy: OutlierDetection | null,
    nowMs: number,
  ): readonly SimPod[] {
    if (policy === null) return endpoints;
    let sets = this.#sets.get(client);
    if (sets === undefined) this.#sets.set(client, (sets = new WeakMap()));
    for (const endpoint of endpoints) sets.set(endpoint, endpoints);
    const records = this.#records.get(client);
    if (records === undefined) return endpoints;
    return endpoints.filter((endpoint) => (records.get(endpoint)?.until ?? 0) <= nowMs);
  }

  /** Takes down what came of an attempt. */
  note(client: SimPod, endpoint: SimPod, answer: Answer, policy: OutlierDetection | null, nowMs: number): void {
    if (policy === null) return;
    let records = this.#records.get(client);
    if (records === undefined) this.#records.set(client, (records = new Map()));
    let record = records.get(endpoint);
    if (record === undefined) records.set(endpoint, (record = { fivexx: 0, gateway: 0, ejections: 0, until: 0 }));
    const code = httpCode(answer);
    record.fivexx = code >= 500 ? record.fivexx + 1 : 0;
    record.gateway = code >= 502 && code <= 504 ? record.gateway + 1 : 0;
    const over = (count: number, limit: number): boolean => limit > 0 && count >= limit;
    if (!over(record.fivexx, policy.consecutive5xx) && !over(record.gateway, policy.consecutiveGateway)) return;
    record.fivexx = 0;
    record.gateway = 0;
    const set = this.#sets.get(client)?.get(endpoint) ?? [endpoint];
    const out = set.filter((each) => (records.get(each)?.until ?? 0) > nowMs).length;
    if ((out + 1) / set.length > policy.maxEjected) return;
    record.ejections += 1;
    const length = Math.min(Math.max(LONGEST_MS, policy.baseEjectionMs), policy.baseEjectionMs * record.ejections);
    // Envoy looks only every interval whether the time is over.
    record.until = Math.ceil((nowMs + length) / policy.intervalMs) * policy.intervalMs;
  }
}

/** What a gRPC status counts as: https://grpc.github.io/grpc/core/md_doc_http-grpc-status-mapping.html, as Envoy reads it. */
function httpCode(answer: Answer): number {
  if (answer.grpcStatus === "") return Number(answer.code);
  return { "2": 500, "4": 504, "12": 501, "13": 500, "14": 503, "15": 500 }[answer.grpcStatus] ?? 200;
}
