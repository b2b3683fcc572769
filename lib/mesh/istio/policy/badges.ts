/**
 * Badges of services, workloads and hosts from the objects that name them. An object counts where its hosts are: which of
 * several a client follows is the service page's to say (routing.ts). Kiali's badges, with our reading of the objects:
 * docs/numbers.md, "Badges".
 */
import type { BadgeCounts, PolicyBadge, PolicyBadges } from "#lib/graph/badges.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { sharesOf } from "#lib/policy/weights.ts";
import { closeness, fullName, resolveHost, serviceOfHost } from "./hosts.ts";
import { GATEWAY_API, NETWORKING } from "./kinds.ts";
import { labelsAt, workloadsWith } from "./lookup.ts";
import { backendName, ROUTE_KINDS } from "./routing/gateway-api.ts";
import {
  has,
  type JsonObject,
  listAt,
  mapAt,
  namespaceOf,
  objectAt,
  specOf,
  textAt,
  textsAt,
  weightOf,
} from "./routing/json.ts";
import { catchesAll, rulesOf, type VsRule } from "./routing/virtual-services.ts";
import { selection } from "./selection.ts";

/** The kinds that badges rest on, by key. */
export const BADGE_KINDS: readonly string[] = [
  "VirtualService",
  "DestinationRule",
  `Gateway.${NETWORKING}`,
  `Gateway.${GATEWAY_API}`,
  "ServiceEntry",
  "WorkloadEntry",
  ...ROUTE_KINDS,
];

/** Cost: about linear in objects, services and workloads; a wildcard host looks at every service. */
export function badges(world: PolicyWorld): PolicyBadges {
  const tally = new Tally(world);
  for (const vs of world.objects("VirtualService")) virtualService(vs, world, tally);
  for (const kind of ROUTE_KINDS) for (const route of world.objects(kind)) gatewayRoute(route, tally);
  for (const rule of world.objects("DestinationRule")) destinationRule(rule, tally);
  for (const group of [NETWORKING, GATEWAY_API]) {
    for (const gateway of world.objects(`Gateway.${group}`)) {
      for (const { namespace, name } of selection(gateway, world).workloads ?? []) {
        tally.workload(`${namespace}/${name}`, "gateway", gateway);
      }
    }
  }
  for (const entry of world.objects("ServiceEntry")) {
    for (const host of textsAt(specOf(entry), "hosts")) tally.host(host, namespaceOf(entry), "service-entry", entry);
  }
  for (const entry of world.objects("WorkloadEntry")) workloadEntry(entry, world, tally);
  return tally.finish();
}

function virtualService(vs: Manifest, world: PolicyWorld, tally: Tally): void {
  const rules = rulesOf(vs, world);
  for (const host of textsAt(specOf(vs), "hosts")) {
    tally.host(host, namespaceOf(vs), "virtual-service", vs);
    for (const rule of rules) {
      for (const badge of ruleBadges(rule)) tally.host(host, namespaceOf(vs), badge, rule.owner, rule.path);
    }
  }
}

function ruleBadges(found: VsRule): readonly PolicyBadge[] {
  const { rule, protocol, within } = found;
  const shares = sharesOf(listAt(rule, "route").map(weightOf), "istio");
  const matched = protocol === "http" && listAt(rule, "match").length + within.length > 0 && !catchesAll(found);
  return [
    ...(matched ? (["request-routing"] as const) : []),
    ...shifting(shares, protocol === "http"),
    ...(isTime(textAt(rule, "timeout")) ? (["request-timeout"] as const) : []),
    ...(has(rule, "fault") ? (["fault-injection"] as const) : []),
    ...(has(rule, "mirror") || listAt(rule, "mirrors").length > 0 ? (["mirroring"] as const) : []),
  ];
}

/** Only a weight that divides is shifting: everything to one of two is not. */
function shifting(shares: readonly number[], requests: boolean): readonly PolicyBadge[] {
  if (shares.filter((share) => share > 0).length < 2) return [];
  return [requests ? "traffic-shifting" : "tcp-traffic-shifting"];
}

/** `0s` switches a timeout off. */
const isTime = (text: string | null): boolean => text !== null && /[1-9]/.test(text);

/** Routes whose parent is a Service, as the mesh reads them. */
function gatewayRoute(route: Manifest, tally: Tally): void {
  const parents = listAt(specOf(route), "parentRefs").filter((parent) => textAt(parent, "kind") === "Service");
  for (const parent of parents) {
    const service = backendName(parent, route);
    const key = service.includes("/") ? service : `${namespaceOf(route)}/${service}`;
    tally.service(key, "virtual-service", route);
    listAt(specOf(route), "rules").forEach((rule, index) => {
      for (const badge of routeBadges(rule, route.kind)) tally.service(key, badge, route, `spec.rules[${index}]`);
    });
  }
}

function routeBadges(rule: JsonObject, kind: string): readonly PolicyBadge[] {
  const requests = kind === "HTTPRoute" || kind === "GRPCRoute";
  const matches = listAt(rule, "matches");
  const narrow = (match: JsonObject) => {
    const path = objectAt(match, "path");
    return Object.keys(match).some((key) => key !== "path") || (textAt(path, "value") ?? "/") !== "/";
  };
  const mirrors = listAt(rule, "filters").some((filter) => textAt(filter, "type") === "RequestMirror");
  return [
    ...(requests && matches.length > 0 && matches.every(narrow) ? (["request-routing"] as const) : []),
    ...shifting(sharesOf(listAt(rule, "backendRefs").map(weightOf), "gateway-api"), requests),
    ...(isTime(textAt(objectAt(rule, "timeouts"), "request")) ? (["request-timeout"] as const) : []),
    ...(mirrors ? (["mirroring"] as const) : []),
  ];
}

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings and #OutlierDetection */
function breaks(policy: JsonObject): boolean {
  const own = (at: JsonObject) =>
    ["connectionPool", "outlierDetection"].some((key) => Object.keys(objectAt(at, key)).length > 0);
  return own(policy) || listAt(policy, "portLevelSettings").some(own);
}

function destinationRule(rule: Manifest, tally: Tally): void {
  const host = textAt(specOf(rule), "host");
  if (host === null) return;
  if (breaks(objectAt(specOf(rule), "trafficPolicy"))) {
    tally.host(host, namespaceOf(rule), "circuit-breaker", rule);
    return;
  }
  // Of subsets alone: the service has it, and of its workloads those that the subset takes.
  for (const subset of listAt(specOf(rule), "subsets")) {
    if (!breaks(objectAt(subset, "trafficPolicy"))) continue;
    const labels = mapAt(subset, "labels");
    tally.host(host, namespaceOf(rule), "circuit-breaker", rule, "", ({ labels: own }) =>
      Object.entries(labels).every(([key, value]) => own[key] === value),
    );
  }
}

/** The workload of its name, and those in its namespace with its app and, where it says one, version. */
function workloadEntry(entry: Manifest, world: PolicyWorld, tally: Tally): void {
  const namespace = namespaceOf(entry);
  const { app, version } = labelsAt(entry.spec, "labels") ?? {};
  tally.workload(`${namespace}/${entry.metadata.name}`, "workload-entry", entry);
  if (app === undefined) return;
  for (const { name } of workloadsWith(world, { app, ...(version === undefined ? {} : { version }) }, namespace)) {
    tally.workload(`${namespace}/${name}`, "workload-entry", entry);
  }
}

type Kept = Map<string, Map<PolicyBadge, Set<string>>>;

/** Who gives which badge to whom; the same object counts once however many ways lead to it. */
class Tally {
  readonly #world: PolicyWorld;
  readonly #services: Kept = new Map();
  readonly #workloads: Kept = new Map();
  readonly #hosts: Kept = new Map();

  constructor(world: PolicyWorld) {
    this.#world = world;
  }

  /** A host as an object of a namespace writes it: a service's, services' by wildcard, or anybody's. */
  host(
    host: string,
    namespace: string,
    badge: PolicyBadge,
    by: Manifest,
    path = "",
    takes: (workload: Workload) => boolean = () => true,
  ): void {
    const full = resolveHost(host, namespace);
    const service = serviceOfHost(full);
    if (service !== null) this.service(`${service.namespace}/${service.name}`, badge, by, path, takes);
    else put(this.#hosts, full, badge, by, path);
    if (!full.startsWith("*")) return;
    for (const each of this.#world.inventory?.services.values() ?? []) {
      if (closeness(full, fullName(each)) > 0) this.service(`${each.namespace}/${each.name}`, badge, by, path, takes);
    }
  }

  service(
    key: string,
    badge: PolicyBadge,
    by: Manifest,
    path = "",
    takes: (workload: Workload) => boolean = () => true,
  ): void {
    put(this.#services, key, badge, by, path);
    const { services, workloads } = this.#world.inventory ?? {};
    const found = services?.get(key);
    for (const name of found?.workloads ?? []) {
      const workload = workloads?.get(`${found?.namespace}/${name}`);
      if (workload !== undefined && takes(workload)) this.workload(`${found?.namespace}/${name}`, badge, by, path);
    }
  }

  workload(key: string, badge: PolicyBadge, by: Manifest, path = ""): void {
    put(this.#workloads, key, badge, by, path);
  }

  finish(): PolicyBadges {
    return {
      services: counted(this.#services),
      workloads: counted(this.#workloads),
      apps: counted(this.#apps()),
      hosts: counted(this.#hosts),
    };
  }

  #apps(): Kept {
    const apps: Kept = new Map();
    for (const [key, badges] of this.#workloads) {
      const workload = this.#world.inventory?.workloads.get(key);
      if (workload?.app == null) continue;
      const app = `${workload.namespace}/${workload.app}`;
      for (const name of workload.version === null ? [app] : [app, `${app}/${workload.version}`]) {
        const own = apps.get(name) ?? new Map<PolicyBadge, Set<string>>();
        for (const [badge, objects] of badges) own.set(badge, new Set([...(own.get(badge) ?? []), ...objects]));
        apps.set(name, own);
      }
    }
    return apps;
  }
}

function put(kept: Kept, key: string, badge: PolicyBadge, { kind, metadata }: Manifest, path: string): void {
  const badges = kept.get(key) ?? new Map<PolicyBadge, Set<string>>();
  const objects = badges.get(badge) ?? new Set<string>();
  objects.add(`${kind}/${metadata.namespace}/${metadata.name} ${path}`);
  badges.set(badge, objects);
  kept.set(key, badges);
}

function counted(kept: Kept): ReadonlyMap<string, BadgeCounts> {
  return new Map(
    [...kept].map(([key, badges]) => [key, new Map([...badges].map(([badge, objects]) => [badge, objects.size]))]),
  );
}
