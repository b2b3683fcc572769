/** Which node of the graph made each span of a trace, and which one called it there. */
import type { Trace } from "#lib/tracing/model.ts";
import { mayPause, type Steps } from "#lib/tracing/steps.ts";
import type { Told } from "../rights/viewers.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { mayBeSeen } from "./places.ts";

/** Nodes of the graph by row; null: not told, or not for this viewer. */
export function* nodesOf(
  trace: Trace,
  { clusters }: Backend,
  { places }: Pick<TracingDeps, "places">,
  { visibility }: Pick<Told, "visibility">,
): Steps<(string | null)[]> {
  const nodes: (string | null)[] = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    const place = places.of(trace, row, clusters);
    nodes.push(mayBeSeen(place, visibility) ? places.node(place) : null);
  }
  return nodes;
}

/** The nearest span above that was made elsewhere. */
export function callerOf(row: number, parent: Int32Array, nodes: readonly (string | null)[]): string | null {
  let above = parent[row] ?? -1;
  while (above >= 0 && nodes[above] === nodes[row]) above = parent[above] ?? -1;
  return nodes[above] ?? null;
}
