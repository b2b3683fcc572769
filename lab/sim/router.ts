/**
 * Where a call goes, by the client's point of view: https://istio.io/latest/docs/ops/configuration/traffic-management/.
 * Sidecars, gateways and waypoints apply VirtualServices and subsets; programs without an L7 proxy reach the service as it is.
 */
import { selects } from "../kube/read.ts";
import type { Destination, DestinationRule, HttpRule, VirtualService } from "./config.ts";
import type { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import type { Service, World } from "./world.ts";

export type Route =
  | {
      readonly kind: "service";
      readonly service: Service;
      readonly labels: Readonly<Record<string, string>> | null;
      readonly tls: string | null;
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
  http(client: SimPod, proxy: SimPod, host: string, path: string, random: Random): Route {
    const plan = this.#plan(client, proxy, host);
    if (plan.rules === null) {
      if (proxy.dataplane === "gateway") return { kind: "noRoute" };
      return this.#to(client, { host: plan.host, subset: null }, null);
    }
    const rule = plan.rules.find((r) => applies(r, client, path));
    if (rule === undefined) return { kind: "noRoute" };
    const to = pickWeighted(rule, random);
    return to === undefined ? { kind: "noRoute" } : this.#to(client, to, rule);
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
    if (to.subset === null) return { kind: "service", service, labels: null, tls: destinationRule?.tls ?? null, rule };
    const subset = destinationRule?.subsets.get(to.subset);
    if (subset === undefined) return { kind: "noCluster", rule };
    return { kind: "service", service, labels: subset.labels, tls: subset.tls ?? destinationRule?.tls ?? null, rule };
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
    const bound = gateway ? new Set(this.#world.gatewaysOf(proxy)) : new Set(["mesh"]);
    const mine = this.#world.virtualServices.filter(
      (v) => v.gateways.some((g) => bound.has(g)) && v.hosts.some((h) => hostMatches(h, full)),
    );
    const plan = { rules: mine.length > 0 ? rulesOf(mine, bound) : null, host: full };
    this.#plans.set(key, plan);
    return plan;
  }

  /** One DestinationRule applies: of the client's namespace, else the service's, else the root's; no merging across. */
  #destinationRule(clientNamespace: string, service: Service): DestinationRule | null {
    this.#fresh();
    const key = `${clientNamespace}|${service.host}`;
    const known = this.#rulesOf.get(key);
    if (known !== undefined) return known;
    const fitting = this.#world.destinationRules.filter((r) => hostMatches(r.host, service.host));
    const found =
      [clientNamespace, service.namespace, "istio-system"]
        .map((namespace) => fitting.find((r) => r.namespace === namespace))
        .find((r) => r !== undefined) ?? null;
    this.#rulesOf.set(key, found);
    return found;
  }
}

const hostMatches = (pattern: string, host: string): boolean =>
  pattern === host || pattern === "*" || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));

/** Gateways merge several VirtualServices of one host, sidecars take the oldest alone (here: the first by name). */
function rulesOf(found: readonly VirtualService[], bound: ReadonlySet<string>): readonly HttpRule[] {
  const taken = bound.has("mesh") ? found.slice(0, 1) : found;
  return taken.flatMap((v) =>
    v.http.filter(
      (r) =>
        r.matches.length === 0 || r.matches.some((m) => m.gateways === null || m.gateways.some((g) => bound.has(g))),
    ),
  );
}

function applies(rule: HttpRule, client: SimPod, path: string): boolean {
  if (rule.matches.length === 0) return true;
  return rule.matches.some(
    (m) =>
      !m.never &&
      (m.uri === null || (m.uri.kind === "exact" ? path === m.uri.value : path.startsWith(m.uri.value))) &&
      (m.sourceNamespace === null || m.sourceNamespace === client.namespace) &&
      selects(m.sourceLabels, client.labels),
  );
}

/** One of a rule's destinations, by weights relative to their sum; undefined when they sum to nothing. */
export function pickWeighted(rule: HttpRule, random: Random): Destination | undefined {
  if (rule.routes.length === 1) return rule.routes[0]?.to;
  const total = rule.routes.reduce((sum, r) => sum + r.weight, 0);
  let at = random.next() * total;
  for (const route of rule.routes) {
    at -= route.weight;
    if (at < 0) return route.to;
  }
  return undefined;
}
