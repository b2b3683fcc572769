/** One observation of an extension while its series come in. */
import type { Protocol } from "#lib/graph/model.ts";
import type { EdgeObservation, RequestCount } from "#lib/graph/observation.ts";
import type { Labels } from "#lib/promql/result.ts";
import { bytesPerSecond, type PerSecond, perSecond, type UnixSeconds } from "#lib/units.ts";
import type { Ends } from "./ends.ts";
import { given } from "./labels.ts";

/** More hosts than this on one edge are no names of one service. */
const MAX_HOSTS = 500;
const MAX_FLAGS = 200;

/** A status of gRPC, 0 to 16; what else is written is of HTTP. https://grpc.io/docs/guides/status-codes/ */
const GRPC_STATUS = /^(?:\d|1[0-6])$/;

/** What requests of these labels came to. */
export function countOf(labels: Labels, protocol: Protocol): Pick<RequestCount, "code" | "grpc" | "flags"> {
  const raw = given(labels, "status_code") ?? "0";
  const grpc = protocol === "grpc" && GRPC_STATUS.test(raw);
  return { code: !grpc && raw === "0" ? "-" : raw, grpc, flags: given(labels, "flags") ?? "-" };
}

export class Draft {
  readonly #extension: string;
  readonly #ends: Ends;
  readonly #protocol: Protocol;
  readonly #counts = new Map<string, { code: string; grpc: boolean; flags: string; rate: number; newborn: number }>();
  readonly #hosts = new Map<string, PerSecond>();
  readonly #bytes = { sent: 0, received: 0 };
  #secure = 0;
  #judged = 0;
  #weight = 0;
  #newbornRequests = 0;
  #newbornSince: UnixSeconds | null = null;

  constructor(extension: string, ends: Ends, protocol: Protocol) {
    this.#extension = extension;
    this.#ends = ends;
    this.#protocol = protocol;
  }

  request(labels: Labels, rate: number, newborn: number): void {
    const { code, grpc, flags } = countOf(labels, this.#protocol);
    const key = `${grpc ? "g" : "h"} ${code} ${flags}`;
    const count = this.#counts.get(key);
    if (count !== undefined) {
      count.rate += rate;
      count.newborn += newborn;
    } else if (this.#counts.size < MAX_FLAGS) this.#counts.set(key, { code, grpc, flags, rate, newborn });
    const { host } = this.#ends;
    if (this.#hosts.has(host) || this.#hosts.size < MAX_HOSTS)
      this.#hosts.set(host, perSecond((this.#hosts.get(host) ?? 0) + rate));
    this.#secured(labels, rate);
  }

  bytes(direction: "sent" | "received", labels: Labels, rate: number): void {
    this.#bytes[direction] += rate;
    this.#secured(labels, rate);
  }

  born(amount: number): void {
    this.#newbornRequests += amount;
  }

  bornAt(at: UnixSeconds): void {
    if (this.#newbornSince === null || at < this.#newbornSince) this.#newbornSince = at;
  }

  /** Without the label nothing is said, which isn't "no". */
  #secured({ secure }: Labels, weight: number): void {
    this.#weight += weight;
    if (secure !== "true" && secure !== "false") return;
    this.#judged += weight;
    if (secure === "true") this.#secure += weight;
  }

  finish(): EdgeObservation {
    const tcp = this.#protocol === "tcp";
    const { sent, received } = this.#bytes;
    const { source, destination } = this.#ends;
    return {
      ...{ mesh: "extension", observer: "extension", extension: this.#extension },
      layer: tcp ? "l4" : "l7",
      ...{ protocol: this.#protocol, source, destination },
      requests: [...this.#counts.values()].map((count) => ({
        ...count,
        rate: perSecond(count.rate),
        newborn: perSecond(count.newborn),
      })),
      hosts: this.#hosts,
      bytes: tcp ? { sent: bytesPerSecond(sent), received: bytesPerSecond(received) } : null,
      ...{ connections: null, messages: null, latency: null },
      latencyMissing: tcp ? null : "not-told",
      mtls: null,
      ...(this.#judged > 0 ? { secured: { part: this.#secure, of: this.#weight } } : {}),
      ...{ sourcePrincipal: null, destinationPrincipal: null },
      ...{ newbornSince: this.#newbornSince, newbornRequests: this.#newbornRequests },
    };
  }
}
