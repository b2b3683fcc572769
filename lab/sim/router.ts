/**
 * Where a call goes, by the client's point of view: https://istio.io/latest/docs/ops/configuration/traffic-management/.
 * Sidecars, gateways and waypoints apply VirtualServices and subsets; programs without an L7 proxy reach the service as it is.
 */
import { type DestinationRule, NO_POLICY, type TrafficPolicy } from "./destination-rule.ts";
import type { ServiceRoute } from "./http-route.ts";
import { type Asked, type HttpMatch, meets } from "./match.ts";
import type { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import type { Service } from "./service.ts";
import { type Destination, type HttpRule, hostMatches, type TcpRule, type VirtualService } from "./virtual-service.ts";
import type { World } from "./world.ts";

export type Route =
  | {
      readonly kind: "service";
      readonly service: Service;
      readonly labels: Readonly<Record<string, string>> | null;
      /** Of the service, or of the subset. */
      readonly policy: TrafficPolicy;
      readonly rule: HttpRule | null;
    }
  | { readonly kind: "external"; readonly host: string }
  | { readonly kind: "passthrough" }
  | { readonly kind: "blackhole" }
  /** The gateway knows no route for this host and path (404 NR). */
  | { readonly kind: "noRoute" }
  /** The route names a subset or service that doesn't exist (503 NC). */
  | { readonly kind: "noCluster"; readonly rule: HttpRule | null };

interface Plan {
  /** The VirtualService rules that may apply, in order; null = no VirtualService, straight to the host. */
  readonly rules: readonly HttpRule[] | null;
  readonly tcp: readonly TcpRule[];
  readonly host: string;
}

export class Router {
  readonly #world: World;
  readonly #plans = new Map<string, Plan>();
  readonly #rulesOf = new Map<string, DestinationRule | null>();
  #version = -1;

  constructor(world: World) {
    this.#world = world;
  }

  /** Routes one request of a proxy that understands HTTP. `client` is the sidecar's or gateway's pod, or a waypoint's client. */
  http(client: SimPod, proxy: SimPod, asked: Asked, random: Random): Route {
    const plan = this.#plan(client, proxy, asked.host);
    if (plan.rules === null) {
      if (proxy.dataplane === "gateway") return { kind: "noRoute" };
      return this.#to(client, { host: plan.host, subset: null }, null);
    }
    const rule = plan.rules.find((r) => applies(r.matches, client, asked));
    if (rule === undefined) return { kind: "noRoute" };
    const to = pickWeighted(rule.routes, random);
    return to === undefined ? { kind: "noRoute" } : this.#to(client, to, rule);
  }

  /** Where a connection of a client with an Envoy goes: tcp rules, told apart by port and client. */
  tcp(client: SimPod, host: string, port: number | null, random: Random): Route {
    const plan = this.#plan(client, client, host);
    const asked: Asked = { host, path: "", method: "", headers: {}, port };
    const rule = plan.tcp.find((r) => applies(r.matches, client, asked));
    const to = rule === undefined ? { host: plan.host, subset: null } : pickWeighted(rule.routes, random);
    const found = this.#to(client, to ?? { host: plan.host, subset: null }, null);
    // A rule that names what doesn't exist has no cluster to connect to.
    return rule !== undefined && found.kind !== "service" && found.kind !== "external"
      ? { kind: "noCluster", rule: null }
      : found;
  }

  /** Where a program without an L7 proxy ends up: no routes, no subsets. */
  direct(client: SimPod, host: string): Route {
    return this.#to(client, { host: this.#world.dialled(host, client.namespace), subset: null }, null);
  }

  /** A destination that a rule names (also of a mirror), as this client sees it. */
  #to(client: SimPod, to: Destination, rule: HttpRule | null): Route {
    const service = this.#world.service(to.host);
    if (service === null) {
      if (this.#world.isExternal(to.host)) return { kind: "external", host: to.host };
      if (rule !== null) return { kind: "noCluster", rule };
      return { kind: this.#world.registryOnly(client.cluster, client.namespace) ? "blackhole" : "passthrough" };
    }
    const destinationRule = this.#destinationRule(client.namespace, service);
    const whole = destinationRule?.policy ?? NO_POLICY;
    if (to.subset === null) return { kind: "service", service, labels: null, policy: whole, rule };
    const subset = destinationRule?.subsets.get(to.subset);
    if (subset === undefined) return { kind: "noCluster", rule };
    return { kind: "service", service, labels: subset.labels, policy: subset.policy, rule };
  }

  mirror(client: SimPod, to: Destination): Route {
    return this.#to(client, to, null);
  }

  #fresh(): void {
    if (this.#version === this.#world.version) return;
    this.#version = this.#world.version;
    this.#plans.clear();
    this.#rulesOf.clear();
  }

  #plan(client: SimPod, proxy: SimPod, host: string): Plan {
    this.#fresh();
    const gateway = proxy.dataplane === "gateway";
    const key = `${gateway ? proxy.workloadKey : client.namespace}|${host}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const full = gateway ? host.toLowerCase().replace(/:\d+$/, "") : this.#world.dialled(host, client.namespace);
    const bound = gateway ? new Set(this.#world.gatewaysOf(proxy, full)) : new Set(["mesh"]);
    const mine = this.#world.virtualServices.filter(
      (v) => v.gateways.some((g) => bound.has(g)) && v.hosts.some((h) => hostMatches(h, full)),
    );
    const attached = gateway ? [] : this.#world.serviceRoutes.filter((r) => r.hosts.includes(full));
    const http = attached.length > 0 ? attached.flatMap((r: ServiceRoute) => r.http) : rulesOf(mine, bound, "http");
    const plan: Plan = {
      rules: http.length > 0 ? http : null,
      tcp: rulesOf(mine, bound, "tcp"),
      host: full,
    };
    this.#plans.set(key, plan);
    return plan;
  }

  /** One DestinationRule applies: of the client's namespace, else the service's, else the root's; there the closest host. */
  #destinationRule(clientNamespace: string, service: Service): DestinationRule | null {
    this.#fresh();
    const key = `${clientNamespace}|${service.host}`;
    const known = this.#rulesOf.get(key);
    if (known !== undefined) return known;
    const fitting = this.#world.destinationRules
      .filter((r) => hostMatches(r.host, service.host))
      .sort((a, b) => closeness(b.host) - closeness(a.host));
    const found =
      [clientNamespace, service.namespace, "istio-system"]
        .map((namespace) => fitting.find((r) => r.namespace === namespace))
        .find((r) => r !== undefined) ?? null;
    this.#rulesOf.set(key, found);
    return found;
  }
}

/** An exact host before wildcards, of which the longest is the closest. */
const closeness = (host: string): number => (host.startsWith("*") ? host.length : Number.MAX_SAFE_INTEGER);

/** Gateways merge several VirtualServices of one host, sidecars take the oldest alone. */
function rulesOf<Kind extends "http" | "tcp">(
  found: readonly VirtualService[],
  bound: ReadonlySet<string>,
  kind: Kind,
): VirtualService[Kind][number][] {
  const taken = bound.has("mesh") ? found.slice(0, 1) : found;
  return taken.flatMap((v): VirtualService[Kind][number][] =>
    v[kind].filter(
      (r: HttpRule | TcpRule) =>
        r.matches.length === 0 || r.matches.some((m) => m.gateways === null || m.gateways.some((g) => bound.has(g))),
    ),
  );
}

function applies(matches: readonly HttpMatch[], client: SimPod, asked: Asked): boolean {
  return matches.length === 0 || matches.some((m) => meets(m, client, asked));
}

/** One of a rule's destinations, by weights relative to their sum; undefined when they sum to nothing. */
export function pickWeighted(routes: HttpRule["routes"], random: Random): Destination | undefined {
  if (routes.length === 1) return routes[0]?.to;
  const total = routes.reduce((sum, r) => sum + r.weight, 0);
  let at = random.next() * total;
  for (const route of routes) {
    at -= route.weight;
    if (at < 0) return route.to;
  }
  return undefined;
}
