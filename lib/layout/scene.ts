/**
 * The laid-out graph as arrays: what the worker transfers and the canvas draws. One index space for nodes and one for
 * edges; strings travel only when the structure changes. Typed arrays are transferred, so that a scene of 5,000 nodes costs the main thread
 * no copy.
 */

/** Codes in `NodeArrays.shape`: the kind of a node as a shape. */
export const SHAPES = [
  "workload",
  "service",
  "external",
  "gateway",
  "waypoint",
  "unknown",
  "restricted",
  "group",
  "operation",
] as const;
export type Shape = (typeof SHAPES)[number];
/** Codes in `state` arrays. `nodata`: should report, doesn't. */
export const MARK_STATES = ["healthy", "degraded", "failing", "idle", "nodata"] as const;
export type MarkState = (typeof MARK_STATES)[number];
export const PROTOCOLS = ["http", "grpc", "tcp"] as const;
/** Codes in `EdgeArrays.lock`. */
export const LOCKS = ["unknown", "mtls", "partial", "plain"] as const;

/** Codes in `change` arrays: what a comparison says. */
export const CHANGES = ["none", "same", "new", "gone"] as const;
/** Codes in `BadgeArrays.kind`, in the order they are drawn. `hub`: calls something that is a badge instead of a mark. */
export const BADGE_KINDS = [
  "virtual-service",
  "traffic-shifting",
  "tcp-traffic-shifting",
  "request-routing",
  "circuit-breaker",
  "fault-injection",
  "mirroring",
  "request-timeout",
  "workload-entry",
  "service-entry",
  "gateway",
  "traffic-source",
  "hub",
] as const;
export type BadgeKind = (typeof BADGE_KINDS)[number];

/**
 * Bits in `NodeArrays.bits`. `p95Bound`: several callers send something, each was measured apart, and the value is the largest of theirs (the true
 * one is not above it). `found`: an expression finds it; `hidden`: one hides it, and it is neither drawn nor picked; `traced`:
 * the trace that is drawn went through it.
 */
export const NODE_BITS = {
  unmeshed: 1,
  outside: 2,
  partialCoverage: 4,
  gone: 8,
  dimmed: 16,
  p95Bound: 32,
  found: 64,
  hidden: 128,
  traced: 256,
} as const;

/**
 * Bits in `EdgeArrays.bits`. `lost`: calls that never arrived are in it, which the server can't know of. `tried`: a policy on
 * trial would have denied some of it, or may.
 */
export const EDGE_BITS = {
  dimmed: 1,
  found: 2,
  hidden: 4,
  streaming: 8,
  newborn: 16,
  lost: 32,
  traced: 64,
  tried: 128,
} as const;

export interface Strings {
  readonly nodeIds: readonly string[];
  /** First line under a mark: its name. */
  readonly nodeLabels: readonly string[];
  readonly edgeIds: readonly string[];
  readonly boxes: readonly SceneBox[];
}

export interface SceneBox {
  readonly id: string;
  readonly label: string;
  /** `7 workloads` */
  readonly sublabel: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 = outermost (a cluster). */
  readonly depth: number;
  readonly kind: "cluster" | "namespace" | "app";
}

/** How the members of each box are; its own health where it isn't one mark. */
export interface BoxArrays {
  /** Of the worst member. */
  readonly state: Uint8Array;
  readonly failing: Uint16Array;
  readonly degraded: Uint16Array;
}

/** Signs beside marks, most marks having none: three numbers each, in the order of their nodes. */
export interface BadgeArrays {
  readonly node: Uint32Array;
  readonly kind: Uint8Array;
  /** How many things stand behind it; 1 where that isn't known. */
  readonly count: Uint16Array;
}

export interface NodeArrays {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly radius: Float32Array;
  readonly shape: Uint8Array;
  readonly state: Uint8Array;
  /** Share of failed requests 0…1 for the ring's arc; NaN = unknown. */
  readonly errorShare: Float32Array;
  /** Requests/s in (for gateways and sources without callers: out); NaN = none known. */
  readonly rate: Float32Array;
  /** p95 of what comes in, ms; NaN = unknown. */
  readonly p95: Float32Array;
  /** tcp in and out, bytes/s; NaN = none known. */
  readonly bytes: Float32Array;
  /** Bit set: NODE_BITS. */
  readonly bits: Uint16Array;
  readonly change: Uint8Array;
  /** 1 = the most connected; 0 = none is shown. */
  readonly rank: Uint16Array;
}

export interface EdgeArrays {
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly protocol: Uint8Array;
  readonly state: Uint8Array;
  readonly lock: Uint8Array;
  /** Requests/s; tcp: NaN. */
  readonly rate: Float32Array;
  readonly requests: Float32Array;
  readonly errorShare: Float32Array;
  readonly mean: Float32Array;
  readonly p50: Float32Array;
  readonly p95: Float32Array;
  readonly p99: Float32Array;
  /** tcp: bytes/s in both directions; else NaN. */
  readonly bytes: Float32Array;
  /** Bytes/s from the client to the server, and back, of any protocol; NaN = not known. */
  readonly sent: Float32Array;
  readonly received: Float32Array;
  /** gRPC messages/s to the server, and back; NaN = none known. */
  readonly messagesSent: Float32Array;
  readonly messagesReceived: Float32Array;
  /** Share of what its source sends in requests, or of its bytes for tcp; NaN = nothing known. */
  readonly share: Float32Array;
  /** Share of the traffic proven to be mTLS; NaN = nobody measured. */
  readonly mtls: Float32Array;
  /** Bit set: EDGE_BITS. */
  readonly bits: Uint8Array;
  readonly change: Uint8Array;
  /** The same numbers of the older window, where two are compared. */
  readonly rateBefore?: Float32Array;
  readonly p95Before?: Float32Array;
  readonly errorShareBefore?: Float32Array;
  /** Polyline or cubic control points in world units: `path[pathStart[i] .. pathStart[i+1]]` are x,y pairs of a cubic Bézier chain. */
  readonly path: Float32Array;
  readonly pathStart: Uint32Array;
}

export interface Scene {
  /** Grows with every scene. */
  readonly version: number;
  /** Present when the set of nodes, edges or boxes or their places changed; else the last ones hold. */
  readonly strings?: Strings;
  readonly nodes: NodeArrays;
  readonly edges: EdgeArrays;
  readonly boxes: BoxArrays;
  readonly badges: BadgeArrays;
  readonly width: number;
  readonly height: number;
  /** The source of these numbers is silent: draw faded. */
  readonly stale: boolean;
}
