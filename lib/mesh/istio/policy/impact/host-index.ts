/**
 * VirtualServices and DestinationRules by the hosts they name, so that a call finds those that fit without walking all: exact
 * hosts, patterns by what follows their `*`, and delegates, which name none, by the rules that name them.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { resolveHost } from "../hosts.ts";
import { listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";

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
  readonly #objects: (kind: string) => readonly Manifest[];
  readonly #around = new Map<string, (kind: string) => readonly Manifest[]>();

  constructor(objects: (kind: string) => readonly Manifest[]) {
    this.#objects = objects;
    this.#services = indexed(objects("VirtualService"), hostsOfService);
    this.#rules = indexed(objects("DestinationRule"), hostsOfRule);
  }

  /** The same objects, but of these two kinds only those that may count for a call to the host. */
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
    const named = fitting(this.#services, host);
    const services = [...new Set([...named, ...named.flatMap((each) => this.delegatesOf(each))])];
    const hosts = new Set([host, ...services.flatMap(destinationsOf)]);
    const rules = [...new Set([...hosts].flatMap((each) => fitting(this.#rules, each)))];
    return (kind) => (kind === "VirtualService" ? services : kind === "DestinationRule" ? rules : this.#objects(kind));
  }
}

/** Each once; as many look-ups as the host has characters. */
function fitting({ exact, suffix }: ByHost, host: string): readonly Manifest[] {
  const found = new Set(exact.get(host));
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
