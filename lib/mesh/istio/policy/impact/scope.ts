/** Whose calls a change can concern, as narrow as one question about telemetry can be. */
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOfHost } from "../hosts.ts";
import { hostsOfRule, hostsOfService } from "../meaning/routing/host-index.ts";
import { namespaceOf } from "../routing/json.ts";
import type { Change } from "./sides.ts";

/** null: anybody's. */
export function scopeOf(
  changes: readonly Change[],
  rootNamespace: string,
): { readonly side: "source" | "destination"; readonly namespaces: readonly string[] } | null {
  const objects = changes.flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? []));
  const sides = new Set(objects.map((each) => (manifestKindKey(each) === "Sidecar" ? "source" : "destination")));
  const [side] = sides;
  if (side === undefined || sides.size > 1) return null;
  const namespaces = objects.flatMap(namespacesOf);
  if (namespaces.includes(null) || namespaces.includes(rootNamespace)) return null;
  return { side, namespaces: [...new Set(namespaces.flatMap((each) => each ?? []))].sort() };
}

/** null: more than a namespace. */
function namespacesOf(object: Manifest): readonly (string | null)[] {
  switch (manifestKindKey(object)) {
    case "VirtualService": {
      // A delegate says nothing of whose rules it is part of.
      const hosts = hostsOfService(object);
      return hosts.length === 0 ? [null] : hosts.map(namespaceOfHost);
    }
    case "DestinationRule":
      return hostsOfRule(object).map(namespaceOfHost);
    default:
      return [namespaceOf(object)];
  }
}
