/** Services whose routes a change says something about. */
import { nodeId } from "#lib/graph/id.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { serviceOfHost } from "../hosts.ts";
import { hostsOfRule, hostsOfService } from "../meaning/routing/host-index.ts";

/** Node ids of those that VirtualServices and DestinationRules name by a full or short host; wildcards name none. */
export function routedServices(
  cluster: string,
  changes: readonly { readonly before: Manifest | null; readonly after: Manifest | null }[],
): readonly string[] {
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
