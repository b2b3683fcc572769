/** Which spans of a trace are the calls of one edge or node. Pure: never guessed, only what tags tell. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { Lens } from "#lib/graph/model.ts";
import { KINDS, type Trace } from "#lib/tracing/model.ts";
import { type Peer, peerOf } from "#lib/tracing/place.ts";
import { mayPause, type Steps } from "#lib/tracing/steps.ts";
import type { TraceTree } from "#lib/tracing/tree.ts";
import { arrivalsOf } from "#lib/tracing/view/arrivals.ts";
import type { Located, Places } from "./places.ts";

export interface CallsAsked {
  readonly from: NodeKey | null;
  readonly to: NodeKey | null;
  readonly lens: Lens;
}

const CLIENT = KINDS.indexOf("client");

/** Rows of the calls, each once however often it was tried. O(n). */
export function* callRows(
  trace: Trace,
  { order, parent }: Pick<TraceTree, "order" | "parent">,
  { from, to, lens }: CallsAsked,
  { places, clusters }: { readonly places: Places; readonly clusters: readonly string[] },
): Steps<readonly number[]> {
  const located = new Map<string, Located>();
  const nodes: (string | null)[] = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    const place = places.of(trace, row, clusters);
    const id = places.node(place);
    // One workload's spans may say more or less of it: of two that say the same node, the one that knows its app counts.
    if (id !== null && located.get(id)?.app == null) located.set(id, place);
    nodes.push(id);
  }
  const at = (id: string | null) => (id === null ? null : (located.get(id) ?? null));
  const { arrivals, within } = arrivalsOf({ length: trace.length, order, parent, kind: trace.kind }, nodes);
  const found = new Set<number>();
  const arrived = new Set<number>();
  const fits = (call: number, source: string | null, target: string | null) =>
    (from === null || standsFor(from, at(source))) &&
    (to === null || isCalled(to, lens, at(target), peerOf(trace, call)));
  yield;
  for (const [index, { call, source, target }] of arrivals.entries()) {
    if (mayPause(index)) yield;
    arrived.add(call);
    if (fits(call, source, target)) found.add(call);
  }
  // Calls that left no span at the other side: they never arrived, or nothing there writes any.
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    if (trace.kind[row] !== CLIENT || arrived.has(row) || peerOf(trace, row) === null) continue;
    if (fits(row, within[row] ?? null, null)) found.add(row);
  }
  return [...found].sort((a, b) => a - b);
}

function isCalled(key: NodeKey, lens: Lens, place: Located | null, peer: Peer | null): boolean {
  if (key.kind === "external") return place === null && peer?.host.toLowerCase() === key.name.toLowerCase();
  if (key.kind !== "service") return standsFor(key, place);
  // But in the service lens, a service's node stands for the calls to it that reached no workload.
  if (lens !== "service" && place !== null) return false;
  return peer?.service === key.name && peer.namespace === key.namespace;
}

/** Was it made at that node? A place in one of several clusters is none for certain. */
function standsFor({ kind, cluster, namespace, name, version }: NodeKey, place: Located | null): boolean {
  if (place === null || place.clusters.length !== 1 || place.clusters[0] !== cluster) return false;
  if (kind === "cluster") return true;
  if (place.namespace !== namespace) return false;
  if (kind === "namespace") return true;
  if (kind === "workload") return place.workload === name;
  return kind === "app" && place.app === name && (version === undefined || place.version === version);
}
