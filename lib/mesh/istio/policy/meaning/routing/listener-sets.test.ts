import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { ClusterInventory, Namespace } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { gatewayTable, hostFor, routeAt } from "./gateway.ts";

const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const ALL = "allowedRoutes: {namespaces: {from: All}}";
const gateway = (allowed: string, listeners = "") =>
  policy(
    "Gateway",
    "edge/gw",
    spec(`gatewayClassName: istio, listeners: [${listeners}]${allowed && `, allowedListeners: ${allowed}`}`),
    GATEWAY_API,
  );
const EVERYONE = "{namespaces: {from: All}}";
const set = (listeners: string, place = "shop/set", parent = "{name: gw, namespace: edge}") =>
  policy("ListenerSet", place, spec(`parentRef: ${parent}, listeners: [${listeners}]`), GATEWAY_API);
const http = (more = "", name = "web") => `{name: ${name}, port: 80, protocol: HTTP${more && `, ${more}`}}`;
const bound = (to: string, place = "shop/r", parent = "kind: ListenerSet, name: set") =>
  policy(
    "HTTPRoute",
    place,
    spec(
      `parentRefs: [{${parent}}], hostnames: [x.com], rules: [{backendRefs: [{name: ${to}, namespace: shop, port: 80}]}]`,
    ),
    GATEWAY_API,
  );
const aged = (it: Manifest, day: string): Manifest => ({
  ...it,
  metadata: { ...it.metadata, creationTimestamp: `2026-01-${day}T00:00:00Z` },
});
const namespace = (name: string, labels: Namespace["labels"] = {}): Namespace => ({
  ...{ cluster: "west", name, dataplane: "none", revision: null, labels },
});

function tableOf(objects: readonly Manifest[]) {
  const inventory: ClusterInventory = {
    ...{ cluster: "west", asOf: unixSeconds(0), workloads: new Map(), services: new Map(), externalHosts: [] },
    ...{ workloadByIp: new Map(), unread: [] },
    namespaces: new Map([namespace("shop", { team: "a" }), namespace("edge")].map((each) => [each.name, each])),
  };
  const world = {
    ...{ rootNamespace: "istio-system", inventory },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
  };
  const labels = { [`${GATEWAY_API}/gateway-name`]: "gw" };
  return { world, table: gatewayTable({ namespace: "edge", name: "gw-istio", labels, services: [] }, world) };
}

/** Where a request goes; else why its listener isn't there, as far as that is said. */
function through(objects: readonly Manifest[], port = 80): string {
  const { table, world } = tableOf(objects);
  const found = hostFor(table, port, "x.com");
  if (found === null) return table.lacks[0] ?? table.refused[0]?.why ?? "no host";
  const facts = { method: "GET", path: "/", scheme: "http", authority: "x.com", headers: {}, query: {} } as const;
  const outcome = routeAt(found, facts, world);
  if (outcome.kind !== "routed") return outcome.kind;
  return outcome.chosen.to.map(({ host }) => host.split(".")[0]).join();
}

describe("a ListenerSet", () => {
  const table: readonly (readonly [string, readonly Manifest[], string, number?])[] = [
    ["opens its listeners where the Gateway lets all in", [gateway(EVERYONE), set(http()), bound("v1")], "v1"],
    [
      "not where the Gateway says nothing of it",
      [gateway(""), set(http()), bound("v1")],
      "Gateway edge/gw takes no ListenerSets of namespace shop",
    ],
    [
      "nor of another namespace where its own alone may",
      [gateway("{namespaces: {from: Same}}"), set(http()), bound("v1")],
      "Gateway edge/gw takes no ListenerSets of namespace shop",
    ],
    [
      "of the Gateway's own",
      [
        gateway("{namespaces: {from: Same}}"),
        set(http(ALL), "edge/set", "{name: gw}"),
        bound("v1", "shop/r", "kind: ListenerSet, name: set, namespace: edge"),
      ],
      "v1",
    ],
    [
      "by labels",
      [gateway("{namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}"), set(http()), bound("v1")],
      "v1",
    ],
    [
      "by labels that can't be understood",
      [
        gateway("{namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: Near}]}}}"),
        set(http()),
        bound("v1"),
      ],
      "whose ListenerSets Gateway edge/gw lets in: its selector",
    ],
    ["of another Gateway", [gateway(EVERYONE), set(http(), "shop/set", "{name: gw}"), bound("v1")], "no host"],
    [
      "routes bound to the Gateway aren't bound to it",
      [gateway(EVERYONE), set(http()), bound("v1", "shop/r", "name: gw, namespace: edge")],
      "no host",
    ],
    [
      "nor those bound to it to the Gateway's listeners",
      [gateway(EVERYONE, http(`${ALL}, hostname: x.com`)), set(http("hostname: y.com")), bound("v1")],
      "no host",
    ],
    [
      "routes of other namespaces only where its listener says so",
      [gateway(EVERYONE), set(http()), bound("v1", "edge/r", "kind: ListenerSet, name: set, namespace: shop")],
      "no host",
    ],
    ["its port by its protocol", [gateway(EVERYONE), set("{name: web, protocol: HTTP}"), bound("v1")], "v1"],
    [
      "the Gateway's own listener keeps its place",
      [gateway(EVERYONE, http("hostname: x.com", "own")), set(http("hostname: x.com")), bound("v1")],
      "listener own of Gateway edge/gw has its place",
    ],
    [
      "beside another host of the port",
      [gateway(EVERYONE, http("hostname: y.com", "own")), set(http("hostname: x.com")), bound("v1")],
      "v1",
    ],
    [
      "the older of two",
      [
        gateway(EVERYONE),
        aged(set(http("hostname: x.com")), "02"),
        aged(set(http("hostname: x.com"), "shop/old"), "01"),
        bound("v1"),
        bound("v2", "shop/q", "kind: ListenerSet, name: old"),
      ],
      "v2",
    ],
    [
      "bytes and requests don't share a port",
      [gateway(EVERYONE, "{name: own, port: 80, protocol: TCP}"), set(http()), bound("v1")],
      "listener own of Gateway edge/gw has its place",
    ],
    [
      "without settings for TLS nothing is opened",
      [gateway(EVERYONE), set("{name: web, protocol: HTTPS}"), bound("v1")],
      "no host",
      443,
    ],
    [
      "a placeholder of the Gateway keeps its place too",
      [
        gateway(EVERYONE, "{name: own, port: 443, protocol: HTTPS}"),
        set("{name: web, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}"),
        bound("v1"),
      ],
      "listener own of Gateway edge/gw has its place",
      443,
    ],
  ];
  for (const [name, objects, wanted, port] of table) test(name, () => expect(through(objects, port)).toBe(wanted));

  test("Istio's Gateways count beside it in its own namespace too", () => {
    const istios = (place: string, port: number) =>
      policy("Gateway", place, spec(`servers: [{port: {number: ${port}, protocol: HTTP, name: h}, hosts: ['*']}]`));
    const ports = (objects: readonly Manifest[]) => tableOf(objects).table.servers.map(({ port }) => port);
    const objects = [istios("edge/a", 81), istios("shop/b", 82), istios("bank/c", 83)];
    expect(ports([...objects, gateway(EVERYONE, http("", "own"))])).toEqual([81, 80]);
    expect(ports([...objects, gateway(EVERYONE), set(http())])).toEqual([82, 80]);
    const byAddress = gateway(`${EVERYONE}, addresses: [{type: Hostname, value: gw-istio}]`, http("", "own"));
    expect(ports([...objects, byAddress])).toEqual([81, 82, 83]);
  });
});

test("whatever stands in them, something is answered", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const objects = [
        { ...gateway(""), spec: { allowedListeners: a, listeners: [b] } as JsonObject },
        { ...set(""), spec: { parentRef: { name: "gw", namespace: "edge" }, listeners: b } as JsonObject },
        { ...set("", "shop/b"), spec: { parentRef: a, listeners: [{ protocol: "HTTP", port: b }] } as JsonObject },
      ];
      expect(through(objects)).not.toBe("");
    }),
  );
});
