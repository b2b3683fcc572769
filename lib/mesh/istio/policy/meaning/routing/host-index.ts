/** VirtualServices, DestinationRules and routes by the hosts they name, so that a call finds those that fit without walking all. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { fullName, resolveHost } from "../../hosts.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { named } from "../../lookup.ts";
import { listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../../routing/json.ts";

interface ByHost {
  readonly exact: ReadonlyMap<string, readonly Manifest[]>;
  /** With a pattern, or with none at all (delegates). */
  readonly others: readonly Manifest[];
}

export class HostIndex {
  readonly #services: ByHost;
  readonly #rules: ByHost;
  readonly #routes: ReadonlyMap<string, ByHost>;
  readonly #objects: (kind: string) => readonly Manifest[];
  readonly #around = new Map<string, (kind: string) => readonly Manifest[]>();

  constructor(objects: (kind: string) => readonly Manifest[]) {
    this.#objects = objects;
    this.#services = indexed(objects("VirtualService"), hostsOfService);
    this.#rules = indexed(objects("DestinationRule"), hostsOfRule);
    this.#routes = new Map(ROUTES.map((kind) => [kind, indexed(objects(kind).filter(isOfMesh), hostsOfRoute)]));
  }

  /** The same objects, but of these kinds only those that may count for a call to the host. */
  around(host: string): (kind: string) => readonly Manifest[] {
    const known = this.#around.get(host) ?? this.#find(host);
    this.#around.set(host, known);
    return known;
  }

  #find(host: string): (kind: string) => readonly Manifest[] {
    const services = [...(this.#services.exact.get(host) ?? []), ...this.#services.others];
    const hosts = new Set([host, ...services.flatMap(destinationsOf)]);
    const rules = [...new Set([...hosts].flatMap((each) => this.#rules.exact.get(each) ?? [])), ...this.#rules.others];
    return (kind) => {
      if (kind === "VirtualService") return services;
      if (kind === "DestinationRule") return rules;
      const routes = this.#routes.get(kind);
      return routes === undefined ? this.#objects(kind) : [...(routes.exact.get(host) ?? []), ...routes.others];
    };
  }
}

function indexed(objects: readonly Manifest[], hostsOf: (object: Manifest) => readonly string[]): ByHost {
  const exact = new Map<string, Manifest[]>();
  const others: Manifest[] = [];
  for (const object of objects) {
    const hosts = hostsOf(object);
    if (hosts.length === 0 || hosts.some((host) => host.startsWith("*"))) others.push(object);
    else {
      for (const host of new Set(hosts)) {
        const list = exact.get(host);
        if (list === undefined) exact.set(host, [object]);
        else list.push(object);
      }
    }
  }
  return { exact, others };
}

const ROUTES = ["HTTPRoute", "GRPCRoute"] as const;

const parentsOf = (route: Manifest) =>
  listAt(specOf(route), "parentRefs").map((parent) =>
    named(parent, { group: GATEWAY_API, kind: "Gateway", namespace: namespaceOf(route) }),
  );

const isOfMesh = (route: Manifest): boolean => parentsOf(route).some(({ kind }) => kind !== "Gateway");

/** A ServiceEntry has hosts of its own: its routes are among those with a pattern. */
const hostsOfRoute = (route: Manifest): readonly string[] =>
  parentsOf(route).map((parent) => (parent.kind === "Service" ? fullName(parent) : "*"));

export const hostsOfService = (object: Manifest): readonly string[] =>
  textsAt(specOf(object), "hosts").map((host) => resolveHost(host, namespaceOf(object)));

export const hostsOfRule = (object: Manifest): readonly string[] => [
  resolveHost(textAt(specOf(object), "host") ?? "", namespaceOf(object)),
];

/** Hosts that its rules for requests send to. */
export const destinationsOf = (object: Manifest): readonly string[] =>
  listAt(specOf(object), "http").flatMap((rule) =>
    listAt(rule, "route").map((each) =>
      resolveHost(textAt(objectAt(each, "destination"), "host") ?? "", namespaceOf(object)),
    ),
  );
