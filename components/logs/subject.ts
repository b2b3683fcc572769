/** Whose log is meant, from what is known of a span or a node. Pure. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { LogsQuestion } from "#lib/query/logs.ts";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";
import type { Moment } from "./rows.ts";

export interface LogSubject extends Pick<LogsQuestion, "cluster" | "namespace" | "of" | "container"> {
  /** Of which another pod is offered where this one is gone; null: not known. */
  readonly workload: string | null;
}

/** null: nothing tells the pod, or in which cluster it is. */
export function spanSubject({ node, madeIn }: Pick<SpanDetail, "node" | "madeIn">): LogSubject | null {
  const key = node === null ? null : parseNodeId(node);
  if (key === null) return null;
  const { cluster, namespace } = key;
  const workload = key.kind === "workload" ? key.name : null;
  if (madeIn !== null) {
    // A waypoint is a pod of its own, and its span at the node that it speaks for.
    const own = madeIn.proxy === "waypoint" ? null : workload;
    return {
      cluster,
      namespace: madeIn.namespace,
      of: { pod: madeIn.pod },
      container: madeIn.container,
      workload: own,
    };
  }
  return workload === null ? null : { cluster, namespace, of: { workload }, container: null, workload };
}

/** null: not a workload. */
export function nodeSubject(node: string): LogSubject | null {
  const key = parseNodeId(node);
  if (key?.kind !== "workload") return null;
  const { cluster, namespace, name: workload } = key;
  return { cluster, namespace, of: { workload }, container: null, workload };
}

/** Where Envoy's spans have its x-request-id. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/observability/tracing */
const REQUEST_ID = "guid:x-request-id";

/** When a span was, and by which ids a line may name it. */
export function momentOf(
  traceId: string,
  { spanId, startNs, durationNs, attributes }: Pick<SpanDetail, "spanId" | "startNs" | "durationNs" | "attributes">,
): Moment {
  const requestId = attributes.find(([key]) => key === REQUEST_ID)?.[1];
  const start = BigInt(startNs);
  const length = BigInt(durationNs);
  return {
    ...{ spanId, traceId, startNs: start, endNs: start + (length > 0n ? length : 0n) },
    requestId: typeof requestId === "string" && requestId !== "" ? requestId : null,
  };
}
