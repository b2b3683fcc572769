/** The span that an analysis is about, in each trace. Pure; linear. */
import { KINDS, nameOf, serviceOf } from "../model.ts";
import { peerOf } from "../place.ts";
import { childrenAt, type TraceTree } from "../tree.ts";

export interface Subject {
  readonly service: string;
  readonly operation: string | null;
  /** Set: calls of the service to this service or host. */
  readonly target: string | null;
}

const CLIENT = KINDS.indexOf("client");

/**
 * Of a service: the longest span of it that another service's called, or nobody's. Of a call: the longest client's span whose
 * server is the target, or that names its host. -1 where the trace has none.
 */
export function entryOf(tree: TraceTree, { service, operation, target }: Subject): number {
  const { trace } = tree;
  let best = -1;
  for (let row = 0; row < trace.length; row++) {
    if (serviceOf(trace, row) !== service || (operation !== null && nameOf(trace, row) !== operation)) continue;
    if (target === null ? !isEntered(tree, row) : !isCallTo(tree, row, target)) continue;
    const length = (tree.end[row] ?? 0) - (tree.start[row] ?? 0);
    if (best < 0 || length > (tree.end[best] ?? 0) - (tree.start[best] ?? 0)) best = row;
  }
  return best;
}

function isEntered({ trace, parent }: TraceTree, row: number): boolean {
  const above = parent[row] ?? -1;
  return above < 0 || serviceOf(trace, above) !== serviceOf(trace, row);
}

function isCallTo(tree: TraceTree, row: number, target: string): boolean {
  const { trace } = tree;
  if (trace.kind[row] !== CLIENT) return false;
  if (Array.from(childrenAt(tree, row)).some((child) => serviceOf(trace, child) === target)) return true;
  const peer = peerOf(trace, row);
  return (
    peer !== null && (peer.host === target || (peer.service !== null && `${peer.service}.${peer.namespace}` === target))
  );
}
