/** What the policies of the meshes this console knows mean. Apart from policies.ts, for the browser needs none of it. */

export { dryRunResults } from "./istio/policy/dry-run/results.ts";
export { accessLogOffer, evidenceOffers } from "./istio/policy/evidence.ts";
export { isDryRun } from "./istio/policy/meaning/authorization/action.ts";
export { type Called, calledEntry } from "./istio/policy/meaning/effective/called.ts";
export { clientRouting } from "./istio/policy/meaning/effective/client-routing.ts";
export { podOf } from "./istio/policy/meaning/effective/pod-call.ts";
export { workloadSecurity } from "./istio/policy/meaning/effective/security.ts";
export { workloadSends } from "./istio/policy/meaning/effective/sends.ts";
export { type SecurityWorld } from "./istio/policy/meaning/effective/sight.ts";
export { simulate } from "./istio/policy/meaning/effective/simulate.ts";
export { carriesHttp, isTcp, tcpPort } from "./istio/policy/meaning/port-protocol.ts";
export { entryHosts } from "./istio/policy/meaning/routing/exported.ts";
export { keepsServices } from "./istio/policy/meaning/routing/unknown-host.ts";
export { samplingOf } from "./istio/policy/sampling.ts";
export { accessFormats } from "./istio/policy/settings/access-formats.ts";
export type { MeshFacts } from "./istio/policy/settings/facts.ts";
export { configNames, controlPlanes, installedNames } from "./istio/policy/settings/planes.ts";
export { rootNamespaceOf, rootNote } from "./istio/policy/settings/root.ts";
export { factsServed } from "./istio/policy/settings/served.ts";
export { type MeshSettings, meshSettings } from "./istio/policy/settings/settings.ts";
export { istiodsView } from "./istio/policy/settings/view.ts";
