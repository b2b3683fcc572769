/** What the configuration says about one Prometheus. */
import type { UpstreamTarget } from "#lib/upstream/endpoint.ts";

/** One Prometheus-compatible API; its url is that below which /api/v1 lies. */
export interface PrometheusTarget extends UpstreamTarget {
  /** Label values that every selector of every query must have: a shared Prometheus, narrowed. */
  readonly queryScope?: Readonly<Record<string, string>>;
  /** Most decoded bytes of one answer. */
  readonly maxBytes: number;
}
