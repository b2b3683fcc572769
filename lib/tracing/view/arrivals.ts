/** Where a trace goes from one place of the mesh to another, span by span. Pure; linear. */
import { KINDS } from "../model.ts";
import type { TracePicture } from "./picture.ts";

/** A span that was made elsewhere than what caused it. */
export interface Arrival {
  readonly row: number;
  /** The span of the call: the client's where there is one, so that tries of one call share it; else the row itself. */
  readonly call: number;
  /** null: nothing above it tells a place. */
  readonly source: string | null;
  readonly target: string;
}

export interface Arrivals {
  readonly arrivals: readonly Arrival[];
  /** By row the place that it belongs to: its own, else that of what caused it. */
  readonly within: readonly (string | null)[];
}

const CLIENT = KINDS.indexOf("client");

/** `nodes`: by row the node of the graph where the span was made, null where nothing tells. */
export function arrivalsOf(
  { length, order, parent, kind }: Pick<TracePicture, "length" | "order" | "parent" | "kind">,
  nodes: readonly (string | null)[],
): Arrivals {
  // A span that can't be placed is part of what its caller did, as far as calls go.
  const within: (string | null)[] = new Array<string | null>(length).fill(null);
  const arrivals: Arrival[] = [];
  for (const row of order) {
    const above = parent[row] ?? -1;
    const source = within[above] ?? null;
    const target = nodes[row] ?? null;
    within[row] = target ?? source;
    if (target === null || target === source) continue;
    arrivals.push({ row, call: kind[above] === CLIENT ? above : row, source, target });
  }
  return { arrivals, within };
}
