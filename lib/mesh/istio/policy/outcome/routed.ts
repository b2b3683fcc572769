/** Services whose routes a change says something about. */
import { nodeId } from "#lib/graph/id.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import type { Source } from "#lib/policy/security.ts";
import { serviceOfHost } from "../hosts.ts";
import {
  backendsOf,
  destinationsOf,
  hostsOfRoute,
  hostsOfRule,
  hostsOfService,
} from "../meaning/routing/host-index.ts";
import { listAt, specOf } from "../routing/json.ts";

interface Changed {
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

/** Node ids of those that VirtualServices and DestinationRules name by a full or short host; wildcards name none. */
export function routedServices(cluster: string, changes: readonly Changed[]): readonly string[] {
  const objects = changes.flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? []));
  const hosts = objects.flatMap((object) => {
    const kind = manifestKindKey(object);
    if (kind === "VirtualService") return hostsOfService(object);
    return kind === "DestinationRule" ? hostsOfRule(object) : [];
  });
  const services = [...new Set(hosts)].flatMap((host) => {
    const name = host.startsWith("*") ? null : serviceOfHost(host);
    return name === null ? [] : [nodeId({ kind: "service", cluster, ...name })];
  });
  return services.sort();
}

/**
 * The one service about whose calls a rule of a changed object is, by node id; null: the object isn't among the changes, names several hosts, a
 * wildcard or one outside, or answers or sends calls elsewhere, which are counted by where they go. Before and after count alike.
 */
export function ruledService(cluster: string, changes: readonly Changed[]): (rule: Source | null) => string | null {
  return (rule) => {
    if (rule === null) return null;
    const objects = changes
      .flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? []))
      .filter((object) => refKey(refOf(cluster, object)) === refKey(rule.object));
    const [host, ...more] = new Set(objects.flatMap((object) => [...calledBy(object), ...sentTo(object)]));
    const name = host === undefined || more.length > 0 || host.startsWith("*") ? null : serviceOfHost(host);
    return name === null ? null : nodeId({ kind: "service", cluster, ...name });
  };
}

const isRoute = (kind: string): boolean => kind === "HTTPRoute" || kind === "GRPCRoute";

/** `*`: no host of its own. */
function calledBy(object: Manifest): readonly string[] {
  const kind = manifestKindKey(object);
  const hosts = kind === "VirtualService" ? hostsOfService(object) : isRoute(kind) ? hostsOfRoute(object) : [];
  return hosts.length === 0 ? ["*"] : hosts;
}

/** `*`: it has a rule that sends to no destination of its own. */
function sentTo(object: Manifest): readonly string[] {
  const [rules, to, sent] = isRoute(manifestKindKey(object))
    ? (["rules", "backendRefs", backendsOf] as const)
    : (["http", "route", destinationsOf] as const);
  const answers = listAt(specOf(object), rules).some((rule) => listAt(rule, to).length === 0);
  return [...sent(object), ...(answers ? ["*"] : [])];
}
