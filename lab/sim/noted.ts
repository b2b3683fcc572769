/** A call as one pod's log has it. */
import type { SimPod } from "./pod.ts";
import type { SeenCall } from "./trace.ts";
import type { NotedConnection } from "./ztunnel-log.ts";

/** One call as one pod notes it; small, and without what would keep a pod alive that is gone. */
export interface NotedCall extends Omit<SeenCall, "pod" | "peer"> {
  /** `cluster/namespace/name`. */
  readonly pod: string;
  readonly ip: string;
  readonly peerIp: string | null;
  readonly method: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
}

export interface LogSink {
  add(call: NotedCall): void;
  connected(connection: NotedConnection): void;
}

/** A proxy's view of a call as the book keeps it. */
export function noted(
  call: SeenCall,
  method: string,
  trace: { readonly traceId: string; readonly spanId: string } | null,
): NotedCall {
  const { pod, peer, ...rest } = call;
  const key = (each: SimPod): string => `${each.cluster}/${each.namespace}/${each.name}`;
  const ids = { traceId: trace?.traceId ?? null, spanId: trace?.spanId ?? null };
  return { ...rest, pod: key(pod), ip: pod.ip, peerIp: peer?.ip ?? null, method, ...ids };
}
