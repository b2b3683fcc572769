/**
 * Searches for the traces behind a node or an edge. Pure. The proxy that is asked is the one that knows: what a client's proxy
 * could not send, or gave up, leaves no span at the server.
 */
import type { AnalysisAsked } from "#components/traces/analysis/state.ts";
import type { TraceSearch } from "#components/traces/search/state.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { splitFlags } from "#lib/graph/outcome.ts";
import { printTags } from "#lib/tracing/logfmt.ts";
import { isBadCode } from "../words.ts";

export interface Tracing {
  /** Names under which spans are kept. */
  readonly services: ReadonlySet<string>;
  /** Can a backend search by tags? */
  readonly tags: boolean;
}

export interface TracePreset {
  readonly title: string;
  readonly search: Partial<TraceSearch>;
}

/** One end of a call: the node where it is known, else what its id says. */
export type End = Pick<GraphNode, "kind" | "namespace" | "workload" | "app" | "service" | "version">;

export function endOf(id: string, node: GraphNode | null | undefined): End | null {
  if (node) return node;
  const key = parseNodeId(id);
  if (key === null) return null;
  const { kind, namespace, name, version } = key;
  return {
    ...{ kind, namespace },
    ...(kind === "workload"
      ? { workload: name }
      : kind === "app"
        ? { app: name }
        : kind === "service"
          ? { service: name }
          : {}),
    ...(version === undefined ? {} : { version }),
  };
}

const TRACED: ReadonlySet<string> = new Set(["workload", "app", "service"]);

/** May there be spans of it? Namespaces and hosts have no proxy of their own. */
export function mayHaveSpans(id: string): boolean {
  return TRACED.has(parseNodeId(id)?.kind ?? "");
}

/**
 * The name under which its spans are kept: `<app>.<namespace>` as Istio names them, or what programs call themselves; null
 * where no backend has any of these. `byMesh`: its spans carry Istio's tags.
 */
export function serviceOf(
  end: End | null,
  { services }: Tracing,
): { readonly name: string; readonly byMesh: boolean } | null {
  if (end === null || !TRACED.has(end.kind)) return null;
  const own = [end.app, end.workload, end.service].filter((name) => name !== undefined);
  const meshed = own.map((name) => `${name}.${end.namespace}`).find((name) => services.has(name));
  if (meshed !== undefined) return { name: meshed, byMesh: true };
  const named = own.find((name) => services.has(name));
  return named === undefined ? null : { name: named, byMesh: false };
}

/** Where the time of a node's traces goes; null where it has none. */
export function nodeTime(node: GraphNode, tracing: Tracing): Partial<AnalysisAsked> | null {
  const service = serviceOf(node, tracing);
  return service === null ? null : { service: service.name };
}

/** Where the time of one call's traces goes: of what its client waited for; null where the client has no spans, and for TCP. */
export function edgeTime(
  { protocol, hosts }: Pick<GraphEdge, "protocol" | "hosts">,
  ends: { readonly source: End | null; readonly target: End | null },
  tracing: Tracing,
): Partial<AnalysisAsked> | null {
  const client = serviceOf(ends.source, tracing);
  if (protocol === "tcp" || client === null) return null;
  const target = serviceOf(ends.target, tracing)?.name ?? ranked(hosts)[0];
  return target === undefined ? null : { service: client.name, target };
}

export function nodePresets(node: GraphNode, tracing: Tracing): readonly TracePreset[] {
  const service = serviceOf(node, tracing);
  if (service === null) return [];
  const bad = node.health === "failing" || node.health === "degraded";
  const all = { title: "Traces", search: { service: service.name } };
  return bad ? [all, { title: "Traces with errors", search: { service: service.name, errors: true } }] : [all];
}

/** Flags after which the server may have no span: no host was there, none could be reached, the client left. */
const CLIENTS_ALONE: ReadonlySet<string> = new Set(["UH", "UF", "DC"]);
/** More codes and flags than this are no help. */
const MOST = 4;

type Rates = GraphEdge["codes"];
const ranked = (rates: Rates): readonly string[] =>
  Object.entries(rates)
    .filter(([, rate]) => rate > 0)
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([key]) => key);

/**
 * Traces of one call: those that failed first, by flag and code, then all. `operations`: names of the client's spans.
 * An edge with UH, UF or DC searches the client's service.
 */
export function edgePresets(
  edge: Pick<GraphEdge, "protocol" | "codes" | "flags" | "hosts">,
  ends: { readonly source: End | null; readonly target: End | null },
  tracing: Tracing,
  operations: readonly string[],
): readonly TracePreset[] {
  if (edge.protocol === "tcp") return [];
  const [client, server] = [serviceOf(ends.source, tracing), serviceOf(ends.target, tracing)];
  const flags = ranked(edge.flags).filter((flag) => splitFlags(flag).length > 0);
  const codes = ranked(edge.codes).filter((code) => code !== "-" && isBadCode(code, edge.protocol));
  const operation = client === null ? undefined : operationOf(ranked(edge.hosts), operations);
  const lost = flags.some((flag) => splitFlags(flag).some((each) => CLIENTS_ALONE.has(each)));
  const atClient = client !== null && (lost || operation !== undefined || server === null);
  const service = atClient ? client : server;
  if (service === null) return [];
  const version = (atClient ? ends.source : ends.target)?.version;
  const versioned = tracing.tags && service.byMesh && version !== undefined && version !== "unknown";
  const tagged = (pairs: readonly (readonly [string, string])[]): Partial<TraceSearch> => {
    const all = [...pairs, ...(versioned ? [["istio.canonical_revision", version] as const] : [])];
    return {
      service: service.name,
      ...(atClient && operation !== undefined ? { operation } : {}),
      ...(tracing.tags && all.length > 0 ? { tags: printTags(all) } : {}),
    };
  };
  const all = { title: "All of this call", search: tagged([]) };
  if (flags.length + codes.length === 0) return [all];
  if (!tracing.tags) return [{ title: "Failed", search: { ...tagged([]), errors: true } }, all];
  const codeTag = edge.protocol === "grpc" ? "grpc.status_code" : "http.status_code";
  const failed = [
    // Not every flag is a failure of the span: of a client that left the backend may not say error.
    ...flags.map((flag) => ({ title: flag, search: tagged([["response_flags", flag]]) })),
    ...codes.map((code) => ({ title: `Status ${code}`, search: { ...tagged([[codeTag, code]]), errors: true } })),
  ];
  return [...failed.slice(0, MOST), all];
}

/** Envoy names a client's span after the host and port that it asks: `ratings.shop.svc.cluster.local:9080/*`. */
function operationOf(hosts: readonly string[], operations: readonly string[]): string | undefined {
  for (const host of hosts) {
    const found = operations.find((name) => name.startsWith(host) && /^($|[:/])/.test(name.slice(host.length)));
    if (found !== undefined) return found;
  }
  return undefined;
}
