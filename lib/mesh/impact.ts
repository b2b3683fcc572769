/** What changes of policies do to calls. Apart from policies.ts, for the browser needs none of it. */

export { readAccessLine } from "./istio/access-log.ts";
export { proposeEgress } from "./istio/policy/egress/propose.ts";
export { observedCalls, pairsSeen } from "./istio/policy/impact/calls.ts";
export { withClasses } from "./istio/policy/impact/classes.ts";
export { EVALUATED, NEEDED } from "./istio/policy/impact/gaps.ts";
export { type Impact, impactOf } from "./istio/policy/impact/impact.ts";
export { propose } from "./istio/policy/impact/propose.ts";
export { gatewayNamespaces, scopeOf } from "./istio/policy/impact/scope.ts";
export { endedTrials, type Shadows } from "./istio/policy/impact/shadow.ts";
export { labelsToRead } from "./istio/policy/request-labels.ts";
export { callersByLog, type LoggedCall } from "./istio/policy/strict/log-callers.ts";
export { strictPath } from "./istio/policy/strict/path.ts";
