/** What of a change of waypoints isn't worked out: calls that no Service names. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { ImpactGap } from "#lib/policy/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOf } from "../routing/json.ts";
import type { ObservedCall } from "./calls.ts";
import { DATAPLANE_MODE, isNamespace } from "./membership.ts";
import { barePods } from "./past.ts";
import type { Side, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";

const USE = "istio.io/use-waypoint";

export function enrollingGaps(
  calls: readonly ObservedCall[],
  sides: Sides,
  { enrolling }: Touched,
): readonly ImpactGap[] {
  if (enrolling.length === 0) return [];
  // A waypoint that comes or goes is there for who asks for it.
  const gateways = new Set(
    enrolling.filter((each) => !isNamespace(each)).map((each) => `${namespaceOf(each)}/${each.metadata.name}`),
  );
  const namespaces = new Set(
    [...sides.before.inventory.namespaces.keys(), ...sides.after.inventory.namespaces.keys()].filter(
      (name) =>
        usedBy(name, sides.before) !== usedBy(name, sides.after) ||
        [sides.before, sides.after].some((side) => gateways.has(usedBy(name, side))),
    ),
  );
  const entries = [sides.before, sides.after].flatMap((side) =>
    side.objects("ServiceEntry").filter((each) => {
      const own = ownUse(each);
      return own === null ? namespaces.has(namespaceOf(each)) : gateways.has(own);
    }),
  );
  const straight = calls.some(({ service, target }) => service === null && namespaces.has(target.namespace));
  return [
    ...(entries.length > 0 ? [ENTRIES] : []),
    ...(straight ? [STRAIGHT] : []),
    ...(turnsSome(calls, sides) ? [SOME_PODS] : []),
  ];
}

/** Whether pods of a workload that is called, or calls, join ambient or leave it beside others that don't. */
function turnsSome(calls: readonly ObservedCall[], { before, after }: Sides): boolean {
  const modeOf = (name: string, { namespaces }: ClusterInventory) =>
    namespaces.get(name)?.labels[DATAPLANE_MODE] === "ambient";
  const turned = (name: string) => modeOf(name, before.inventory) !== modeOf(name, after.inventory);
  return calls.some(({ source, target }) =>
    [source, target].some((end) => {
      if (end.kind !== "workload" || !turned(end.namespace)) return false;
      const found = before.inventory.workloads.get(`${end.namespace}/${end.name}`);
      return found !== undefined && barePods(found).length > 0;
    }),
  );
}

const usedBy = (namespace: string, { inventory }: Side): string => {
  const labels = inventory.namespaces.get(namespace)?.labels ?? {};
  return `${labels[`${USE}-namespace`] ?? namespace}/${labels[USE] ?? ""}`;
};

/** The waypoint of its own label; null: its namespace's counts. */
function ownUse(entry: Manifest): string | null {
  const { [USE]: name, [`${USE}-namespace`]: place = namespaceOf(entry) } = entry.metadata.labels ?? {};
  return name === undefined ? null : `${place}/${name}`;
}

const ENTRIES: ImpactGap = {
  what: "calls to hosts of ServiceEntries that a waypoint takes",
  closeWith: "metrics of the waypoint",
};
const SOME_PODS: ImpactGap = {
  what: "pods without a proxy beside others of the same workload that have one, which join ambient by themselves",
  closeWith: "metrics after the change",
};
const STRAIGHT: ImpactGap = {
  what: "calls to pods’ own addresses, which a waypoint takes where it is for workloads",
  closeWith: "metrics of the waypoint",
};
