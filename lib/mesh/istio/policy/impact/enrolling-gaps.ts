/** What of a change of waypoints isn't worked out: calls that no Service names. */
import type { ImpactGap } from "#lib/policy/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOf } from "../routing/json.ts";
import type { ObservedCall } from "./calls.ts";
import type { Side, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";

const USE = "istio.io/use-waypoint";

export function enrollingGaps(
  calls: readonly ObservedCall[],
  sides: Sides,
  { enrolling }: Touched,
): readonly ImpactGap[] {
  if (enrolling.length === 0) return [];
  const namespaces = new Set(
    [...sides.before.inventory.namespaces.keys(), ...sides.after.inventory.namespaces.keys()].filter(
      (name) => usedBy(name, sides.before) !== usedBy(name, sides.after),
    ),
  );
  const entries = [sides.before, sides.after].flatMap((side) =>
    side.objects("ServiceEntry").filter((each) => namespaces.has(namespaceOf(each)) && !ownsIt(each)),
  );
  const straight = calls.some(({ service, target }) => service === null && namespaces.has(target.namespace));
  return [...(entries.length > 0 ? [ENTRIES] : []), ...(straight ? [STRAIGHT] : [])];
}

const usedBy = (namespace: string, { inventory }: Side): string => {
  const labels = inventory.namespaces.get(namespace)?.labels ?? {};
  return `${labels[`${USE}-namespace`] ?? namespace}/${labels[USE] ?? ""}`;
};

const ownsIt = ({ metadata }: Manifest): boolean => metadata.labels?.[USE] !== undefined;

const ENTRIES: ImpactGap = {
  what: "calls to hosts of ServiceEntries that a waypoint takes",
  closeWith: "metrics of the waypoint",
};
const STRAIGHT: ImpactGap = {
  what: "calls to pods’ own addresses, which a waypoint takes where it is for workloads",
  closeWith: "metrics of the waypoint",
};
