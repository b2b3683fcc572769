/**
 * What the end of a span waited for, in parts: the critical path under it, each stretch with its kind. The parts' times sum to
 * the span's length.
 *
 * self: the span itself worked · waiting: a call was on its way, or its other side left no span · retry: attempts that
 * failed, and the pauses after them · gap: between two calls of a span, with no span that says what happened there.
 */
import { KINDS, nameOf, serviceOf, textAt, valueAt } from "../model.ts";
import { peerOf } from "../place.ts";
import { childrenAt, type TraceTree } from "../tree.ts";
import { type CriticalPath, criticalPath } from "./critical-path.ts";
import { retryGroups } from "./retries.ts";
import { type Sequence, sequencesOf } from "./sequences.ts";

export type PartKind = "self" | "waiting" | "retry" | "gap";

export interface Part {
  readonly kind: PartKind;
  readonly service: string;
  readonly operation: string;
  /** Whom a call went to; null for what no call is. */
  readonly target: string | null;
  /** The service's version, as its span tells it. */
  readonly version: string | null;
  readonly ns: number;
}

/** One trace of a sample. */
export interface Decomposed {
  readonly traceId: string;
  /** When the span began, unix seconds. */
  readonly at: number;
  /** The span's length. */
  readonly ns: number;
  readonly parts: readonly Part[];
  readonly sequences: readonly Sequence[];
}

const CLIENT = KINDS.indexOf("client");
/** A pause between two calls that is shorter is the span's own doing. */
const GAP_NS = 1e6;

export function decompose(tree: TraceTree, entry: number): Decomposed {
  const path = criticalPath(tree, entry);
  const retried = retriedUnder(tree);
  const parts = new Map<string, { part: Omit<Part, "ns">; ns: number }>();
  for (let i = 0; i < path.row.length; i++) {
    const part = partOf(tree, path, i, retried);
    const key = `${part.kind}\n${part.service}\n${part.operation}\n${part.target}`;
    const ns = (path.to[i] ?? 0) - (path.from[i] ?? 0);
    const known = parts.get(key);
    if (known) known.ns += ns;
    else parts.set(key, { part, ns });
  }
  const start = tree.start[entry] ?? 0;
  return {
    traceId: tree.trace.traceId,
    at: Number(tree.trace.baseNs / 1_000_000n) / 1000 + start / 1e9,
    ns: (tree.end[entry] ?? 0) - start,
    parts: [...parts.values()].map(({ part, ns }) => ({ ...part, ns })),
    sequences: sequencesOf(tree, path, retried.attempt),
  };
}

interface Retried {
  /** By row: the caller whose attempt in vain it is part of; -1 for none. */
  readonly caller: Int32Array;
  /** Rows that are attempts of some call. */
  readonly attempt: ReadonlySet<number>;
  /** By caller: when its last attempt began. */
  readonly decided: ReadonlyMap<number, number>;
}

function retriedUnder(tree: TraceTree): Retried {
  const groups = retryGroups(tree);
  const caller = new Int32Array(tree.trace.length).fill(-1);
  for (const group of groups) for (const row of group.attempts.slice(0, -1)) caller[row] = group.caller;
  if (groups.length > 0) {
    for (const row of tree.order) {
      const above = tree.parent[row] ?? -1;
      if (caller[row] === -1 && above >= 0) caller[row] = caller[above] ?? -1;
    }
  }
  return {
    caller,
    attempt: new Set(groups.flatMap(({ attempts }) => attempts)),
    decided: new Map(groups.map((group) => [group.caller, tree.start[group.attempts.at(-1) ?? -1] ?? 0])),
  };
}

function partOf(tree: TraceTree, path: CriticalPath, i: number, retried: Retried): Omit<Part, "ns"> {
  const { trace } = tree;
  const row = path.row[i] ?? 0;
  const [from, to] = [path.from[i] ?? 0, path.to[i] ?? 0];
  const children = childrenAt(tree, row);
  const decided = retried.decided.get(row);
  const first = tree.start[children[0] ?? -1] ?? Number.POSITIVE_INFINITY;
  // Between its attempts a client waits to try again.
  const pausing = decided !== undefined && from >= first && to <= decided;
  const vain = retried.caller[row] ?? -1;
  if (pausing || vain >= 0) return named(tree, pausing ? row : vain, "retry", targetOf(tree, pausing ? row : vain));
  if (trace.kind[row] === CLIENT) return named(tree, row, "waiting", targetOf(tree, row));
  const between =
    children.length > 1 &&
    to - from >= GAP_NS &&
    i > 0 &&
    i < path.row.length - 1 &&
    isUnder(tree, path, i - 1, row) &&
    isUnder(tree, path, i + 1, row);
  return named(tree, row, between ? "gap" : "self", null);
}

/** Does a stretch of the path lie below a row? */
function isUnder(tree: TraceTree, path: CriticalPath, i: number, row: number): boolean {
  for (let at = path.row[i] ?? -1; at >= 0; at = tree.parent[at] ?? -1) if (tree.parent[at] === row) return true;
  return false;
}

function targetOf(tree: TraceTree, row: number): string | null {
  const [server] = childrenAt(tree, row);
  return server === undefined ? (peerOf(tree.trace, row)?.host ?? null) : serviceOf(tree.trace, server);
}

function named(tree: TraceTree, row: number, kind: PartKind, target: string | null): Omit<Part, "ns"> {
  const { trace } = tree;
  const version =
    valueAt(trace, trace.attributes, row, "istio.canonical_revision") ??
    valueAt(trace, trace.resources.attributes, trace.resource[row] ?? -1, "service.version");
  return {
    ...{ kind, target },
    service: serviceOf(trace, row) || textAt(trace, trace.scope[row]),
    operation: nameOf(trace, row),
    version: version === undefined ? null : String(version),
  };
}
