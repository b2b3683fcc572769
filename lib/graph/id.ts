/**
 * Identity of nodes and edges: `cluster/namespace/kind/name[/version]`, each segment percent-encoded, and
 * `source>target>protocol`. Ids are stable across polls and lenses, so that selection, layout and links survive.
 */
import type { NodeKind, Protocol } from "./model.ts";

/** What an id says. For an external host `name` is the host and `namespace` is `unknown`. */
export interface NodeKey {
  readonly kind: NodeKind;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** Only of a versioned app. */
  readonly version?: string;
}

/** The segment that stands for "telemetry doesn't say". */
export const UNKNOWN = "unknown";

const KINDS: ReadonlySet<string> = new Set<NodeKind>([
  "workload",
  "app",
  "service",
  "namespace",
  "cluster",
  "external",
  "restricted",
  "unknown",
  "operation",
]);
const PROTOCOLS: ReadonlySet<string> = new Set<Protocol>(["http", "grpc", "tcp"]);
const PLAIN = /^[A-Za-z0-9._~-]*$/;

/** Lone surrogates (never in what Prometheus stores, which is UTF-8) become U+FFFD; all other text keeps its identity. */
function encode(segment: string): string {
  return PLAIN.test(segment) ? segment : encodeURIComponent(segment.toWellFormed());
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** The id of a node; injective over well-formed text. */
export function nodeId(key: NodeKey): string {
  const id = `${encode(key.cluster)}/${encode(key.namespace)}/${key.kind}/${encode(key.name)}`;
  return key.version === undefined ? id : `${id}/${encode(key.version)}`;
}

/** What a node id says, or null if it isn't one. `nodeId(parseNodeId(id))` is `id` for every id that nodeId made. */
export function parseNodeId(id: string): NodeKey | null {
  const segments = id.split("/");
  if (segments.length < 4 || segments.length > 5) return null;
  const [cluster, namespace, kind, name, version] = segments.map(decode);
  if (cluster == null || namespace == null || name == null || kind == null || version === null) return null;
  if (!KINDS.has(kind)) return null;
  const key = { kind: kind as NodeKind, cluster, namespace, name };
  return version === undefined ? key : { ...key, version };
}

/** The id of an edge. Node ids hold no `>`: percent-encoding took it. */
export function edgeId(source: string, target: string, protocol: Protocol): string {
  return `${source}>${target}>${protocol}`;
}

/** The ends and protocol of an edge id, or null if it isn't one. */
export function parseEdgeId(id: string): { source: NodeKey; target: NodeKey; protocol: Protocol } | null {
  const parts = id.split(">");
  if (parts.length !== 3) return null;
  const [from, to, protocol] = parts;
  if (from === undefined || to === undefined || protocol === undefined || !PROTOCOLS.has(protocol)) return null;
  const source = parseNodeId(from);
  const target = parseNodeId(to);
  return source === null || target === null ? null : { source, target, protocol: protocol as Protocol };
}

/** The node that stands for callers telemetry can't name, one a cluster. */
export function unknownId(cluster: string): string {
  return nodeId({ kind: "unknown", cluster, namespace: UNKNOWN, name: UNKNOWN });
}

/** A folded namespace. */
export function namespaceId(cluster: string, namespace: string): string {
  return nodeId({ kind: "namespace", cluster, namespace, name: namespace });
}

/** A whole cluster. */
export function clusterId(cluster: string): string {
  return nodeId({ kind: "cluster", cluster, namespace: "-", name: cluster });
}

/** All that a viewer may not see of a cluster. */
export function restrictedId(cluster: string): string {
  return nodeId({ kind: "restricted", cluster, namespace: "restricted", name: "restricted" });
}

/** Order of ids: by UTF-16 code unit, so that it is the same on every machine and in every locale. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
