/** Clients of one service in tests, and their answers as text. */
import { expect } from "vitest";
import { parse } from "yaml";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import type { ClientRule, RoutingClass } from "#lib/policy/client-routing.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { clientRouting } from "./client-routing.ts";
import type { SecurityWorld } from "./sight.ts";

export const HOST = "reviews.shop.svc.cluster.local";
export const spec = (text: string) => parse(`{${text}}`) as JsonObject;
export const vs = (http: string, place = "shop/a", more = `hosts: [${HOST}]`) =>
  policy("VirtualService", place, spec(`${more}, http: [${http}]`));
export const to = (subsets: string, match = "") => {
  const all = subsets.split(" ").map((each) => {
    const [subset, weight] = each.split("=");
    return `{destination: {host: ${HOST}, subset: ${subset}}, weight: ${weight ?? 100}}`;
  });
  return `{${match === "" ? "" : `match: [${match}], `}route: [${all.join(", ")}]}`;
};
export const dr = (subsets: readonly string[], place = "shop/d", more = "") =>
  policy(
    "DestinationRule",
    place,
    spec(
      `host: ${HOST}, subsets: [${subsets.map((name) => `{name: ${name}, labels: {version: ${name}}}`).join(", ")}]${more}`,
    ),
  );
export const api = (spec_: string, place = "shop/r") => policy("HTTPRoute", place, spec(spec_));
export const V = dr(["v1", "v2"]);

export const workload = (place: string, dataplane: Workload["dataplane"], more: Partial<Workload> = {}): Workload => {
  const [namespace = "", name = ""] = place.split("/");
  return {
    ...{ cluster: "west", namespace, name, kind: "Deployment", app: name, version: null, mesh: null, dataplane },
    ...{ serviceAccounts: [], labels: { app: name, version: name.slice(-2) }, annotations: {}, services: [] },
    ...{
      goneAt: null,
      createdAt: null,
      pods: [{ name: "p", ip: null, ready: !name.endsWith("v3"), phase: "Running", reports: true }],
    },
    ...more,
  };
};
export const service = (more: Partial<Service> = {}): Service => ({
  ...{ cluster: "west", namespace: "shop", name: "reviews", selector: { app: "r" }, headless: false },
  ...{ workloads: ["r-v1", "r-v2", "r-v3"], ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null }] },
  ...more,
});
export const CLIENTS = [
  ...[workload("shop/web", "sidecar"), workload("shop/r-v1", "sidecar"), workload("shop/r-v2", "sidecar")],
  ...[workload("shop/r-v3", "sidecar"), workload("bank/till", "sidecar"), workload("amb/one", "ambient")],
  ...[
    workload("amb/two", "ambient"),
    workload("old/raw", "none"),
    workload("edge/in", "gateway", { labels: { istio: "in" } }),
  ],
  workload("shop/door", "waypoint", { labels: { [`${GATEWAY_API}/gateway-name`]: "door" } }),
];

export function worldOf(
  objects: readonly Manifest[],
  called = service(),
  clients = CLIENTS,
  more: Partial<SecurityWorld> = {},
): SecurityWorld {
  const inventory: ClusterInventory = {
    ...{
      cluster: "west",
      asOf: unixSeconds(0),
      namespaces: new Map(),
      externalHosts: [],
      workloadByIp: new Map(),
      unread: [],
    },
    workloads: new Map(clients.map((each) => [`${each.namespace}/${each.name}`, each])),
    services: new Map([[`shop/${called.name}`, called]]),
  };
  return {
    ...{ cluster: "west", rootNamespace: "istio-system", inventory, sees: () => true, unread: () => null, ...more },
    objects: (kind) => objects.filter((each) => manifestKindKey(each) === kind),
  };
}
export const portOf = (called: Service) =>
  called.ports[0] ?? { name: null, port: 80, protocol: "TCP", appProtocol: null };
export const ask = (objects: readonly Manifest[], called = service(), more: Partial<SecurityWorld> = {}) =>
  clientRouting(called, portOf(called), worldOf(objects, called, CLIENTS, more)).classes;

const ruleText = ({ at, matches, to: ends, does, reached }: ClientRule): string =>
  `${at === null ? "" : `${at} `}${matches.length === 0 ? "all" : matches.map((each) => each.join("&")).join("|")} → ${
    does === "route"
      ? ends
          .map((each) => `${each.subset ?? "any"} ${Math.round(each.share * 100)}${each.fails === null ? "" : "!"}`)
          .join(", ")
      : does
  }${reached ? "" : " (never)"}`;
/** Of the class that a client is in. */
export function of(classes: readonly RoutingClass[], client: string): string {
  const [namespace, name = ""] = client.split("/");
  const own = classes.filter(({ clients }) =>
    clients.some((each) => each.namespace === namespace && each.names.includes(name)),
  );
  expect(own).toHaveLength(1);
  return own
    .map(({ decides, rules, otherwise, lacks }) =>
      [decides, ...rules.map(ruleText), ...(otherwise === null ? [] : [otherwise]), ...lacks].join("; "),
    )
    .join();
}
