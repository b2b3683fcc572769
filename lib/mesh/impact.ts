/** What changes of policies do to calls. Apart from policies.ts, for the browser needs none of it. */

export type { AccessFormat } from "./istio/access/formats.ts";
export { type PassedCall, readPassedLine } from "./istio/access/passed.ts";
export { readAccessLine } from "./istio/access-log.ts";
export { localService } from "./istio/hosts.ts";
export { proposeEgress } from "./istio/policy/egress/propose.ts";
export { asksLatency } from "./istio/policy/impact/asks-latency.ts";
export { impactOf } from "./istio/policy/impact/by-revision.ts";
export { type ObservedCall, observedCalls, pairsSeen } from "./istio/policy/impact/calls.ts";
export { withClasses } from "./istio/policy/impact/classes.ts";
export { gatewayOf } from "./istio/policy/impact/entering.ts";
export { EVALUATED, NEEDED } from "./istio/policy/impact/gaps.ts";
export { type Impact, type ImpactInput, sorted as worstFirst } from "./istio/policy/impact/impact.ts";
export { propose } from "./istio/policy/impact/propose.ts";
export { isTo, type Sampled, sampler } from "./istio/policy/impact/sampled.ts";
export { gatewayNamespaces, scopeOf } from "./istio/policy/impact/scope.ts";
export { endedTrials, type Shadows } from "./istio/policy/impact/shadow.ts";
export { proxiesOf } from "./istio/policy/meaning/effective/pod-waypoint.ts";
export { waypointOf } from "./istio/policy/meaning/effective/security.ts";
export { labelsToRead } from "./istio/policy/request-labels.ts";
export { callersByLog, type LoggedCall, type LoggedTrial, trialsByLog } from "./istio/policy/strict/log-callers.ts";
export { strictPath } from "./istio/policy/strict/path.ts";
export { scrapedIn } from "./istio/policy/strict/since.ts";
export { readZtunnelLine } from "./istio/ztunnel-log.ts";
export { behindZtunnels, ztunnelsOf } from "./istio/ztunnels.ts";
