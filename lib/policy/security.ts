/** What the objects make of one workload's security: what it takes, who may call it, and which objects say so. */
import type { Dataplane } from "#lib/graph/model.ts";
import type { ObjectRef } from "./ref.ts";

/** A place in an object. */
export interface Source {
  readonly object: ObjectRef;
  /** `spec.mtls.mode`; "" is the object as a whole. */
  readonly path: string;
}

export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";

/** One level that has a say; later ones override. An object out of the reader's sight has no source, and its say isn't told. */
export interface MtlsSay {
  readonly level: "mesh" | "namespace" | "workload" | "port";
  readonly source: Source | null;
  readonly mode: MtlsMode | null;
}

export interface PortSecurity {
  /** Of the workload. null: a port that Services name only by name, or all that no Service names. */
  readonly port: number | null;
  readonly name: string | null;
  /** Services that lead there. */
  readonly services: readonly string[];
  /** null: unknown, for what is in `lacks`; or none counts (`past`). */
  readonly mode: MtlsMode | null;
  /** The annotation by which connections come past the sidecar, "": a port of its own. Neither mutual TLS nor a policy counts. */
  readonly past?: string;
  readonly chain: readonly MtlsSay[];
  readonly lacks: readonly string[];
}

export interface RuleWords {
  readonly path: string;
  /** Alternatives; none: anyone. */
  readonly from: readonly string[];
  /** Alternatives; none: anything. */
  readonly to: readonly string[];
  /** All of them. */
  readonly when: readonly string[];
  /** What the proxy here doesn't read of it, and what follows. */
  readonly caveat: string | null;
}

export interface PolicyWords {
  readonly source: Source;
  readonly stage: "custom" | "deny" | "allow" | "audit";
  /** None: it matches nothing. */
  readonly rules: readonly RuleWords[];
}

export interface JwtWords {
  readonly source: Source;
  readonly issuer: string | null;
}

/** One proxy that decides. */
export interface SecurityPoint {
  readonly kind: "sidecar" | "gateway" | "waypoint" | "ztunnel";
  readonly name: string;
  /** What to know before reading its policies. */
  readonly note: string | null;
  /** In the order in which they are asked; JWTs are verified after CUSTOM. */
  readonly policies: readonly PolicyWords[];
  readonly jwt: readonly JwtWords[];
  /** Counted, not enforced. */
  readonly dryRun: readonly PolicyWords[];
  /** Attached, and not read by this kind of proxy. */
  readonly ignored: readonly { readonly source: Source; readonly why: string }[];
  /** Of a call that no rule takes. */
  readonly otherwise: {
    readonly verdict: "allow" | "deny" | "unknown";
    readonly source: Source | null;
    readonly why: string;
  };
  readonly lacks: readonly string[];
}

export interface WorkloadSecurity {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly dataplane: Dataplane;
  readonly ports: readonly PortSecurity[];
  /** What of it the proxies don't stand before: pods without one. */
  readonly notes: readonly string[];
  /** In the order in which a call passes them. */
  readonly points: readonly SecurityPoint[];
  /** Of a workload without a proxy: policies that select it and that nobody enforces. */
  readonly unenforced: readonly Source[];
  /** What isn't known and might change the answer. */
  readonly lacks: readonly string[];
}
