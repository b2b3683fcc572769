/**
 * What a client's proxy has to know so that a call arrives as it does now. Istio's `destination_service` is the host after routing:
 * a client that calls `reviews`, which a VirtualService sends to `reviews-v2`, is seen to call `reviews-v2`. So names whose routes
 * lead to a host that was seen count as well, by VirtualServices and by routes of the Gateway API, and so does a VirtualService of a further
 * namespace that decides about it.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, fullName, resolveHost } from "../hosts.ts";
import { effectiveRules } from "../meaning/routing/delegates.ts";
import { destinationsOf, type HostIndex } from "../meaning/routing/host-index.ts";
import type { Caller } from "../meaning/routing/match.ts";
import { knows } from "../meaning/routing/scope.ts";
import { followed } from "../meaning/routing/table.ts";
import { backendOf, isParent } from "../routing/gateway-api.ts";
import { listAt, namespaceOf, specOf, textAt, textsAt, visibleTo } from "../routing/json.ts";
import { gatewaysOf } from "../routing/virtual-services.ts";
import type { Called } from "./called.ts";
import type { Registered, Registry } from "./registry.ts";

/** A host of a namespace. `by`: the VirtualService that asks for it; null: the call itself. */
export interface Need {
  readonly host: string;
  readonly namespace: string;
  readonly kind: "service" | "outside" | "route";
  readonly ports: readonly number[];
  readonly by: Manifest | null;
}

export interface Needs {
  readonly itself: Need;
  /** VirtualServices of other namespaces that decide where it goes. */
  readonly routes: readonly Need[];
  /** Other names that lead there, each with all that it takes. */
  readonly names: readonly { readonly name: string; readonly needs: readonly Need[] }[];
  /** More names lead there than are followed. */
  readonly more?: true;
}

/** An object that sends on what calls its hosts: a VirtualService, or a route of the Gateway API. All that it leads to have one list of them. */
interface Lead {
  readonly service: Manifest;
  readonly hosts: readonly string[];
  /** What it takes to follow one of them: hosts and destinations that are read. */
  readonly size: number;
  readonly api?: true;
}

/** So much is read for one proposal at most, about a second: an object may have thousands of hosts, and lead to thousands. */
const MOST_READ = 1_000_000;

type Client = Omit<Caller, "port">;

export class Routes {
  readonly #hosts: HostIndex;
  readonly #rootNamespace: string;
  readonly #registry: Registry;
  readonly #leads = new Map<string, Lead[]>();
  #left = MOST_READ;

  constructor(
    services: readonly Manifest[],
    hosts: HostIndex,
    registry: Registry,
    rootNamespace: string,
    client: string,
    apiRoutes: readonly Manifest[] = [],
  ) {
    this.#hosts = hosts;
    this.#rootNamespace = rootNamespace;
    this.#registry = registry;
    for (const service of services) {
      const names = textsAt(specOf(service), "hosts").map((each) => resolveHost(each, namespaceOf(service)));
      const exact = names.filter((each) => each !== "*");
      if (names.length === 0 || !gatewaysOf(service).includes("mesh") || !visibleTo(service, client)) continue;
      const ends = new Set(leadsTo(service, hosts));
      for (const to of ends) this.#lead(to, { service, hosts: exact, size: exact.length + ends.size });
    }
    for (const route of apiRoutes) {
      const parents = parentsOf(route, client);
      for (const to of new Set(backendsOf(route)))
        this.#lead(to, { service: route, hosts: parents, size: 1, api: true });
    }
  }

  #lead(to: string, lead: Lead): void {
    const list = this.#leads.get(to);
    if (list === undefined) this.#leads.set(to, [lead]);
    else list.push(lead);
  }

  of({ to, host }: Called, client: Client, today: Manifest | null): Needs {
    const { names, more } = this.#namesOf(host);
    return {
      ...(more ? { more } : {}),
      itself: needOf(to),
      routes: this.#deciding(host, to.ports, client, today)
        .filter((each) => namespaceOf(each) !== to.namespace)
        .flatMap((each) => routeNeeds(each, host, to.ports)),
      names: names.flatMap(({ service, name, api }) => {
        const registered = this.#registry.find(name);
        // It lies in the Service's namespace, or in the client's, which every Sidecar here has.
        if (api) return registered === null ? [] : [{ name, needs: [{ ...needOf(registered), by: service }] }];
        const ports = registered?.ports ?? to.ports;
        if (!this.#deciding(name, ports, client, today).includes(service)) return [];
        const needs: Need[] = [...(registered === null ? [] : [{ ...needOf(registered), by: service }])];
        if (registered?.namespace !== namespaceOf(service)) needs.push(...routeNeeds(service, name, ports));
        return [{ name, needs }];
      }),
    };
  }

  /** Names whose calls arrive at the host, as many as may be followed yet. O(hosts of what leads there). */
  #namesOf(to: string) {
    const names: { readonly service: Manifest; readonly name: string; readonly api: boolean }[] = [];
    for (const { service, hosts, size, api = false } of this.#leads.get(to) ?? []) {
      for (const name of hosts) {
        // A VirtualService whose own host fits what it leads to is among those that decide there.
        if (api ? name === to : closeness(name, to) > 0) continue;
        if (this.#left < size) return { names, more: true as const };
        this.#left -= size;
        names.push({ service, name, api });
      }
    }
    return { names, more: false as const };
  }

  /** Those that count for the host on any of its ports, as far as the client knows them now. */
  #deciding(host: string, ports: readonly number[], client: Client, today: Manifest | null): readonly Manifest[] {
    const world = { objects: this.#hosts.around(host), rootNamespace: this.#rootNamespace };
    const found = portsOf(ports).flatMap((port) => followed(host, { ...client, port }, today, world) ?? []);
    return [...new Set(found)];
  }
}

/** Services whose calls a route takes: of its own namespace for all clients, of another for clients of the route's alone. */
function parentsOf(route: Manifest, client: string): readonly string[] {
  const own = namespaceOf(route);
  return listAt(specOf(route), "parentRefs").flatMap((parent) => {
    const [name, namespace] = [textAt(parent, "name") ?? "", textAt(parent, "namespace") ?? own];
    return isParent(parent, route, { name, namespace }) && (own === namespace || own === client)
      ? [fullName({ name, namespace })]
      : [];
  });
}

const backendsOf = (route: Manifest): readonly string[] =>
  listAt(specOf(route), "rules")
    .flatMap((each) => listAt(each, "backendRefs"))
    .filter((backend) => (textAt(backend, "kind") ?? "Service") === "Service" && textAt(backend, "name") !== null)
    .map((backend) => fullName(backendOf(backend, route)));

const needOf = ({ host, namespace, kind, ports }: Registered): Need => ({ host, namespace, kind, ports, by: null });

/** The VirtualService's own host that fits, in its namespace. */
const routeNeeds = (service: Manifest, host: string, ports: readonly number[]): readonly Need[] => {
  const namespace = namespaceOf(service);
  const fitting = textsAt(specOf(service), "hosts")
    .map((each) => resolveHost(each, namespace))
    .filter((each) => closeness(each, host) > 0)
    .toSorted((a, b) => closeness(b, host) - closeness(a, host));
  return fitting.slice(0, 1).map((own) => ({ host: own, namespace, kind: "route", ports, by: service }));
};

/** Hosts that its rules of all protocols send to, delegates' included. */
function leadsTo(service: Manifest, hosts: HostIndex): readonly string[] {
  const { rules } = effectiveRules(service, { objects: () => hosts.delegatesOf(service) });
  const delegates = new Set(rules.map(({ owner }) => owner));
  return [service, ...delegates].flatMap(destinationsOf);
}

export const portsOf = (ports: readonly number[]): readonly number[] => (ports.length > 0 ? ports : [0]);

/** How much of what it takes a Sidecar lets a client know, from the best to the worst. */
export const STATES = ["kept", "unrouted", "perhaps", "lost"] as const;
export type State = (typeof STATES)[number];

export function stateUnder(sidecar: Manifest | null, { itself, routes, names }: Needs, client: string): State {
  const ports = (need: Need) =>
    portsOf(need.ports).filter((port) => knows(sidecar, need.host, need.namespace, { namespace: client, port })).length;
  const whole = (need: Need) => ports(need) === portsOf(need.ports).length;
  const by = names.map(({ needs }) => needs.every(whole));
  if (ports(itself) === 0) return by.includes(true) ? "perhaps" : "lost";
  if (!whole(itself) || by.includes(false)) return "perhaps";
  return routes.every(whole) ? "kept" : "unrouted";
}
