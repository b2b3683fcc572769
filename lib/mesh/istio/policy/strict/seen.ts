/** What telemetry knows of calls. */
import type { Coverage } from "#lib/graph/model.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { ObservedCall } from "../impact/calls.ts";

export interface SeenCalls {
  readonly calls: readonly ObservedCall[];
  /** Which of a workload's proxies Prometheus scrapes; null: not known. */
  readonly coverage: (workload: Workload) => Coverage | null;
  /** The hour and the 7 days are known whole, by every source. */
  readonly whole: boolean;
}
