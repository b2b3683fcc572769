/** All that an analysis takes from one trace, which needs nothing but the trace. Pure. */
import { serviceOf, type Trace } from "../model.ts";
import { buildTree, childrenAt } from "../tree.ts";
import { entryOf, type Subject } from "./entry.ts";
import { type Decomposed, decompose } from "./parts.ts";
import { type Propagation, propagationOf } from "./propagation.ts";

export interface Dissected {
  readonly propagation: Propagation;
  /** null where the trace has no span of the subject. */
  readonly found: Found | null;
}

export interface Found {
  /** Row of the subject's span. */
  readonly entry: number;
  /** Of a call: the row of its other side; null where that left no span. */
  readonly server: number | null;
  readonly decomposed: Decomposed;
}

/** `nowNs`: spans after it lie in the future. */
export function dissect(trace: Trace, subject: Subject, nowNs: bigint): Dissected {
  const tree = buildTree(trace, { nowNs, skew: true });
  const propagation = propagationOf(tree, subject.service);
  const entry = entryOf(tree, subject);
  if (entry < 0) return { propagation, found: null };
  const { target } = subject;
  const server =
    target === null ? undefined : Array.from(childrenAt(tree, entry)).find((row) => serviceOf(trace, row) === target);
  return { propagation, found: { entry, server: server ?? null, decomposed: decompose(tree, entry) } };
}
