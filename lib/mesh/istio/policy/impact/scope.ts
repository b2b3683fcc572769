/** Whose calls a change can concern, as narrow as one question about telemetry can be. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOfHost } from "../hosts.ts";
import { OF_BYTES } from "../meaning/effective/route-versions.ts";
import { ROUTES } from "../meaning/effective/way.ts";
import { hostsOfRoute, hostsOfRule, hostsOfService } from "../meaning/routing/host-index.ts";
import { namespaceOf } from "../routing/json.ts";
import type { Change } from "./sides.ts";

/** Where gateways run: what their policies refuse is missed wherever they send calls. */
export const gatewayNamespaces = ({ workloads }: Pick<ClusterInventory, "workloads">): ReadonlySet<string> =>
  new Set([...workloads.values()].filter(({ dataplane }) => dataplane === "gateway").map(({ namespace }) => namespace));

/** null: anybody's. */
export function scopeOf(
  changes: readonly Change[],
  rootNamespace: string,
  gateways: ReadonlySet<string>,
): { readonly side: "source" | "destination"; readonly namespaces: readonly string[] } | null {
  const objects = changes.flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? []));
  const sides = new Set(objects.map((each) => (manifestKindKey(each) === "Sidecar" ? "source" : "destination")));
  const [side] = sides;
  if (side === undefined || sides.size > 1) return null;
  const namespaces = objects.flatMap((each) => namespacesOf(each, gateways));
  if (namespaces.includes(null) || namespaces.includes(rootNamespace)) return null;
  return { side, namespaces: [...new Set(namespaces.flatMap((each) => each ?? []))].sort() };
}

/** null: more than a namespace. */
function namespacesOf(object: Manifest, gateways: ReadonlySet<string>): readonly (string | null)[] {
  const key = manifestKindKey(object);
  if (["Gateway", "ListenerSet", "ReferenceGrant"].includes(object.kind)) return [null];
  if ([...ROUTES, ...OF_BYTES].includes(key))
    return hostsOfRoute(object).map((host) => (host === "*" ? null : namespaceOfHost(host)));
  switch (key) {
    case "AuthorizationPolicy":
    case "RequestAuthentication": {
      const own = namespaceOf(object);
      return [gateways.has(own) ? null : own];
    }
    case "VirtualService": {
      // A delegate says nothing of whose rules it is part of.
      const hosts = hostsOfService(object);
      return hosts.length === 0 ? [null] : hosts.map(namespaceOfHost);
    }
    case "DestinationRule":
      return hostsOfRule(object).map(namespaceOfHost);
    case "ServiceEntry":
      // Its hosts lie in no namespace.
      return [null];
    default:
      // A Namespace's labels concern whoever calls from there or is called, and a class all that are of it.
      return [object.metadata.namespace === undefined ? null : namespaceOf(object)];
  }
}
