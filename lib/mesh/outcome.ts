/** What became of changes of policies. Apart from policies.ts, for the browser needs none of it. */

export { compareOutcome } from "./istio/policy/outcome/compare.ts";
export { routedServices, ruledService } from "./istio/policy/outcome/routed.ts";
export { servingOf } from "./istio/policy/outcome/serving.ts";
export type { Traffic } from "./istio/policy/outcome/traffic.ts";
