/** Which rule an intent edits. */
import type { RuleRef, ServiceRef } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey, refText } from "#lib/policy/ref.ts";
import { closeness, fullName, resolveHost } from "../hosts.ts";
import { attachedRoutes, gatewayApiRules } from "../routing/gateway-api.ts";
import { isObject, type JsonObject, listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import {
  catchesAll,
  gatewayRules,
  leadsTo,
  meshVirtualServices,
  rulesOf,
  type VsProtocol,
  type VsRule,
} from "../routing/virtual-services.ts";
import { editAt, editSpec, refuse, set, type Workbench } from "./edit.ts";

export interface Target {
  readonly api: "istio" | "gateway";
  readonly owner: Manifest;
  /** Field of spec: http, tcp, tls, rules. */
  readonly list: VsProtocol | "rules";
  readonly index: number;
}

export const ruleAt = (bench: Workbench, { owner, list, index }: Target): JsonObject =>
  listAt(specOf(bench.now(owner)), list)[index] ?? {};

export function editRule(
  bench: Workbench,
  { owner, list, index }: Target,
  change: (rule: JsonObject) => JsonObject,
): void {
  bench.edit(owner, (now) => editSpec(now, (spec) => editAt(spec, list, index, change)));
}

/** @throws MeshscopeError `bad_intent` where none or several could be meant. Makes a VirtualService where none is. */
export function targetRule(
  bench: Workbench,
  service: ServiceRef,
  rule: RuleRef | undefined,
  protocol: VsProtocol = "http",
): Target {
  const { world } = bench;
  const routes = attachedRoutes(service, world);
  const claims = meshVirtualServices(service, world);
  if (rule !== undefined) return named(bench, service, rule);
  if (routes.length > 0 && claims.length > 0) {
    refuse(
      "rule",
      `${[...routes, ...claims.slice(0, 1)].map((one) => refText(bench.ref(one))).join(" and ")} both route the service: name the rule to edit`,
    );
  }
  if (routes.length > 0) return catchAllOfRoutes(bench, routes);
  const winner = claims[0];
  if (winner === undefined) return { ...createVirtualService(bench, service, protocol), index: 0 };
  exclusive(bench, winner, service);
  const rules = rulesOf(winner, world).filter(
    (found) => found.protocol === protocol && !isObject(found.rule["delegate"]),
  );
  const fit = rules.find((found) => (protocol === "tls" ? rules.length === 1 : catchesAll(found)));
  if (fit !== undefined) {
    ownDelegate(bench, fit.owner, winner);
    return { api: "istio", owner: fit.owner, list: protocol, index: fit.index };
  }
  if (rules.length === 0 && rulesOf(winner, world).every((found) => found.protocol !== protocol)) {
    bench.edit(winner, (now) => editSpec(now, (spec) => set(spec, protocol, [plainRule(bench, service, protocol)])));
    return { api: "istio", owner: winner, list: protocol, index: 0 };
  }
  return refuse("rule", `no rule of ${refText(bench.ref(winner))} takes everything: name the rule to edit`);
}

function named(bench: Workbench, service: ServiceRef, rule: RuleRef): Target {
  const { world } = bench;
  const path = /^spec\.(http|tls|tcp|rules)\[(\d{1,4})\]$/.exec(rule.path);
  const same = (owner: Manifest) => refKey(bench.ref(owner)) === refKey(rule.object);
  const claims = meshVirtualServices(service, world);
  const all: readonly VsRule[] = [
    ...claims
      .flatMap((vs) => rulesOf(vs, world))
      .filter((one) => !shared(one.owner, service) || leadsTo(one, fullName(service))),
    ...gatewayRules(service, world),
  ];
  const vs = all.find((one) => same(one.owner) && one.path === rule.path);
  if (vs !== undefined) {
    if (isObject(vs.rule["delegate"]))
      refuse("rule", "it delegates: name a rule of the VirtualService that it delegates to");
    return { api: "istio", owner: vs.owner, list: vs.protocol, index: vs.index };
  }
  const route = gatewayApiRules(attachedRoutes(service, world)).find(
    (one) => same(one.owner) && one.path === rule.path,
  );
  if (route !== undefined) {
    alone(bench, route.owner);
    return { api: "gateway", owner: route.owner, list: "rules", index: route.index };
  }
  const why =
    path === null
      ? "its path has another form than spec.http[0]"
      : `${refText(rule.object)} has no rule ${rule.path} for this service`;
  return refuse("rule", why);
}

function catchAllOfRoutes(bench: Workbench, routes: readonly Manifest[]): Target {
  const open = gatewayApiRules(routes).filter(({ rule }) => {
    const matches = listAt(rule, "matches");
    return matches.length === 0 || matches.some((match) => Object.keys(match).length === 0 || rootOnly(match));
  });
  const found = open[0];
  if (found === undefined)
    refuse(
      "rule",
      `no rule of ${routes.map((one) => refText(bench.ref(one))).join(", ")} takes everything: name the rule to edit`,
    );
  if (open.length > 1)
    refuse(
      "rule",
      `${open.map((one) => `${refText(bench.ref(one.owner))} ${one.path}`).join(" and ")} both take everything: name the rule to edit`,
    );
  alone(bench, found.owner);
  return { api: "gateway", owner: found.owner, list: "rules", index: found.index };
}

function rootOnly(match: JsonObject): boolean {
  const path = objectAt(match, "path");
  return (
    Object.keys(match).every((key) => key === "path") &&
    (textAt(path, "type") ?? "PathPrefix") === "PathPrefix" &&
    (textAt(path, "value") ?? "/") === "/"
  );
}

/** A route with several parents routes for all of them: it isn't this service's to change. */
function alone(bench: Workbench, route: Manifest): void {
  const services = listAt(specOf(route), "parentRefs").filter((parent) => textAt(parent, "kind") === "Service");
  if (services.length > 1)
    refuse(
      "service",
      `${refText(bench.ref(route))} routes ${services.length} services alike: give this one a route of its own first`,
    );
}

/** It counts for other services of the mesh too. */
function shared(vs: Manifest, service: ServiceRef): boolean {
  const full = fullName(service);
  const hosts = textsAt(specOf(vs), "hosts").map((host) => resolveHost(host, namespaceOf(vs)));
  return hosts.some((host) => host !== full && (host.startsWith("*") || host.endsWith(".svc.cluster.local")));
}

function exclusive(bench: Workbench, vs: Manifest, service: ServiceRef): void {
  if (!shared(vs, service)) return;
  const others = textsAt(specOf(vs), "hosts").filter(
    (host) => closeness(resolveHost(host, namespaceOf(vs)), fullName(service)) !== Number.POSITIVE_INFINITY,
  );
  refuse(
    "service",
    `${refText(bench.ref(vs))} counts for ${others.join(", ")} too: give this service a VirtualService of its own first`,
  );
}

/** Rules that several VirtualServices delegate to count for all of their hosts. */
function ownDelegate(bench: Workbench, owner: Manifest, root: Manifest): void {
  if (owner === root) return;
  const others = bench.world
    .objects("VirtualService")
    .filter((vs) => vs !== root && rulesOf(vs, bench.world).some((rule) => rule.owner === owner && vs !== owner));
  if (others.length > 0) {
    refuse(
      "rule",
      `${others.map((vs) => refText(bench.ref(vs))).join(", ")} delegates to ${refText(bench.ref(owner))} too: name the rule if all shall change`,
    );
  }
}

function createVirtualService(
  bench: Workbench,
  service: ServiceRef,
  protocol: VsProtocol,
): { readonly api: "istio"; readonly owner: Manifest; readonly list: VsProtocol } {
  const { namespace } = service;
  const name = bench.freeName("VirtualService", namespace, service.name);
  const owner: Manifest = {
    apiVersion: bench.apiVersion("VirtualService", "networking.istio.io/v1"),
    kind: "VirtualService",
    metadata: { name, namespace },
    spec: { hosts: [fullName(service)], [protocol]: [plainRule(bench, service, protocol)] },
  };
  bench.put(owner);
  bench.note(`creates VirtualService ${namespace}/${name}`);
  const gateways = gatewayRules(service, bench.world);
  if (gateways.length > 0) {
    const names = [...new Set(gateways.map((one) => refText(bench.ref(one.owner))))].join(", ");
    bench.note(`calls through a gateway don't follow it: ${names} sends them; name its rule to change that`);
  }
  return { api: "istio", owner, list: protocol };
}

function plainRule(bench: Workbench, service: ServiceRef, protocol: VsProtocol): JsonObject {
  const route = [{ destination: { host: fullName(service) } }];
  if (protocol !== "tls") return { route };
  const ports = bench.world.inventory?.services.get(`${service.namespace}/${service.name}`)?.ports ?? [];
  const tls = ports.find(({ name, appProtocol }) => /^(tls|https)/.test(appProtocol ?? name ?? ""));
  return { match: [{ port: tls?.port ?? 443, sniHosts: [fullName(service)] }], route };
}
