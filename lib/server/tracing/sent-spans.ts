/**
 * Which requests one workload's proxy or program sent to Services, by sampled spans whose other side wrote none: it keeps no spans, or
 * they never arrived.
 */
import { KINDS, type Trace, valueAt } from "#lib/tracing/model.ts";
import { parentsOf } from "#lib/tracing/parents.ts";
import { type Peer, peerOf } from "#lib/tracing/place.ts";
import { requestOf, type SpanRequest } from "#lib/tracing/request.ts";
import { mayPause, type Steps } from "#lib/tracing/steps.ts";
import type { Told } from "../rights/viewers.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { type Newest, newestSpans, nodeOf, type SpansAsked, startOf, type Timed } from "./newest-spans.ts";
import { nodesOf } from "./node-rows.ts";

export interface SentRequest {
  readonly service: { readonly namespace: string; readonly name: string };
  /** The pod's that Envoy sent it to, without a port; null: none, or it isn't told. */
  readonly address: string | null;
  /** As the caller had it; the port is the pod's. */
  readonly request: SpanRequest;
  readonly trace: string;
  readonly backend: string;
}

export type SentSpans = Newest<SentRequest>;

const CLIENT = KINDS.indexOf("client");
const SERVER = KINDS.indexOf("server");

/** null: no backend keeps spans of that cluster. Backends that fail are told of. @throws MeshscopeError `cancelled` */
export const sentSpans = (
  deps: TracingDeps,
  audience: Told,
  asked: SpansAsked,
  signal?: AbortSignal,
): Promise<SentSpans | null> =>
  newestSpans(deps, audience, asked, (trace, backend) => sentBy(trace, nodeOf(asked), backend, deps, audience), signal);

/** Linear. A call that was tried again within one span counts once. */
function* sentBy(
  trace: Trace,
  source: string,
  backend: Backend,
  deps: TracingDeps,
  audience: Told,
): Steps<Timed<SentRequest>[]> {
  const nodes = yield* nodesOf(trace, backend, deps, audience);
  const parent = yield* parentsOf(trace, () => {});
  const outer = new Set<number>();
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    const above = parent[row] ?? -1;
    // Made elsewhere, or where nobody can tell: it arrived. A client's span of the same place: the program's, around its proxy's.
    if (above >= 0 && (nodes[row] !== source || trace.kind[row] === CLIENT || trace.kind[row] === SERVER))
      outer.add(above);
  }
  const found: Timed<SentRequest>[] = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    const service = outer.has(row) || nodes[row] !== source ? null : serviceOf(trace, row);
    if (service === null) continue;
    const [address, port] = upstreamOf(trace, row);
    const said = { service, address, request: { ...requestOf(trace, row), port } };
    found.push({ at: startOf(trace, row), said: { ...said, trace: trace.traceId, backend: backend.name } });
  }
  return found;
}

/** The Service that a span calls, by its full name. A gateway's one span of a request is of kind server and names the cluster that it took. */
function serviceOf(trace: Trace, row: number): SentRequest["service"] | null {
  const cluster = valueAt(trace, trace.attributes, row, "upstream_cluster");
  const passed = trace.kind[row] === SERVER && typeof cluster === "string" && /^outbound[|;]/.test(cluster);
  const peer: Peer | null = trace.kind[row] === CLIENT || passed ? peerOf(trace, row) : null;
  if (peer === null || peer.service === null || peer.namespace === null) return null;
  return { namespace: peer.namespace, name: peer.service };
}

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/observability/tracing#what-data-each-trace-contains */
function upstreamOf(trace: Trace, row: number): readonly [address: string | null, port: number | null] {
  const text = valueAt(trace, trace.attributes, row, "upstream_address");
  const plain = typeof text === "string" ? text.replace(/^envoy:\/\/connect_originate\//, "") : "";
  const [, v4, v6, port] = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]{2,45})\]):(\d{1,5})$/.exec(plain) ?? [];
  return [v4 ?? v6?.toLowerCase() ?? null, port === undefined ? null : Number(port)];
}
