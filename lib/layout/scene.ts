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
] as const;
export type Shape = (typeof SHAPES)[number];
/** Codes in `state` arrays. `nodata`: should report, doesn't. */
export const MARK_STATES = ["healthy", "degraded", "failing", "idle", "nodata"] as const;
export type MarkState = (typeof MARK_STATES)[number];
export const PROTOCOLS = ["http", "grpc", "tcp"] as const;
/** Codes in `EdgeArrays.lock`. */
export const LOCKS = ["unknown", "mtls", "partial", "plain"] as const;

/**
 * Bits in `NodeArrays.bits`. `p95Bound`: several callers measured it apart, and the value is the largest of theirs (the true
 * one is not above it).
 */
export const NODE_BITS = {
  unmeshed: 1,
  outside: 2,
  partialCoverage: 4,
  gone: 8,
  dimmed: 16,
  p95Bound: 32,
  found: 64,
} as const;
/** Bits in `EdgeArrays.bits`. `found`: what somebody looks for; `dimmed`: what steps back for it. */
export const EDGE_BITS = { dimmed: 1, found: 2 } as const;

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
  readonly bits: Uint8Array;
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
  readonly p95: Float32Array;
  /** tcp: bytes/s in both directions; else NaN. */
  readonly bytes: Float32Array;
  /** Bit set: EDGE_BITS. */
  readonly bits: Uint8Array;
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
  readonly width: number;
  readonly height: number;
  /** The source of these numbers is silent: draw faded. */
  readonly stale: boolean;
}
