/** A service's routing as its clients try it, mesh-neutral: what is drawn, and what forms read their state from. */
import type { ServiceRef } from "./intent.ts";
import type { ObjectRef } from "./ref.ts";

export interface Routing {
  readonly service: ServiceRef;
  /** Names it is called by, the full one first. */
  readonly hosts: readonly string[];
  /** In the order in which they are tried. Empty: no object routes it, calls go to all endpoints. */
  readonly rules: readonly RouteRule[];
  /** What rules can name: subsets or backends, those without traffic too. */
  readonly versions: readonly RouteVersion[];
  /** Settings of the destination as a whole (version null) and of versions. */
  readonly destinations: readonly DestinationSettings[];
  /** What a reader must know: two objects that claim one host, a rule that can't be reached, a missing subset. */
  readonly notes: readonly {
    readonly severity: "info" | "warning";
    readonly text: string;
    readonly object?: ObjectRef;
  }[];
}

export interface RouteRule {
  readonly object: ObjectRef;
  /** `spec.http[0]` */
  readonly path: string;
  readonly protocol: "http" | "grpc" | "tcp" | "tls";
  readonly name: string | null;
  /** Where it counts: `mesh` or gateways as `namespace/name`. */
  readonly gateways: readonly string[];
  /** Any of these; within one all. Empty: everything. Each a readable condition: `header x-user = "a"`. */
  readonly matches: readonly (readonly string[])[];
  readonly action:
    | { readonly kind: "route"; readonly to: readonly WeightedDestination[] }
    | { readonly kind: "redirect" | "respond" | "delegate"; readonly text: string };
  readonly rewrite: string | null;
  readonly timeout: string | null;
  readonly retries: {
    readonly attempts: number;
    readonly perTryTimeout: string | null;
    readonly retryOn: string | null;
    readonly backoff: string | null;
  } | null;
  readonly fault: {
    readonly delay: { readonly percent: number; readonly fixedDelay: string } | null;
    readonly abort: { readonly percent: number; readonly status: string } | null;
    readonly until: string | null;
  } | null;
  readonly mirrors: readonly { readonly host: string; readonly version: string | null; readonly percent: number }[];
}

export interface WeightedDestination {
  /** `spec.http[0].route[1]` */
  readonly path: string;
  readonly host: string;
  /** Subset or backend; null: the host as a whole. */
  readonly version: string | null;
  readonly port: number | null;
  /** As the object says it; null: not said. */
  readonly weight: number | null;
  /** Of the rule's traffic, 0…1. */
  readonly share: number;
  /** false: no such host, subset or backend: calls end in 503. */
  readonly exists: boolean;
}

export interface RouteVersion {
  readonly name: string;
  /** Labels that its pods carry; null where the backend is a service of its own. */
  readonly labels: Readonly<Record<string, string>> | null;
  /** Where it is declared; null: a label value that workloads carry and no object declares yet. */
  readonly object: ObjectRef | null;
  /** Workloads that it takes, and how many of their pods are ready. */
  readonly workloads: readonly string[];
  readonly ready: number;
  readonly pods: number;
}

export interface DestinationSettings {
  readonly object: ObjectRef;
  readonly version: string | null;
  /** Readable lines: `outlier detection: 5 consecutive 5xx → ejected 30 s, then longer`. */
  readonly lines: readonly string[];
}
