/**
 * Where spans of a file were made, as far as the spans themselves tell: a file knows no inventory and no configuration, so pods
 * name their workloads by their form alone, and a cluster stands under the name that the span has for it. Pure.
 */
import { nodeId, UNKNOWN } from "#lib/graph/id.ts";
import type { Trace } from "#lib/tracing/model.ts";
import { placeOf } from "#lib/tracing/place.ts";

/** By row the node of the graph; its cluster is UNKNOWN where the span names none; null where nothing tells. */
export function fileNodes(trace: Trace): (string | null)[] {
  return Array.from({ length: trace.length }, (_, row) => {
    const { cluster, namespace, workload, app } = placeOf(trace, row);
    if (namespace === null) return null;
    const where = { cluster: cluster ?? UNKNOWN, namespace };
    if (workload !== null) return nodeId({ ...where, kind: "workload", name: workload });
    return app === null ? null : nodeId({ ...where, kind: "app", name: app });
  });
}
