/** What telemetry knows of calls. */
import type { Coverage } from "#lib/graph/model.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { ObservedCall } from "../impact/calls.ts";
import type { Scraped } from "./since.ts";

export interface SeenCalls {
  readonly calls: readonly ObservedCall[];
  /** Which of a workload's proxies Prometheus scrapes; null: not known. */
  readonly coverage: (workload: Workload) => Coverage | null;
  /** Since when they are, within the 7 days; null: not known. */
  readonly scraped: (workload: Workload) => Scraped | null;
  /** The hour and the 7 days are known whole, by every source. */
  readonly whole: boolean;
}
