import type { ServiceRef } from "#lib/policy/intent.ts";

/** What a page is about: its calls are drawn. */
export interface About extends ServiceRef {
  readonly kind: "service" | "workload";
}
