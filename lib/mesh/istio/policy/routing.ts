/**
 * A service's routing as a client in the service's own namespace tries it, then what gateways send to it.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/
 */
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import type { Routing } from "#lib/policy/routing.ts";
import { fullName, type Named } from "./hosts.ts";
import { serviceRules } from "./routing/destination-rules.ts";
import { attachedRoutes, backendName, backendOf, gatewayApiRules, showGatewayRule } from "./routing/gateway-api.ts";
import { listAt } from "./routing/json.ts";
import { ambientNotes, conflictNotes, destinationNotes, destinationRuleNotes, ruleNotes } from "./routing/notes.ts";
import { settingsOf } from "./routing/settings.ts";
import { backendVersions, subsetVersions, workloadsOf } from "./routing/versions.ts";
import { showRule } from "./routing/virtual-service-rule.ts";
import { gatewayRules, meshVirtualServices, rulesOf } from "./routing/virtual-services.ts";

export function routing(service: ServiceRef, world: PolicyWorld): Routing {
  const { namespace, name } = service;
  const claims = meshVirtualServices(service, world);
  const mesh = claims[0] === undefined ? [] : rulesOf(claims[0], world);
  const atGateways = gatewayRules(service, world).filter(
    (rule) => !mesh.some((one) => one.owner === rule.owner && one.path === rule.path),
  );
  const routes = attachedRoutes(service, world);
  const attached = gatewayApiRules(routes);
  const rules = [
    ...attached.map((rule) => showGatewayRule(rule, world)),
    ...[...mesh, ...atGateways].map((rule) => showRule(rule, namespace, world)),
  ];
  const applied = serviceRules(service, world);
  const backends = new Map<string, { to: Named; route: Manifest }>();
  for (const { owner, rule } of attached) {
    for (const backend of listAt(rule, "backendRefs")) {
      backends.set(backendName(backend, owner), { to: backendOf(backend, owner), route: owner });
    }
  }
  const subsets = subsetVersions(service, applied, world).filter(({ name: version }) => !backends.has(version));
  // Where backends are what rules name, pods' labels without a subset are nothing that a rule could name.
  const versions = [
    ...backendVersions(backends, world),
    ...(backends.size > 0 ? subsets.filter(({ object }) => object !== null) : subsets),
  ];
  const known = world.inventory?.services.has(`${namespace}/${name}`) ?? false;
  const ready = workloadsOf(service, world).flatMap(({ pods }) => pods.filter((pod) => pod.ready));
  return {
    service,
    hosts: [fullName(service), `${name}.${namespace}.svc`, `${name}.${namespace}`, name],
    rules,
    versions,
    destinations: settingsOf(applied, world, known ? ready.length : null),
    notes: [
      ...conflictNotes(claims, routes, world),
      ...ruleNotes([...mesh, ...atGateways], world),
      ...destinationNotes(rules, versions, known),
      ...destinationRuleNotes(service, applied, world),
      ...ambientNotes(service, rules, world),
      ...retryNotes(
        rules.length,
        [...mesh].filter(({ protocol, rule }) => protocol === "http" && rule["retries"] === undefined).length,
      ),
    ],
  };
}

/** https://istio.io/latest/docs/concepts/traffic-management/#retries */
function retryNotes(rules: number, silent: number): Routing["notes"] {
  if (rules > 0 && silent === 0) return [];
  return [
    {
      severity: "info",
      text: "where no rule sets retries, Istio's default counts (not written anywhere): up to 2 retries after failed connections, refused streams, and gRPC unavailable or cancelled, unless the mesh configuration says otherwise",
    },
  ];
}
