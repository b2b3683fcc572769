/**
 * What of a DestinationRule no metric lets work out: connection pools, outlier detection, load balancing. Named for each host, with
 * what the objects say of it all the same (docs/numbers.md#impact).
 */
import type { ImpactGap } from "#lib/policy/impact.ts";
import { same } from "#lib/policy/json.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { serviceOfHost } from "../hosts.ts";
import { hostsOfRule } from "../meaning/routing/host-index.ts";
import { has, listAt, objectAt, specOf, textAt } from "../routing/json.ts";
import { outlierLines } from "../routing/settings.ts";
import type { Change, ImpactWorld } from "./sides.ts";

type Inventories = Pick<ImpactWorld, "inventory" | "elsewhere">;

const STATS = "Envoy’s cluster statistics (envoy_cluster_*, by proxyStatsMatcher)";

const FIELDS: Readonly<Record<string, { readonly what: string; readonly closeWith: string }>> = {
  connectionPool: {
    what: "the connection pool of",
    closeWith: `${STATS}: upstream_cx_overflow, upstream_rq_pending_overflow; the flag UO after the change`,
  },
  outlierDetection: {
    what: "the outlier detection of",
    closeWith: `${STATS}: outlier_detection_ejections_active, …_ejections_enforced_total`,
  },
  loadBalancer: { what: "the load balancing of", closeWith: `each pod’s share in metrics after the change` },
};

/** Whether the reader may see what runs in a namespace. */
export type Visible = (cluster: string, namespace: string) => boolean;

export function poolGaps({ before, after }: Change, world: Inventories, visible: Visible): readonly ImpactGap[] {
  const host = [after, before].flatMap((each) => (each === null ? [] : hostsOfRule(each)))[0] ?? "a host";
  const [old, now] = [policiesOf(before), policiesOf(after)];
  const touched = Object.entries(FIELDS).flatMap(([field, { what, closeWith }]): readonly ImpactGap[] => {
    if (same(fieldOf(old, field), fieldOf(now, field))) return [];
    const ejects =
      field === "outlierDetection" ? ejection(objectAt(after?.spec, "trafficPolicy"), host, world, visible) : "";
    return [{ what: `${what} ${host}${ejects}`, closeWith }];
  });
  const rest = (list: Policies) => list.map(([place, policy]) => [place, withoutKnown(policy)]).filter(isSome);
  return same(rest(old), rest(now))
    ? touched
    : [...touched, { what: `other settings of connections to ${host}`, closeWith: "metrics after the change" }];
}

type Policies = readonly (readonly [string, JsonObject])[];

/** The whole rule's, its ports', each subset's and their ports', by place. */
function policiesOf(rule: Manifest | null): Policies {
  if (rule === null) return [];
  const of = (place: string, policy: JsonObject): Policies => [
    [place, policy],
    ...listAt(policy, "portLevelSettings").map(
      (port) => [`${place} port ${JSON.stringify(port["port"] ?? null)}`, port] as const,
    ),
  ];
  return [
    ...of("", objectAt(specOf(rule), "trafficPolicy")),
    ...listAt(specOf(rule), "subsets").flatMap((subset) =>
      of(`subset ${textAt(subset, "name") ?? ""}`, objectAt(subset, "trafficPolicy")),
    ),
  ];
}

const fieldOf = (list: Policies, field: string): JsonObject =>
  Object.fromEntries(list.flatMap(([place, policy]) => (has(policy, field) ? [[place, policy[field] ?? null]] : [])));

function withoutKnown(policy: JsonObject): JsonObject {
  const { tls: _t, port: _p, portLevelSettings: _s, connectionPool: _c, outlierDetection: _o, ...more } = policy;
  const { loadBalancer: _l, ...rest } = more;
  return rest;
}

const isSome = (entry: (string | JsonObject)[]): boolean => Object.keys(entry[1] ?? {}).length > 0;

/** How it works, and whether it can eject any endpoint at all, where the reader may see how many there are. */
function ejection(policy: JsonObject, host: string, { inventory, elsewhere }: Inventories, visible: Visible): string {
  if (!has(policy, "outlierDetection")) return "";
  const name = serviceOfHost(host);
  const all = [inventory, ...elsewhere];
  const seen = name !== null && all.every(({ cluster }) => visible(cluster, name.namespace));
  const known = name !== null && all.some(({ services }) => services.has(`${name.namespace}/${name.name}`));
  const ready = all.flatMap(({ services, workloads }) =>
    name === null
      ? []
      : (services.get(`${name.namespace}/${name.name}`)?.workloads ?? []).flatMap((each) =>
          (workloads.get(`${name.namespace}/${each}`)?.pods ?? []).filter((pod) => pod.ready),
        ),
  );
  const lines = outlierLines(objectAt(policy, "outlierDetection"), seen && known ? ready.length : null);
  return ` (${lines.map((line) => line.replace(/^outlier detection: /, "")).join("; ")})`;
}
