/** How one service is reached by each of its clients, those with the same answer taken together. */
import type { ClientTls } from "./client-tls.ts";
import type { ServiceRef } from "./intent.ts";
import type { Source } from "./security.ts";

/** What routes a client's calls: its sidecar, a gateway, the service's waypoint, or nobody. */
export type ClientPlane = "sidecar" | "gateway" | "ambient" | "none";

export interface ClientRouting {
  /** Or the ServiceEntry. */
  readonly service: ServiceRef;
  /** Of the ServiceEntry; null: a Service. */
  readonly host: string | null;
  /** The port that this is about. */
  readonly port: number;
  readonly ports: readonly { readonly port: number; readonly name: string | null }[];
  readonly classes: readonly RoutingClass[];
  /** What isn't known and concerns all of them. */
  readonly lacks: readonly string[];
}

export interface RoutingAnswer {
  readonly plane: ClientPlane;
  /**
   * `itself`: no rule counts, and calls go to all endpoints. `nothing`: a gateway that doesn't route here. The clients' proxies don't
   * know the service: `out-of-scope`, their Sidecar leaves it out; `not-exported` to their namespace; `not-discovered` by istiod. `past`:
   * their connections leave past their sidecar, to the service itself. `not-tcp`: no proxy takes UDP or SCTP, so it goes as it is sent.
   */
  readonly decides:
    | "rules"
    | "itself"
    | "out-of-scope"
    | "not-exported"
    | "not-discovered"
    | "past"
    | "not-tcp"
    | "nothing"
    | "unknown";
  /** The annotation of their pods by which connections leave past the sidecar; null: none does. */
  readonly leaves: string | null;
  /** The waypoint that routes for ambient clients, `namespace/name`. */
  readonly waypoint: string | null;
  /** What the rules are asked of: connections where the port carries bytes. */
  readonly takes: "requests" | "connections";
  /** In the order in which they are tried; of connections the closest address, then the closest server name, counts. */
  readonly rules: readonly ClientRule[];
  /** What becomes of a call that no rule takes: of connections the mesh’s outboundTrafficPolicy says it. */
  readonly otherwise: "404" | "outbound-traffic-policy" | null;
  /** What these clients do with what they don't know, where that decides; null: it doesn't, or isn't known. */
  readonly outbound: "REGISTRY_ONLY" | "ALLOW_ANY" | null;
  /**
   * What is sent to the places that rules lead to, one row for each kind of what stands there; and, by nobody, what goes past the rules.
   * None: nothing arrives, or not by anything that is known.
   */
  readonly tls: readonly ClientTls[];
  /** Objects for the host that lose to the one that counts. */
  readonly shadowed: readonly Source[];
  /** Rules that don't count for these clients, and why. */
  readonly ignored: readonly { readonly source: Source; readonly why: string }[];
  readonly lacks: readonly string[];
}

export interface RoutingClass extends RoutingAnswer {
  readonly clients: readonly { readonly namespace: string; readonly names: readonly string[] }[];
}

export interface ClientRule {
  /** null: no object, the service itself is called. */
  readonly source: Source | null;
  /** Of a gateway: `shop.example.com:443`. */
  readonly at: string | null;
  /** Any of these; within one all. None: everything. */
  readonly matches: readonly (readonly string[])[];
  readonly does: "route" | "redirect" | "answer";
  readonly to: readonly ClientTarget[];
  /** false: a rule before it takes everything. */
  readonly reached: boolean;
}

export interface ClientTarget {
  readonly host: string;
  readonly subset: string | null;
  readonly port: number | null;
  /** 0…1 of the rule's calls. */
  readonly share: number;
  /** The DestinationRule that declares the subset, or hides it. */
  readonly source: Source | null;
  /** Why calls sent there fail. */
  readonly fails: string | null;
  /** Of a ServiceEntry's host, where it goes beside pods; of a headless Service what says which pod; null: to any of the pods. */
  readonly ends: string | null;
  /** Of a ServiceEntry's host, what the client's proxy sends there; null: as to any Service, or no proxy that says it. */
  readonly sends: string | null;
  /** Pods that it takes; null: not known, or none. */
  readonly pods: { readonly ready: number; readonly all: number } | null;
}
