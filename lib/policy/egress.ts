/**
 * Which hosts the clients of a namespace or workload were seen to call, and what it saves and breaks if their proxies know
 * those alone (docs/policies-forms.md). What isn't known is named, and never counted as safe.
 */
import type { Dataplane } from "#lib/graph/model.ts";
import type { Seen } from "./impact.ts";
import type { ObjectRef } from "./ref.ts";

/** Of the workload's own, its namespace's, or the mesh's. `object` null: one that the reader may not see. */
export interface EgressScope {
  readonly level: "workload" | "namespace" | "mesh";
  readonly object: ObjectRef | null;
}

export interface EgressClient {
  /** Of the workload. */
  readonly name: string;
  /** null: it is gone. */
  readonly dataplane: Dataplane | null;
  /** What limits its proxy today; null: nothing does. */
  readonly today: EgressScope | null;
  /** Why what is planned wouldn't count for it; null: it would. */
  readonly spared: string | null;
}

/** A host that was called, as far as telemetry knows it. */
export interface EgressSeen {
  readonly host: string;
  /** Names of workloads, sorted. */
  readonly clients: readonly string[];
  readonly seen: Seen;
  /** Averages of the window; requests and connections are never added. null: none were seen. */
  readonly requests: number | null;
  readonly connections: number | null;
}

/** One line of a Sidecar's egress hosts. */
export interface EgressEntry {
  /** `bank/ledger.bank.svc.cluster.local`, `./*` */
  readonly entry: string;
  /** `route`: of a VirtualService that has a say in calls that were seen. */
  readonly kind: "own" | "root" | "service" | "outside" | "route";
  readonly proposed: boolean;
  readonly why: string;
  readonly seen: readonly EgressSeen[];
  /** Other workloads of the namespace that call it. */
  readonly others: readonly string[];
}

/** What one proxy is told, counted from what runs and what is declared. */
export interface EgressKnown {
  /** Names of Services and hosts of ServiceEntries. */
  readonly hosts: number;
  /** One a host and port, and one more a subset and port. */
  readonly clusters: number;
  /** Ready pods behind Services, once for each port. */
  readonly endpoints: number;
}

export interface EgressSaving {
  readonly clients: readonly string[];
  /** Pods of these clients that have a proxy: so many proxies. */
  readonly pods: number;
  /** null: not known, for what the proposal's blind spots name. */
  readonly now: EgressKnown | null;
  readonly then: EgressKnown | null;
}

/**
 * `passthrough`: past the mesh, in plaintext. `blackhole`: refused by the client's proxy. `either`: as the mesh's setting says.
 * `unrouted`: it arrives, and the routes written for it don't count any more.
 */
export type EgressFate = "passthrough" | "blackhole" | "either" | "unrouted";

export interface EgressBreak extends EgressSeen {
  readonly fate: EgressFate;
  readonly certain: boolean;
  /** Whether the server refuses plaintext; null: not known, or not alike on all its ports. */
  readonly strict: boolean | null;
  readonly why: string;
  /** What isn't known and might change it. */
  readonly lacks: readonly string[];
}

export interface EgressProposal {
  readonly cluster: string;
  readonly namespace: string;
  /** null: all of the namespace. */
  readonly workload: string | null;
  /** Labels by which the workload would be selected; null: of the namespace. */
  readonly labels: Readonly<Record<string, string>> | null;
  /** The Sidecar that would be changed; null: a new one. */
  readonly object: ObjectRef | null;
  readonly clients: readonly EgressClient[];
  readonly entries: readonly EgressEntry[];
  /** Hosts that no Sidecar decides about: they go past the mesh now, and will. */
  readonly outside: readonly (EgressSeen & { readonly why: string })[];
  /** The entries that `savings` and `breaks` speak of. */
  readonly hosts: readonly string[];
  readonly savings: readonly EgressSaving[];
  readonly breaks: readonly EgressBreak[];
  /** Pairs of a client and a host that stay as they are. */
  readonly kept: number;
  /** Pairs that the reader may not see: what becomes of them isn't told. */
  readonly unseen: number;
  readonly blindSpots: readonly string[];
}
