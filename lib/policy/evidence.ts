/** Evidence that a workload's proxies can give, and don't until somebody switches it on. */
import type { Fix } from "./finding.ts";
import type { ObjectRef } from "./ref.ts";

export interface EvidenceOffer {
  /** `labels`: of Istio's metrics, which hold no method, host or port of their own. */
  readonly what: "access logs" | "labels" | "traces";
  /** The proxy that has to be told: a waypoint before the workload, as `namespace/name`. null: the workload's own, or its ztunnels. */
  readonly at: string | null;
  /** What it tells, what of it this console reads, and what it costs; or why it can't be planned. */
  readonly text: string;
  /** That the plan makes or changes; null: advice alone. */
  readonly object: ObjectRef | null;
  readonly fix: Fix;
}
