/** Going deeper and back: what a double press on a mark or a box does to the address. Pure. */
import type { UrlPatch, UrlState } from "#components/shell/url-state.ts";
import { namespaceId, parseNodeId } from "#lib/graph/id.ts";
import { refold } from "#lib/live/fold.ts";

/**
 * The change of the address that opens the group with this id in its place, or closes the box; null where it is neither.
 * A cluster of the cluster lens is gone into: its namespaces take its place.
 */
export function deeper(state: UrlState, id: string, drawn: "workloads" | "groups", isBox: boolean): UrlPatch | null {
  const { view } = state;
  const key = parseNodeId(id);
  if (key === null) return null;
  if (!isBox && view.lens === "cluster" && key.kind === "cluster") {
    return { view: { clusters: [key.cluster], lens: "namespace" }, selected: null };
  }
  if (!isBox && view.lens === "namespace" && key.kind === "namespace") {
    return { view: { namespaces: [key.namespace], lens: "workload" }, selected: null };
  }
  if (!isBox && key.kind === "app" && !view.fold.some((word) => word.startsWith("app:"))) return null;
  const fold = refold(view.fold, id, isBox, drawn === "groups");
  return fold === null ? null : { view: { fold } };
}

/** The box to close around a selected node: its namespace; null where it lies in none. */
export function boxAround(id: string): string | null {
  const key = parseNodeId(id);
  const placed = key?.kind === "workload" || key?.kind === "app" || key?.kind === "service";
  return placed ? namespaceId(key.cluster, key.namespace) : null;
}
