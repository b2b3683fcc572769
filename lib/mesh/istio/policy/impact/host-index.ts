/** VirtualServices and DestinationRules by the hosts they name, so that a call finds those that fit without walking all. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { resolveHost } from "../hosts.ts";
import { listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";

interface ByHost {
  readonly exact: ReadonlyMap<string, readonly Manifest[]>;
  /** With a pattern, or with none at all (delegates). */
  readonly others: readonly Manifest[];
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

  #find(host: string): (kind: string) => readonly Manifest[] {
    const services = [...(this.#services.exact.get(host) ?? []), ...this.#services.others];
    const hosts = new Set([host, ...services.flatMap(destinationsOf)]);
    const rules = [...new Set([...hosts].flatMap((each) => this.#rules.exact.get(each) ?? [])), ...this.#rules.others];
    return (kind) => (kind === "VirtualService" ? services : kind === "DestinationRule" ? rules : this.#objects(kind));
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
