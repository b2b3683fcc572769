/** One observation while its series come in. */
import type { MtlsBasis, Observer, Protocol } from "#lib/graph/model.ts";
import type { EdgeObservation, Endpoint, Histogram, RequestCount } from "#lib/graph/observation.ts";
import { outcomeOf } from "#lib/graph/outcome.ts";
import type { Labels } from "#lib/promql/result.ts";
import { bytesPerSecond, type PerSecond, perSecond, ratio, type UnixSeconds } from "#lib/units.ts";
import { cleanHost } from "./hosts.ts";
import { known } from "./labels.ts";

/** More hosts than this on one edge are a scan or a crawler; the busiest are kept when the edge is drawn. */
const MAX_HOSTS = 500;

/** A classification that makes more than these is none. */
const MAX_OPERATIONS = 200;
const MAX_NAME = 253;

type Flow = "sent" | "received" | "opened" | "closed" | "failed";

export interface DraftKey {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly protocol: Protocol;
  readonly observer: Observer;
  readonly side: "client" | "server" | undefined;
}

export class Draft {
  readonly key: DraftKey;
  readonly #counts = new Map<string, { code: string; grpc: boolean; flags: string; rate: number; newborn: number }>();
  readonly #hosts = new Map<string, number>();
  readonly #operations = new Map<string, number>();
  readonly #flows = new Map<Flow, number>();
  readonly #flags = new Map<string, number>();
  readonly #principals = { source: new Map<string, number>(), destination: new Map<string, number>() };
  #open: number | null = null;
  #messages: { sent: number; received: number } | null = null;
  #secure = 0;
  #judged = 0;
  #newbornRequests = 0;
  #newbornSince: UnixSeconds | null = null;
  readonly histograms: Histogram[] = [];
  mixedBuckets = false;

  constructor(key: DraftKey) {
    this.key = key;
  }

  request(labels: Labels, rate: number, newborn: number): void {
    const status = this.key.protocol === "grpc" ? (labels["grpc_response_status"] ?? "") : "";
    const raw = labels["response_code"] ?? "";
    const code = status !== "" ? status : raw === "0" ? "-" : raw;
    const flags = (labels["response_flags"] ?? "-") || "-";
    const grpc = status !== "";
    const key = `${grpc ? "g" : "h"} ${code} ${flags}`;
    const count = this.#counts.get(key);
    if (count === undefined) this.#counts.set(key, { code, grpc, flags, rate, newborn });
    else {
      count.rate += rate;
      count.newborn += newborn;
    }
    this.#host(labels, rate);
    const arrived = code !== "-" && outcomeOf({ code, grpc, flags }) !== "neverArrived";
    if (arrived) this.#secured(labels, rate);
    this.#names(labels, rate);
  }

  born(amount: number): void {
    this.#newbornRequests += amount;
  }

  bornAt(at: UnixSeconds): void {
    if (this.#newbornSince === null || at < this.#newbornSince) this.#newbornSince = at;
  }

  flow(flow: Flow, labels: Labels, rate: number): void {
    this.#flows.set(flow, (this.#flows.get(flow) ?? 0) + rate);
    const flags = (labels["response_flags"] ?? "-") || "-";
    if (flow === "opened") this.#host(labels, rate);
    if (flow === "opened" || flow === "failed") this.#flags.set(flags, (this.#flags.get(flags) ?? 0) + rate);
    // Sidecars have no counter of failures: a connection that never got through is opened with the flag that says why.
    if (flow === "opened" && outcomeOf({ code: "200", grpc: false, flags }) === "neverArrived") {
      this.#flows.set("failed", (this.#flows.get("failed") ?? 0) + rate);
    } else if (flow !== "failed") this.#secured(labels, rate);
    this.#names(labels, rate);
  }

  /** It is known to have carried something once; `amount` weighs it beside others. */
  seen(labels: Labels, amount: number): void {
    this.#secured(labels, amount);
    this.#names(labels, amount);
  }

  operation(name: string, rate: number): void {
    const short = name.slice(0, MAX_NAME);
    const held = this.#operations.get(short);
    if (held !== undefined || this.#operations.size < MAX_OPERATIONS) this.#operations.set(short, (held ?? 0) + rate);
  }

  open(count: number): void {
    this.#open = (this.#open ?? 0) + count;
  }

  messages(direction: "sent" | "received", labels: Labels, rate: number): void {
    this.#messages ??= { sent: 0, received: 0 };
    this.#messages[direction] += rate;
    this.#secured(labels, rate);
    this.#names(labels, rate);
  }

  #host(labels: Labels, rate: number): void {
    const host = known(labels, "destination_service");
    if (host === null) return;
    const name = cleanHost(host);
    if (this.#hosts.has(name) || this.#hosts.size < MAX_HOSTS)
      this.#hosts.set(name, (this.#hosts.get(name) ?? 0) + rate);
  }

  #names(labels: Labels, rate: number): void {
    // A ztunnel writes the principal it expects of the destination whether or not it was proven.
    if (this.key.observer === "ztunnel" && labels["connection_security_policy"] !== "mutual_tls") return;
    for (const side of ["source", "destination"] as const) {
      const principal = known(labels, `${side}_principal`);
      if (principal === null || principal.length > 512) continue;
      const map = this.#principals[side];
      map.set(principal, (map.get(principal) ?? 0) + rate);
    }
  }

  /**
   * Servers, waypoints and ztunnels say by `connection_security_policy`; a sidecar as client always writes `unknown` there,
   * but names the peer's principal where the peer proved one.
   */
  #secured(labels: Labels, weight: number): void {
    const { observer } = this.key;
    const policy = labels["connection_security_policy"];
    if (observer === "source") {
      this.#judged += weight;
      if (known(labels, "destination_principal") !== null) this.#secure += weight;
    } else if (policy === "mutual_tls") {
      this.#judged += weight;
      this.#secure += weight;
    } else if (policy === "none" || (observer === "ztunnel" && policy === "unknown")) {
      this.#judged += weight;
    }
  }

  #mtls(): EdgeObservation["mtls"] {
    const { observer, side } = this.key;
    const basis: Extract<MtlsBasis, "server" | "peer"> =
      observer === "source" || (observer === "ztunnel" && side === "client") ? "peer" : "server";
    if (!(this.#judged > 0)) return null;
    // A client that saw no principal at all may just not have been told: that is no measurement of plaintext.
    if (observer === "source" && this.#secure === 0) return null;
    return { share: ratio(Math.min(1, this.#secure / this.#judged)), basis };
  }

  /** A client's own reporter doesn't know what the server saw. */
  #callers(): Pick<EdgeObservation, "callers"> {
    const { observer, side } = this.key;
    const served = observer !== "source" && side !== "client";
    return served && this.#principals.source.size > 0 ? { callers: this.#principals.source } : {};
  }

  finish(latency: {
    readonly histogram: Histogram | null;
    readonly missing: EdgeObservation["latencyMissing"];
    readonly bodies: { readonly sent: number; readonly received: number } | null;
  }): EdgeObservation {
    const { side, ...key } = this.key;
    const tcp = key.protocol === "tcp";
    const flow = (name: Flow) => this.#flows.get(name) ?? 0;
    const bytes = tcp ? { sent: flow("sent"), received: flow("received") } : latency.bodies;
    return {
      mesh: "istio",
      layer: tcp ? "l4" : "l7",
      ...key,
      ...(side === undefined ? {} : { side }),
      requests: [...this.#counts.values()].map(
        (count): RequestCount => ({ ...count, rate: perSecond(count.rate), newborn: perSecond(count.newborn) }),
      ),
      hosts: rates(this.#hosts),
      bytes: bytes && { sent: bytesPerSecond(bytes.sent), received: bytesPerSecond(bytes.received) },
      connections: tcp
        ? {
            opened: perSecond(flow("opened")),
            closed: perSecond(flow("closed")),
            failed: perSecond(flow("failed")),
            open: this.#open,
            flags: rates(this.#flags),
          }
        : null,
      messages: this.#messages && {
        sent: perSecond(this.#messages.sent),
        received: perSecond(this.#messages.received),
      },
      ...(this.#operations.size === 0 ? {} : { operations: rates(this.#operations) }),
      latency: latency.histogram,
      latencyMissing: latency.missing,
      mtls: this.#mtls(),
      sourcePrincipal: commonest(this.#principals.source),
      destinationPrincipal: commonest(this.#principals.destination),
      ...this.#callers(),
      newbornSince: this.#newbornSince,
      newbornRequests: this.#newbornRequests,
    };
  }
}

const rates = (map: ReadonlyMap<string, number>): ReadonlyMap<string, PerSecond> =>
  new Map([...map].map(([key, rate]) => [key, perSecond(rate)]));

/** The name that most of the traffic carries; of equals the first in order. */
function commonest(map: ReadonlyMap<string, number>): string | null {
  const [best] = [...map].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return best?.[0] ?? null;
}
