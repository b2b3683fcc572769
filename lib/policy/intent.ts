/**
 * What an operator wants, before any object is named: what forms produce and `POST /plans {intent}` takes. A mesh's
 * PolicyPort turns it into manifests. Shares are percent, durations Kubernetes/Go texts ("500ms", "30s").
 */
import type { ObjectRef } from "./ref.ts";

export interface ServiceRef {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** A rule that exists: the object and its place in it, `spec.http[0]`. Absent: the rule that catches what no match took. */
export interface RuleRef {
  readonly object: ObjectRef;
  readonly path: string;
}

interface OnService {
  readonly service: ServiceRef;
  readonly rule?: RuleRef;
}

/** Weights of versions; 0…100, summing to 100. A version is a subset's or backend's name, or the label value it would get. */
export interface ShiftIntent extends OnService {
  readonly kind: "shift";
  readonly protocol?: "http" | "tcp" | "tls";
  readonly weights: readonly { readonly version: string; readonly percent: number }[];
}

export interface TextMatch {
  readonly op: "exact" | "prefix" | "regex";
  readonly value: string;
}

/** Requests that fit every given field go to one version, before all other rules (A/B). */
export interface MatchIntent extends OnService {
  readonly kind: "match";
  readonly name?: string;
  /** Takes away the rule of that name, or with exactly these conditions. */
  readonly remove?: true;
  readonly when: {
    readonly path?: TextMatch;
    readonly method?: TextMatch;
    readonly headers?: Readonly<Record<string, TextMatch>>;
    /** One cookie's name and value; becomes a regular expression on the cookie header. */
    readonly cookie?: { readonly name: string; readonly value: string };
    readonly sourceLabels?: Readonly<Record<string, string>>;
    readonly sourceNamespace?: string;
  };
  readonly version: string;
}

export interface MirrorIntent extends OnService {
  readonly kind: "mirror";
  /** null: no mirroring. */
  readonly to: { readonly version: string; readonly percent: number } | null;
}

export interface ResilienceIntent extends OnService {
  readonly kind: "resilience";
  /** null removes the setting: the mesh's default counts again. Absent: as it is. */
  readonly timeout?: string | null;
  readonly retries?: {
    /** 0 switches retries off. */
    readonly attempts: number;
    readonly perTryTimeout?: string;
    readonly retryOn?: string;
    readonly backoff?: string;
  } | null;
}

export interface FaultIntent extends OnService {
  readonly kind: "fault";
  readonly delay?: { readonly percent: number; readonly fixedDelay: string } | null;
  readonly abort?: { readonly percent: number; readonly httpStatus?: number; readonly grpcStatus?: string } | null;
  /** Instant (RFC 3339) after which the console reminds and offers removal; kept as an annotation of the object. */
  readonly until?: string;
}

/** How a client's proxy treats the destination: all of it, or one version. null removes, absent leaves. */
export interface DestinationIntent {
  readonly kind: "destination";
  readonly service: ServiceRef;
  readonly version?: string;
  readonly connectionPool?: {
    readonly maxConnections?: number;
    readonly connectTimeout?: string;
    readonly http1MaxPendingRequests?: number;
    readonly http2MaxRequests?: number;
    readonly maxRequestsPerConnection?: number;
    readonly maxRetries?: number;
    readonly idleTimeout?: string;
  } | null;
  readonly outlierDetection?: {
    readonly consecutive5xxErrors?: number;
    readonly consecutiveGatewayErrors?: number;
    readonly interval?: string;
    readonly baseEjectionTime?: string;
    readonly maxEjectionPercent?: number;
    readonly minHealthPercent?: number;
  } | null;
  readonly loadBalancer?: {
    readonly simple?: "ROUND_ROBIN" | "LEAST_REQUEST" | "RANDOM" | "PASSTHROUGH";
    readonly consistentHash?: {
      readonly header?: string;
      readonly cookie?: { readonly name: string; readonly ttl: string };
      readonly sourceIp?: true;
    };
    readonly locality?: {
      readonly enabled: boolean;
      readonly failover?: readonly { readonly from: string; readonly to: string }[];
      readonly distribute?: readonly { readonly from: string; readonly to: Readonly<Record<string, number>> }[];
    } | null;
  } | null;
  readonly tls?: {
    readonly mode: "DISABLE" | "SIMPLE" | "MUTUAL" | "ISTIO_MUTUAL";
    readonly credentialName?: string;
    readonly sni?: string;
  } | null;
}

export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE" | "UNSET";

export interface MtlsIntent {
  readonly kind: "mtls";
  readonly cluster: string;
  /** Mesh: the root namespace's selector-less object. Workload: labels that select it. */
  readonly scope:
    | { readonly level: "mesh" }
    | { readonly level: "namespace"; readonly namespace: string }
    | { readonly level: "workload"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  /** Absent: as it is. */
  readonly mode?: MtlsMode;
  /** By workload port; null removes the exception. Of the workload level alone. */
  readonly ports?: Readonly<Record<string, MtlsMode | null>>;
}

/** Which hosts clients' proxies know; what becomes of calls to others stays as it is. */
export interface EgressIntent {
  readonly kind: "egress";
  readonly cluster: string;
  /** Workload: labels that select it. */
  readonly scope:
    | { readonly level: "namespace"; readonly namespace: string }
    | { readonly level: "workload"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  /** `namespace/host`, as Istio's Sidecar has them: `bank/ledger.bank.svc.cluster.local`, `bank/*`, `./*`. */
  readonly hosts: readonly string[];
}

/** What a security policy counts for: all of its namespace (the root's: the mesh), labelled workloads, or what a waypoint or gateway serves. */
export type PolicyTarget =
  | { readonly level: "namespace" }
  | { readonly level: "workloads"; readonly labels: Readonly<Record<string, string>> }
  | {
      readonly level: "targets";
      readonly refs: readonly { readonly kind: "Service" | "ServiceEntry" | "Gateway"; readonly name: string }[];
    };

/** One rule: a call has to fit each list that is given, by one of its values. None given: every call fits. */
export interface AccessRule {
  /** By mutual TLS: `cluster.local/ns/shop/sa/web`. */
  readonly principals?: readonly string[];
  /** `account` of the policy's namespace, or `namespace/account`. Never beside principals or namespaces. */
  readonly serviceAccounts?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Of the peer. */
  readonly ipBlocks?: readonly string[];
  /** Of who began the call, as X-Forwarded-For or the PROXY protocol tell. */
  readonly remoteIpBlocks?: readonly string[];
  /** Of the workload. */
  readonly ports?: readonly string[];
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
  /** Of a JWT that the proxy has verified, by name; nested ones by names with `][` between. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}

/** One AuthorizationPolicy, made where there is none of this name. One rule at a time. */
export interface AuthorizationIntent {
  readonly kind: "authorization";
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly action?: "ALLOW" | "DENY";
  readonly target?: PolicyTarget;
  /** Added; put in the place of the one that `replaces` tells; or taken away. */
  readonly rule?: AccessRule;
  readonly replaces?: AccessRule;
  /** The rule, or the whole policy. */
  readonly remove?: "rule" | "policy";
  /** Only counted, not enforced. */
  readonly dryRun?: boolean;
  /** Of a dry run: instant (RFC 3339) after which the console reminds and offers removal; kept as an annotation of the object. null: none, absent: as it is. */
  readonly until?: string | null;
}

/** Which JWTs of one issuer are verified. null removes, absent leaves. */
export interface RequestAuthenticationIntent {
  readonly kind: "request-authentication";
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly target?: PolicyTarget;
  readonly issuer: string;
  /** Takes the issuer away; the object, when it was the last. */
  readonly remove?: true;
  readonly jwksUri?: string | null;
  readonly audiences?: readonly string[] | null;
  readonly fromHeaders?: readonly { readonly name: string; readonly prefix?: string }[] | null;
  readonly fromParams?: readonly string[] | null;
  readonly forwardOriginalToken?: boolean | null;
}

/** How a namespace's pods join the mesh. Running pods keep what they have until they restart (sidecars). */
export interface InjectionIntent {
  readonly kind: "injection";
  readonly cluster: string;
  readonly namespace: string;
  readonly mode:
    | { readonly type: "sidecar" }
    | { readonly type: "revision"; readonly revision: string }
    | { readonly type: "ambient" }
    | { readonly type: "none" };
}

/** To which namespaces an object is visible: ["."], ["*"], names; null: the mesh's default. */
export interface ExportIntent {
  readonly kind: "export";
  readonly object: ObjectRef;
  readonly exportTo: readonly string[] | null;
}

/** Takes all routing of a service away: its clients reach it as if no route had been written. */
export interface RemoveRoutingIntent {
  readonly kind: "remove-routing";
  readonly service: ServiceRef;
}

export type Intent =
  | ShiftIntent
  | MatchIntent
  | MirrorIntent
  | ResilienceIntent
  | FaultIntent
  | DestinationIntent
  | MtlsIntent
  | EgressIntent
  | AuthorizationIntent
  | RequestAuthenticationIntent
  | InjectionIntent
  | ExportIntent
  | RemoveRoutingIntent;
