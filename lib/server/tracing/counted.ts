/** Whose requests stand behind a sample, as Prometheus knows them: all to a service, or those of one caller to another. */
import { type NodeKey, UNKNOWN } from "#lib/graph/id.ts";
import type { Found } from "#lib/tracing/analysis/dissect.ts";
import type { Subject } from "#lib/tracing/analysis/entry.ts";
import type { Trace } from "#lib/tracing/model.ts";
import { peerOf } from "#lib/tracing/place.ts";
import type { Counted } from "./histogram.ts";

/** null where this trace doesn't tell, and for one operation: Istio's metrics know none. `keyOf`: a span's place as a node. */
export function countedOf(
  trace: Trace,
  { entry, server }: Found,
  { operation, target }: Subject,
  keyOf: (row: number) => NodeKey | null,
): Counted | null {
  if (operation !== null) return null;
  const own = keyOf(entry);
  if (own === null) return null;
  if (target === null) return { node: own, caller: null };
  const node = server === null ? calledBy(trace, entry, own.cluster) : keyOf(server);
  return node === null ? null : { node, caller: own };
}

/** Whom a client's span names, where its other side left none. */
function calledBy(trace: Trace, row: number, cluster: string): NodeKey | null {
  const peer = peerOf(trace, row);
  if (peer === null) return null;
  const { service, namespace, host } = peer;
  return service === null || namespace === null
    ? { kind: "external", cluster, namespace: UNKNOWN, name: host }
    : { kind: "service", cluster, namespace, name: service };
}
