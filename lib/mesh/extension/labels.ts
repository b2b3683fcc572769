/**
 * Names of the metrics by which other meshes (Skupper, say) tell Kiali of their calls, and of their labels.
 * https://kiali.io/docs/configuration/extensions/, https://github.com/kiali/kiali/blob/master/graph/telemetry/istio/appender/extensions.go
 */
import type { Labels } from "#lib/promql/result.ts";

export const REQUESTS = "kiali_ext_requests_total";
/** Bytes of connections; which is which is written as Istio's counters of these names have it: from the server's side. */
export const BYTES = { sent: "kiali_ext_tcp_received_total", received: "kiali_ext_tcp_sent_total" } as const;
/** Who tells. */
export const EXTENSION = "extension";
/** `true`: the caller is a workload of the mesh that the extension's calls begin at. */
export const IS_ROOT = "source_is_root";
/** The label that tells the questions of a shared read apart. */
export const METER = "meter";

export const ENDS = [
  EXTENSION,
  "source_cluster",
  "source_namespace",
  "source_name",
  IS_ROOT,
  "dest_cluster",
  "dest_namespace",
  "dest_name",
] as const;
export const BYTE_LABELS = [...ENDS, "secure", "flags"] as const;
export const REQUEST_LABELS = [...BYTE_LABELS, "protocol", "status_code"] as const;

/** The label's value; null where it is absent or empty. */
export function given(labels: Labels, name: string): string | null {
  const value = labels[name];
  return value === undefined || value === "" ? null : value;
}
