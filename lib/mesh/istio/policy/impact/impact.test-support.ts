/** Calls and changes of few words, for tests of what changes do. */
import { parse } from "yaml";
import type { NodeKey } from "#lib/graph/id.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { Dataplane, Protocol } from "#lib/graph/model.ts";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import type { ImpactItem } from "#lib/policy/impact.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import type { MeshFacts } from "../settings/facts.ts";
import { policy } from "../world.test-support.ts";
import { impactOf } from "./by-revision.ts";
import type { ObservedCall } from "./calls.ts";
import type { Impact } from "./impact.ts";
import type { Change, ImpactWorld } from "./sides.ts";

/** The mesh's settings with automatic mutual TLS; of what isn't given nothing is known. */
export const meshWith = (more: Partial<MeshFacts>): MeshFacts => ({
  ...{ autoMtls: true, trustDomains: null, normalization: null, registryOnly: null, why: null },
  ...{ serviceExport: null, authorizers: null },
  ...more,
});

export const spec = (text: string) => parse(`{${text}}`) as JsonObject;
export const object = (kind: string, place: string, text: string): Manifest => policy(kind, place, spec(text));
export const made = (after: Manifest): Change => ({ before: null, after });
export const gone = (before: Manifest): Change => ({ before, after: null });
export const turned = (before: Manifest, after: Manifest): Change => ({ before, after });

export const workload = (
  place: string,
  dataplane: Dataplane = "sidecar",
  labels: Workload["labels"] = {},
): Workload => {
  const [namespace = "", name = ""] = place.split("/");
  return {
    ...{ cluster: "west", namespace, name, kind: "Deployment", app: name, version: null, mesh: "istio", dataplane },
    ...{ labels: { app: name.replace(/-v\d$/, ""), ...labels }, serviceAccounts: [name], annotations: {} },
    ...{ pods: [], services: [], goneAt: null, createdAt: null },
  };
};
export const service = (
  place: string,
  workloads: readonly string[],
  ports: readonly number[] = [80],
  name = "http",
): Service => {
  const [namespace = "", own = ""] = place.split("/");
  return {
    ...{ cluster: "west", namespace, name: own, selector: { app: own }, headless: false, workloads },
    ports: ports.map((port) => ({
      name: `${name}-${port}`,
      port,
      protocol: "TCP",
      appProtocol: null,
      targetPort: port + 8000,
    })),
  };
};
export const byPlace = <T extends { readonly namespace: string; readonly name: string }>(items: readonly T[]) =>
  new Map(items.map((item) => [`${item.namespace}/${item.name}`, item]));

/** shop: web, cron and reviews in two versions; bank: ledger; outside: till has no proxy; ztunnel: cart. */
export const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: unixSeconds(0), namespaces: new Map(), unread: [], workloadByIp: new Map() },
  externalHosts: [
    { cluster: "west", namespace: "shop", name: "card", hosts: ["api.card.example"], location: "MESH_EXTERNAL" },
  ],
  workloads: byPlace([
    ...[
      workload("shop/web"),
      workload("shop/cron"),
      workload("bank/ledger"),
      workload("bank/teller"),
      workload("shop/db"),
    ],
    workload("shop/reviews-v1", "sidecar", { version: "v1" }),
    workload("shop/reviews-v2", "sidecar", { version: "v2" }),
    ...[
      workload("outside/till", "none"),
      workload("shop/cart", "ambient"),
      workload("edge/gate", "gateway"),
      workload("shop/door", "waypoint"),
    ],
  ]),
  services: byPlace([
    service("shop/reviews", ["reviews-v1", "reviews-v2"]),
    service("bank/ledger", ["ledger"], [80, 90]),
    { ...service("shop/cart", ["cart"]), waypoint: { name: "door", namespace: null } },
    service("shop/db", ["db"], [5432], "tcp"),
    service("shop/empty", []),
  ]),
};

export function worldOf(objects: readonly Manifest[], more: Partial<ImpactWorld> = {}): ImpactWorld {
  return {
    ...{
      cluster: "west",
      rootNamespace: "istio-system",
      inventory,
      sees: () => true,
      unread: () => null,
      elsewhere: [],
    },
    objects: (kind) => objects.filter((each) => manifestKindKey(each) === kind),
    ...more,
  };
}

const keyOf = (place: string): NodeKey => {
  if (place === "?") return { kind: "unknown", cluster: "west", namespace: "unknown", name: "unknown" };
  const [namespace = "", name = ""] = place.split("/");
  if (name === "") return { kind: "external", cluster: "west", namespace: "unknown", name: namespace };
  return { kind: "workload", cluster: "west", namespace, name };
};

/** A call by mutual TLS of the caller's own account, reported by the server, unless said otherwise. */
export function call(
  from: string,
  to: string,
  rate = 10,
  more: Partial<ObservedCall> & { readonly protocol?: Protocol } = {},
): ObservedCall {
  const [source, target] = [keyOf(from), keyOf(to)];
  const [namespace = "", name = ""] = to.split("/");
  const named = inventory.services.has(`${namespace}/${name.replace(/-v\d$/, "")}`);
  const plain = from === "?" || source.namespace === "outside";
  return {
    ...{ source, target, protocol: "http", rate, seen: rate > 0 ? "hour" : "week", viaWaypoint: false },
    ids: { source: nodeId(source), target: nodeId(target) },
    service: named ? { namespace, name: name.replace(/-v\d$/, "") } : null,
    mtls: { share: plain ? 0 : 1, basis: "server" },
    callers: new Map(plain ? [] : [[`spiffe://cluster.local/ns/${source.namespace}/sa/${source.name}`, 1]]),
    ...more,
  };
}

export const CALLS: readonly ObservedCall[] = [
  ...[
    call("shop/web", "shop/reviews-v1", 90),
    call("shop/web", "shop/reviews-v2", 10),
    call("bank/teller", "bank/ledger", 4),
  ],
  ...[
    call("outside/till", "shop/reviews-v1", 3),
    call("shop/cron", "shop/reviews-v1", 0),
    call("shop/web", "bank/ledger", 5),
  ],
];

export function impact(
  changes: readonly Change[],
  calls: readonly ObservedCall[] = CALLS,
  objects: readonly Manifest[] = [],
  more: Partial<ImpactWorld> & { readonly visible?: (cluster: string, namespace: string) => boolean } = {},
): Impact {
  const { visible = () => true, ...world } = more;
  const before = changes.flatMap(({ before: each }) => each ?? []);
  const there = objects.filter((each) => !before.includes(each));
  return impactOf({ changes, calls, visible, world: worldOf([...there, ...before], world) });
}

const short = (id: string) =>
  id
    .replace(/^west\//, "")
    .replace(/\/(?:workload|service|external)\//, "/")
    .replace(/^unknown\//, "");
const number = (value: number) => String(Number(value.toFixed(3)));

/** `denied 3 certain outside/till > shop/reviews-v1 by a spec.rules[0]`, `denied 0–10 bounded …: the path` */
export function said(item: ImpactItem): string {
  const { min, max, verdict, certainty, source, target, rule, blindSpots, seen } = item;
  const amount = min === max ? number(max) : `${number(min)}–${number(max)}`;
  const by = rule === null ? "" : ` by ${rule.object.name}${rule.path === "" ? "" : ` ${rule.path}`}`;
  const lacks = certainty === "certain" || blindSpots.length === 0 ? "" : `: ${blindSpots.join(", ")}`;
  return `${verdict} ${amount}${seen === "week" ? " (week)" : ""} ${certainty} ${short(source)} > ${short(target)}${by}${lacks}`;
}

export const lines = (found: Impact): readonly string[] => found.items.flat().map(said);
