/**
 * VirtualServices, DestinationRules and routes by the hosts they name, so that a call finds those that fit without walking all: exact
 * hosts, patterns by what follows their `*`, and delegates, which name none, by the rules that name them.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { fullName, resolveHost } from "../../hosts.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { named } from "../../lookup.ts";
import { listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../../routing/json.ts";

interface ByHost {
  readonly exact: ReadonlyMap<string, readonly Manifest[]>;
  /** `.shop.svc.cluster.local` of `*.shop.svc.cluster.local`. */
  readonly suffix: ReadonlyMap<string, readonly Manifest[]>;
  /** Without hosts, by `namespace/name`. */
  readonly delegates: ReadonlyMap<string, Manifest>;
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

  /** VirtualServices without hosts that the rules of one name. One level: a delegate's own delegations don't count. */
  delegatesOf(service: Manifest): readonly Manifest[] {
    const names = listAt(specOf(service), "http").flatMap((rule) => {
      const to = objectAt(rule, "delegate");
      const name = textAt(to, "name");
      return name === null ? [] : [`${textAt(to, "namespace") || namespaceOf(service)}/${name}`];
    });
    return [...new Set(names)].flatMap((name) => this.#services.delegates.get(name) ?? []);
  }

  #find(host: string): (kind: string) => readonly Manifest[] {
    const claiming = fitting(this.#services, host);
    const services = [...new Set([...claiming, ...claiming.flatMap((each) => this.delegatesOf(each))])];
    const routes = new Map([...this.#routes].map(([kind, index]) => [kind, fitting(index, host)]));
    const sentOn = [...services.flatMap(destinationsOf), ...[...routes.values()].flat().flatMap(backendsOf)];
    const hosts = new Set([host, ...sentOn]);
    const rules = [...new Set([...hosts].flatMap((each) => fitting(this.#rules, each)))];
    return (kind) => {
      if (kind === "VirtualService") return services;
      if (kind === "DestinationRule") return rules;
      return routes.get(kind) ?? this.#objects(kind);
    };
  }
}

/** Each once; as many look-ups as the host has characters. Of a pattern (of a ServiceEntry), those for some of its names too. */
function fitting({ exact, suffix }: ByHost, host: string): readonly Manifest[] {
  const found = new Set(exact.get(host));
  if (host.startsWith("*")) {
    const within = [...exact, ...suffix].filter(([name]) => name.endsWith(host.slice(1)));
    for (const each of within.flatMap(([, list]) => list)) found.add(each);
  }
  for (let at = 0; suffix.size > 0 && at <= host.length; at += 1) {
    for (const each of suffix.get(host.slice(at)) ?? []) found.add(each);
  }
  return [...found];
}

function indexed(objects: readonly Manifest[], hostsOf: (object: Manifest) => readonly string[]): ByHost {
  const [exact, suffix] = [new Map<string, Manifest[]>(), new Map<string, Manifest[]>()];
  const delegates = new Map<string, Manifest>();
  for (const object of objects) {
    const hosts = hostsOf(object);
    if (hosts.length === 0) delegates.set(`${namespaceOf(object)}/${object.metadata.name}`, object);
    for (const host of new Set(hosts)) {
      const [map, key] = host.startsWith("*") ? [suffix, host.slice(1)] : [exact, host];
      const list = map.get(key);
      if (list === undefined) map.set(key, [object]);
      else list.push(object);
    }
  }
  return { exact, suffix, delegates };
}

const ROUTES = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] as const;

const parentsOf = (route: Manifest) =>
  listAt(specOf(route), "parentRefs").map((parent) =>
    named(parent, { group: GATEWAY_API, kind: "Gateway", namespace: namespaceOf(route) }),
  );

const isOfMesh = (route: Manifest): boolean => parentsOf(route).some(({ kind }) => kind !== "Gateway");

/** A ServiceEntry has hosts of its own: its routes are among those with a pattern. */
export const hostsOfRoute = (route: Manifest): readonly string[] =>
  parentsOf(route).map((parent) => (parent.kind === "Service" ? fullName(parent) : "*"));

/** Hosts that its rules send to. */
export const backendsOf = (route: Manifest): readonly string[] =>
  listAt(specOf(route), "rules").flatMap((rule) =>
    listAt(rule, "backendRefs").map((each) =>
      backendHost(named(each, { group: "", kind: "Service", namespace: namespaceOf(route) })),
    ),
  );

/** Istio's kind Hostname names the host itself. */
const backendHost = (to: ReturnType<typeof named>): string => (to.kind === "Hostname" ? to.name : fullName(to));

export const hostsOfService = (object: Manifest): readonly string[] =>
  textsAt(specOf(object), "hosts").map((host) => resolveHost(host, namespaceOf(object)));

export const hostsOfRule = (object: Manifest): readonly string[] => [
  resolveHost(textAt(specOf(object), "host") ?? "", namespaceOf(object)),
];

/** Hosts that its rules send to. */
export const destinationsOf = (object: Manifest): readonly string[] =>
  ["http", "tls", "tcp"]
    .flatMap((key) => listAt(specOf(object), key))
    .flatMap((rule) =>
      listAt(rule, "route").map((each) =>
        resolveHost(textAt(objectAt(each, "destination"), "host") ?? "", namespaceOf(object)),
      ),
    );
