/** From a hit inside a group to the view that draws it. Pure. */
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import type { Row } from "#lib/live/messages.ts";
import type { UrlPatch } from "./url-state.ts";

/** Up to so many marks the whole scope is drawn, and the hit is seen among everything; above, its namespaces alone are. */
export const WHOLE_MARKS = 300;

/** Kinds that are in no namespace, so that no scope leads to them. */
const NOWHERE: readonly string[] = ["external", "unknown", "restricted", "cluster"];

function namespacesOf(id: string): readonly string[] {
  const edge = parseEdgeId(id);
  const node = parseNodeId(id);
  const ends = edge === null ? (node === null ? [] : [node]) : [edge.source, edge.target];
  return [...new Set(ends.filter(({ kind }) => !NOWHERE.includes(kind)).map(({ namespace }) => namespace))].sort();
}

/** The change of the address that selects a row, and draws it where it is folded or hidden. `marks`: how many the scope has unfolded. */
export function reveal(row: Pick<Row, "id" | "folded" | "hidden">, marks: number): UrlPatch {
  if (row.hidden) return { selected: row.id, hide: "" };
  if (!row.folded) return { selected: row.id };
  const namespaces = namespacesOf(row.id);
  const narrow = marks > WHOLE_MARKS && namespaces.length > 0;
  return {
    selected: row.id,
    detail: "workloads",
    view: { lens: "workload", fold: [], ...(narrow ? { namespaces } : {}) },
  };
}
