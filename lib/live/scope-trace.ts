/** What the trace that is drawn did in several marks at once: a box, or everything that is in the view. Pure; linear. */
import type { Graph } from "#lib/graph/model.ts";
import { addPlaces, type PlaceSum } from "#lib/tracing/view/places.ts";
import type { Traced } from "./tracer.ts";

export interface ScopeInTrace {
  readonly sum: PlaceSum;
  /** Marks of the scope that it went through. */
  readonly marks: number;
  /** Its calls that are drawn: between two marks of the scope, from others to it, and out of it. */
  readonly calls: { readonly within: number; readonly inbound: number; readonly outbound: number };
}

/** `members` null: all of the graph. null where it did nothing there. */
export function scopeInTrace(
  { edges }: Pick<Graph, "edges">,
  traced: Traced | null,
  members: ReadonlySet<string> | null,
): ScopeInTrace | null {
  const has = (id: string) => members === null || members.has(id);
  const own = [...(traced?.nodes ?? [])].filter(([id]) => has(id));
  const [first, ...others] = own.map(([, sum]) => sum);
  if (first === undefined || traced === null) return null;
  const calls = { within: 0, inbound: 0, outbound: 0 };
  for (const { id, source, target, half } of edges) {
    // Drawn through its service, a call has two halves with the same numbers.
    const count = half === "service" ? 0 : (traced.edges.get(id)?.calls ?? 0);
    const [from, to] = [has(source), has(target)];
    if (from && to) calls.within += count;
    else if (to) calls.inbound += count;
    else if (from) calls.outbound += count;
  }
  return { sum: others.reduce(addPlaces, first), marks: own.length, calls };
}
