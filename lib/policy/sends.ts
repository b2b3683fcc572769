/** What one workload's proxies send to each host that it may call, whether it calls or not. */
import type { ClientTarget, RoutingAnswer } from "./client-routing.ts";
import type { ServiceRef } from "./intent.ts";

export interface WorkloadSends {
  readonly workload: ServiceRef;
  /** Kinds of its pods, by themselves. None: a waypoint, which sends on what clients send through it. */
  readonly kinds: readonly SendsKind[];
  /** Ports of hosts that were asked for, of which no more are told than an answer holds. */
  readonly ports: { readonly told: number; readonly all: number };
  /** What isn't known and concerns all of them. */
  readonly lacks: readonly string[];
}

export interface SendsKind {
  /** Which pods: `1 of 2 pods, without a proxy`; null: all of them. */
  readonly which: string | null;
  readonly sends: readonly HostSends[];
}

/** How Istio takes what comes to a port. */
export interface PortProtocol {
  /** `tls`: as the client speaks it. `udp`, `sctp`: no proxy takes it. null: nobody says it, so proxies detect HTTP by the first bytes. */
  readonly carries: "http" | "tls" | "tcp" | "udp" | "sctp" | null;
  /** `protocol`: the port's own field. `number`: one of those at which istiod lets nobody detect it. null: nothing says it. */
  readonly by: "appProtocol" | "name" | "protocol" | "number" | null;
  /** The word that says it. */
  readonly said: string | null;
}

export interface HostSends
  extends Pick<
    RoutingAnswer,
    "plane" | "decides" | "leaves" | "waypoint" | "outbound" | "otherwise" | "tls" | "lacks"
  > {
  /** Or the ServiceEntry. */
  readonly service: ServiceRef;
  /** Of a ServiceEntry its own. */
  readonly host: string;
  readonly entry: boolean;
  readonly port: number;
  readonly portName: string | null;
  readonly protocol: PortProtocol;
  /** Places that its rules lead to of which `tls` doesn't say all: where calls fail, and endpoints that are no pods. */
  readonly targets: readonly ClientTarget[];
}
