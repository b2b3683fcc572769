/**
 * The graph at its finest: one node a workload (or service, host, unknown caller), one hop a (source, target, service,
 * protocol). Every lens is a sum of hops, so nothing that sums wrongly (quantiles, shares) is kept summed here.
 */
import type { Ratio, Seconds, UnixSeconds } from "#lib/units.ts";
import type { Badge } from "./badges.ts";
import type { HealthRules } from "./health.ts";
import type { NodeKey } from "./id.ts";
import type {
  Coverage,
  Dataplane,
  EdgeTrial,
  HealthState,
  MeshName,
  MtlsBasis,
  Observer,
  Principals,
  Protocol,
} from "./model.ts";
import type { EdgeObservation } from "./observation.ts";
import type { ErrorRule } from "./outcome.ts";

export interface WorkloadNode {
  readonly id: string;
  readonly key: NodeKey;
  readonly mesh: MeshName | null;
  readonly dataplane: Dataplane | null;
  readonly app: string | null;
  readonly version: string | null;
  /** The service it stands for in the service lens: the one most of its traffic asks for, else the first that selects it. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
  readonly coverage: Coverage | null;
  readonly goneAt: UnixSeconds | null;
  readonly badges: readonly Badge[];
  /** Pods that run outside the mesh beside others that are in it; 0 where they are alike, or nobody knows. */
  readonly podsOutside: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of its pod template, as the inventory has them now. */
  readonly labels: Readonly<Record<string, string>>;
  /** A waypoint of which only the calls through it tell: drawn where waypoints are, and not by itself. */
  readonly between: boolean;
  /** By its own hops, or by the inventory where it has none. */
  readonly health: HealthState;
}

/** What one observer counted of a hop; never summed with another observer's. */
export type Evidence = Pick<EdgeObservation, "requests" | "bytes" | "connections" | "operations" | "secured">;

export interface Mtls {
  readonly share: Ratio | null;
  readonly basis: MtlsBasis;
}

/** Identities that a server's ztunnel saw where a waypoint reports as well, with connections/s. */
export interface AtZtunnel {
  /** Of waypoints, for what came through them. Of several edges of one waypoint the busiest has them. */
  readonly relayed: ReadonlyMap<string, number>;
  /** Of the edge's own client, for what came past the waypoint. */
  readonly direct: ReadonlyMap<string, number>;
}

export interface Hop {
  readonly source: string;
  readonly target: string;
  readonly service: { readonly namespace: string; readonly name: string } | null;
  /** Id of the waypoint that it passed, as a ztunnel or the inventory tells; null where none did, or nobody knows which. */
  readonly waypoint: string | null;
  readonly protocol: Protocol;
  readonly mesh: MeshName;
  readonly layer: "l4" | "l7";
  readonly observer: Observer;
  /** Names of the extensions that tell of the edge, in order. */
  readonly extensions: readonly string[];
  /** The headline observer's record; null where only others saw this service on this edge. */
  readonly headline: EdgeObservation | null;
  readonly evidence: ReadonlyMap<Observer, Evidence>;
  readonly mtls: Mtls;
  readonly principals: Principals;
  /** Callers' identities as the server's side reported them, with their weights; empty: it reported none. */
  readonly callers: ReadonlyMap<string, number>;
  /** Of an edge that a waypoint reports; absent: the server's ztunnel reported nobody there. */
  readonly atZtunnel?: AtZtunnel;
  /** What the layer below says of an L7 hop; `unknown` where nothing below reported. */
  readonly below: HealthState;
  /** Has anything flowed within the window? Hops without are only in `edges=all`. */
  readonly live: boolean;
}

/** What filters counted of policies on trial, by the node that was called and whether by connections; and how many callers there are. */
export type Trials = ReadonlyMap<
  string,
  {
    readonly tried: readonly {
      readonly action: EdgeTrial["action"];
      readonly denied: number;
      readonly atLeast: boolean;
    }[];
    readonly callers: number;
  }
>;

export interface WorkloadGraph {
  readonly at: UnixSeconds;
  readonly window: Seconds;
  /** In the order of their ids. */
  readonly nodes: ReadonlyMap<string, WorkloadNode>;
  readonly hops: readonly Hop[];
  /** Services of namespaces in the mesh, called or not; for lenses in which services are marks. */
  readonly services: readonly { readonly cluster: string; readonly namespace: string; readonly name: string }[];
  readonly health: HealthRules;
  /** What policies on trial would have denied, where any is counted. */
  readonly trials?: Trials;
  readonly errorRate: ErrorRule;
}
