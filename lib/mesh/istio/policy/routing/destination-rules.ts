/**
 * The DestinationRule that applies to a service, for a client in some namespace: the first namespace that has one of
 * client, service, root; there the closest host. Those of one namespace for one host are merged, others never.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { closeness, fullName, type Named, resolveHost } from "../hosts.ts";
import {
  byAge,
  has,
  type JsonObject,
  listAt,
  mapAt,
  namespaceOf,
  objectAt,
  specOf,
  textAt,
  visibleTo,
} from "./json.ts";

interface Subset {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: Manifest;
  readonly value: JsonObject;
}

export interface Applied {
  /** Oldest first; more than one only where several of a namespace name the host alike. */
  readonly rules: readonly Manifest[];
  readonly subsets: readonly Subset[];
  /** The one whose trafficPolicy counts. */
  readonly policy: Manifest | null;
  /** It names this host and no other. */
  readonly exact: boolean;
}

const NOTHING: Applied = { rules: [], subsets: [], policy: null, exact: false };

/** What counts for most clients in the namespace; rules that select some of them (workloadSelector) are left aside. */
export function destinationRules(full: string, owner: string | null, client: string, world: PolicyWorld): Applied {
  const all = world.objects("DestinationRule").filter((rule) => !has(specOf(rule), "workloadSelector"));
  for (const namespace of new Set([client, owner ?? client, world.rootNamespace])) {
    const here = all
      .filter((rule) => namespaceOf(rule) === namespace && visibleTo(rule, client))
      .map((rule) => ({ rule, fit: closeness(resolveHost(textAt(specOf(rule), "host") ?? "", namespace), full) }))
      .filter(({ fit }) => fit > 0);
    if (here.length > 0) {
      const fit = Math.max(...here.map((one) => one.fit));
      return merge(
        here.filter((one) => one.fit === fit).map(({ rule }) => rule),
        fit === Number.POSITIVE_INFINITY,
      );
    }
  }
  return NOTHING;
}

export const serviceRules = (service: Named, world: PolicyWorld): Applied =>
  destinationRules(fullName(service), service.namespace, service.namespace, world);

function merge(unsorted: readonly Manifest[], exact: boolean): Applied {
  const rules = unsorted.toSorted(byAge);
  const subsets = new Map<string, Subset>();
  for (const owner of rules) {
    for (const value of listAt(specOf(owner), "subsets")) {
      const name = textAt(value, "name");
      if (name !== null && !subsets.has(name))
        subsets.set(name, { name, labels: mapAt(value, "labels"), owner, value });
    }
  }
  const policy = rules.find((rule) => Object.keys(objectAt(specOf(rule), "trafficPolicy")).length > 0) ?? null;
  return { rules, subsets: [...subsets.values()], policy, exact };
}
