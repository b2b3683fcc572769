/** Everything that is known of one span, for whoever selected it. Pure. */
import { attributesOf, durationNs, eventsAt, linksAt, type Scalar, startNs, valueAt } from "../model.ts";
import { type MadeIn, madeIn, peerOf } from "../place.ts";
import { headOf, type SpanHead } from "../span.ts";
import type { TraceTree } from "../tree.ts";

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
}

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
  };
}
