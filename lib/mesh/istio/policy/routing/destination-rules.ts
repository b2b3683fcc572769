/**
 * The DestinationRule that applies to a service, for a client in some namespace: the first namespace that has one of
 * client, service, root; there the closest host. Those of one namespace for one host and the same clients are merged, others never.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { closeness, fullName, type Named, resolveHost } from "../hosts.ts";
import {
  BY_DEFAULT,
  byAge,
  has,
  type JsonObject,
  listAt,
  mapAt,
  namespaceOf,
  objectAt,
  specOf,
  textAt,
  textsAt,
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
 * others, none counts, and no further namespace is looked at. Rules that select are their namespace's, whatever their exportTo; of
 * another namespace's the closest host is looked for among all that are exported to anybody. For a client in the root namespace rules
 * there come last, like for others, but those that are for it alone. (setDestinationRules, destinationRule in
 * pilot/pkg/model/push_context.go, SidecarScope.DestinationRule in sidecar.go)
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
  for (const { namespace, local } of placesFor(client, owner ?? client, world.rootNamespace)) {
    const here = all
      .filter((rule) => namespaceOf(rule) === namespace)
      .filter((rule) => {
        const hidden = selects(rule) || isPrivate(rule);
        if (!local) return !hidden;
        return namespace === world.rootNamespace ? hidden : selects(rule) || visibleTo(rule, client);
      })
      .map((rule) => ({ rule, fit: closeness(resolveHost(textAt(specOf(rule), "host") ?? "", namespace), full) }))
      .filter(({ fit }) => fit > 0);
    if (here.length === 0) continue;
    const fit = Math.max(...here.map((one) => one.fit));
    const exact = fit === Number.POSITIVE_INFINITY;
    const closest = here
      .filter((one) => one.fit === fit)
      .map(({ rule }) => rule)
      .toSorted(byAge);
    const own = local ? closest.find((rule) => selects(rule) && takes(rule, labels)) : undefined;
    if (own !== undefined) return merge([own], exact);
    const seen = groups(closest.filter((rule) => !selects(rule))).filter(
      ([first]) => local || visibleTo(first, client),
    );
    if (local || seen.length > 0) return merge(seen.at(-1) ?? [], exact);
  }
  return NOTHING;
}

/** Where rules are looked for, in this order; `local`: as the client's own. */
function placesFor(client: string, owner: string, root: string): readonly Place[] {
  const own = { namespace: client, local: true };
  const others = (client === root ? [owner, root] : [owner, root].filter((each) => each !== client)).map(
    (namespace) => ({ namespace, local: false }),
  );
  return [own, ...others];
}

interface Place {
  readonly namespace: string;
  readonly local: boolean;
}

/** Everyone where nothing is said. */
function exportsOf(rule: Manifest): readonly string[] {
  const to = textsAt(specOf(rule), "exportTo");
  return to.length === 0 || to.includes(BY_DEFAULT) ? [""] : to;
}

/** Exported to its own namespace alone. */
export function isPrivate(rule: Manifest): boolean {
  const [only, ...more] = textsAt(specOf(rule), "exportTo").filter((each) => each !== BY_DEFAULT);
  return more.length === 0 && (only === "." || only === namespaceOf(rule));
}

type Group = [Manifest, ...Manifest[]];

/**
 * Rules for one host, oldest first, as they are merged: those that are exported alike, and into an older one also one that is exported
 * to all that the older one is. Of several such groups that a client sees the last counts. (mergeDestinationRule in
 * pilot/pkg/model/destination_rule.go)
 */
function groups(rules: readonly Manifest[]): readonly Group[] {
  const found: Group[] = [];
  for (const rule of rules) {
    const to = exportsOf(rule);
    let alone = true;
    for (const group of found) {
      const into = exportsOf(group[0]);
      const alike = into.every((each) => to.includes(each));
      if (alike) group.push(rule);
      alone = !alike;
    }
    if (alone) found.push([rule]);
  }
  return found;
}

function takes(rule: Manifest, labels: Readonly<Record<string, string>> | null): boolean {
  const wanted = Object.entries(mapAt(objectAt(specOf(rule), "workloadSelector"), "matchLabels"));
  return labels !== null && wanted.every(([key, value]) => labels[key] === value);
}

export const serviceRules = (service: Named, world: PolicyWorld): Applied =>
  destinationRules(fullName(service), service.namespace, service.namespace, world);

function merge(rules: readonly Manifest[], exact: boolean): Applied {
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
