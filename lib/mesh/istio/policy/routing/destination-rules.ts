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

/**
 * For a client with these labels; null: for most in the namespace, rules that select some of them (workloadSelector) left aside.
 * Among those of the closest host in the first namespace, one that selects the client counts alone; if all there select
 * others, none counts, and no further namespace is looked at. (SidecarScope.DestinationRule in pilot/pkg/model/sidecar.go)
 */
export function destinationRules(
  full: string,
  owner: string | null,
  client: string,
  world: Pick<PolicyWorld, "objects" | "rootNamespace">,
  labels: Readonly<Record<string, string>> | null = null,
): Applied {
  const selects = (rule: Manifest) => has(specOf(rule), "workloadSelector");
  const all = world.objects("DestinationRule").filter((rule) => labels !== null || !selects(rule));
  for (const namespace of new Set([client, owner ?? client, world.rootNamespace])) {
    const here = all
      .filter((rule) => namespaceOf(rule) === namespace && visibleTo(rule, client))
      .map((rule) => ({ rule, fit: closeness(resolveHost(textAt(specOf(rule), "host") ?? "", namespace), full) }))
      .filter(({ fit }) => fit > 0);
    if (here.length > 0) {
      const fit = Math.max(...here.map((one) => one.fit));
      const closest = here.filter((one) => one.fit === fit).map(({ rule }) => rule);
      const own = closest.toSorted(byAge).find((rule) => namespace === client && selects(rule) && takes(rule, labels));
      const exact = fit === Number.POSITIVE_INFINITY;
      return merge(own === undefined ? closest.filter((rule) => !selects(rule)) : [own], exact);
    }
  }
  return NOTHING;
}

function takes(rule: Manifest, labels: Readonly<Record<string, string>> | null): boolean {
  const wanted = Object.entries(mapAt(objectAt(specOf(rule), "workloadSelector"), "matchLabels"));
  return labels !== null && wanted.every(([key, value]) => labels[key] === value);
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
