/** Everything that is known of one span, for whoever selected it. Pure. */
import { attributesOf, durationNs, eventsAt, KINDS, linksAt, type Scalar, startNs, valueAt } from "../model.ts";
import { type MadeIn, madeIn, peerOf } from "../place.ts";
import { headOf, type SpanHead } from "../span.ts";
import { childrenAt, type TraceTree } from "../tree.ts";

export type TagPairs = readonly (readonly [string, Scalar])[];

export interface SpanDetail extends SpanHead {
  readonly row: number;
  /** Unix nanoseconds as the span has them, in decimal digits. */
  readonly startNs: string;
  readonly durationNs: string;
  readonly attributes: TagPairs;
  readonly resource: TagPairs;
  /** `at`: nanoseconds after the span's own start. */
  readonly events: readonly { readonly at: number; readonly name: string; readonly attributes: TagPairs }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: TagPairs }[];
  readonly warnings: readonly string[];
  /** Envoy's response flags, as it writes them; null where there are none. */
  readonly flags: string | null;
  /** Whom it calls, as it names them; null where nothing tells. */
  readonly peer: string | null;
  /** The node of the graph where it was made; null: not known. */
  readonly node: string | null;
  /** The pod that made it; null: its tags don't name one. */
  readonly madeIn: MadeIn | null;
  /** How many spans it called itself. */
  readonly children: number;
  /** The call that it is a side of; null: it is none. */
  readonly call: SpanCall | null;
}

/** One side of a call between two places, as nodes of the graph; null: not known. */
export interface SpanCall {
  readonly side: "client" | "server";
  readonly source: string | null;
  readonly target: string | null;
  readonly grpc: boolean;
}

const CLIENT = KINDS.indexOf("client");
const SERVER = KINDS.indexOf("server");

function callAt(tree: TraceTree, row: number, nodes: readonly (string | null)[]): SpanCall | null {
  const { trace } = tree;
  const kind = trace.kind[row];
  if (kind !== CLIENT && kind !== SERVER) return null;
  const grpc = GRPC.some((key) => valueAt(trace, trace.attributes, row, key) !== undefined);
  const own = nodes[row] ?? null;
  if (kind === SERVER) return { side: "server", source: nodes[tree.parent[row] ?? -1] ?? null, target: own, grpc };
  // Of several attempts the last one is what the client got.
  const answered = childrenAt(tree, row).findLast((child) => trace.kind[child] === SERVER);
  return { side: "client", source: own, target: answered === undefined ? null : (nodes[answered] ?? null), grpc };
}

/** What tells gRPC: Envoy's status, or the semantic conventions'. */
const GRPC = ["grpc.status_code", "rpc.grpc.status_code"] as const;

/** Envoy's tag for them, and OpenTelemetry's access log name for the same. */
const FLAGS = ["response_flags", "envoy.response_flags"] as const;

export function detailOf(tree: TraceTree, row: number, nodes: readonly (string | null)[]): SpanDetail {
  const { trace } = tree;
  const start = startNs(trace, row);
  const flags = FLAGS.map((key) => valueAt(trace, trace.attributes, row, key)).find((value) => value !== undefined);
  return {
    row,
    ...headOf(trace, row),
    startNs: start.toString(),
    durationNs: durationNs(trace, row).toString(),
    attributes: attributesOf(trace, trace.attributes, row),
    resource: attributesOf(trace, trace.resources.attributes, trace.resource[row] ?? -1),
    events: eventsAt(trace, row).map(({ atNs, name, attributes }) => ({ at: Number(atNs - start), name, attributes })),
    links: linksAt(trace, row),
    warnings: tree.warnings.filter((warning) => warning.row === row).map(({ detail }) => detail),
    flags: typeof flags === "string" && flags !== "" && flags !== "-" ? flags : null,
    peer: peerOf(trace, row)?.host ?? null,
    node: nodes[row] ?? null,
    madeIn: madeIn(trace, row),
    children: (tree.childStart[row + 1] ?? 0) - (tree.childStart[row] ?? 0),
    call: callAt(tree, row, nodes),
  };
}
