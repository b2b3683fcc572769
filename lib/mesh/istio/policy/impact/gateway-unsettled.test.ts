/** Servers of a gateway of which it isn't known whether, or where, they are open: a change of what they route is never nothing. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { call, gone, impact, inventory, lines, object, service, turned } from "./impact.test-support.ts";
import type { Change, ImpactWorld } from "./sides.ts";

const CALLS = [call("edge/gate", "shop/reviews-v1", 40)];
const REVIEWS = "edge/gate > shop/reviews";
const NOTHING_KNOWN = "unreachable 0–40 unknown";

const aged = (day: number, made: Manifest, labels: Record<string, string> = {}): Manifest => ({
  ...made,
  metadata: { ...made.metadata, labels, creationTimestamp: `2026-01-0${day}T00:00:00Z` },
});
const gateway = (place: string, protocol: string, more = "", port = 80) =>
  object(
    "Gateway",
    place,
    `selector: {app: gate}, servers: [{port: {number: ${port}, protocol: ${protocol}}, hosts: ['*']${more}}]`,
  );
const DOOR = gateway("edge/door", "HTTP");
const BOUND = gateway("edge/door", "HTTP", ", bind: 10.0.0.1");
const front = (host: string, door = "edge/door") =>
  object(
    "VirtualService",
    "shop/front",
    `hosts: [x.com], gateways: [${door}], http: [{route: [{destination: {host: ${host}}}]}]`,
  );
const FRONT = front("reviews");
const SUBSET = object(
  "VirtualService",
  "shop/front",
  "hosts: [x.com], gateways: [edge/door], http: [{route: [{destination: {host: reviews, subset: v1}}]}]",
);
const SUBSETS = object(
  "DestinationRule",
  "shop/reviews",
  "host: reviews, subsets: [{name: v1, labels: {version: v1}}]",
);
const ROOT = object(
  "VirtualService",
  "shop/front",
  "hosts: [x.com], gateways: [edge/door], http: [{delegate: {name: part}}]",
);
const part = (host: string) =>
  object("VirtualService", "shop/part", `http: [{route: [{destination: {host: ${host}}}]}]`);

/** The port of the pods has a name alone. */
const named: Partial<ImpactWorld> = {
  inventory: {
    ...inventory,
    workloads: new Map(
      [...inventory.workloads].map(([key, each]) => [
        key,
        key === "edge/gate" ? { ...each, services: ["gate"] } : each,
      ]),
    ),
    services: new Map([
      ...inventory.services,
      [
        "edge/gate",
        {
          ...service("edge/gate", ["gate"]),
          ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort: "web" }],
        },
      ],
    ]),
  },
};

const said = (changes: readonly Change[], objects: readonly Manifest[], more: Partial<ImpactWorld> = {}) =>
  lines(impact(changes, CALLS, objects, more));

describe("a server whose place isn’t known", () => {
  test.each([
    ["takes its rules away", [gone(FRONT)], [BOUND], {}],
    ["sends them elsewhere", [turned(FRONT, front("ledger.bank.svc.cluster.local"))], [BOUND], {}],
    ["closes it", [gone(BOUND)], [FRONT], {}],
    ["takes the rules of its delegate away", [gone(part("reviews"))], [BOUND, ROOT], {}],
    ["takes its subset away", [gone(SUBSETS)], [BOUND, SUBSET], {}],
    ["has a port by name alone", [gone(FRONT)], [DOOR], named],
  ] as const)("%s", (_, changes, objects, more) => {
    const found = said(changes, objects, more);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^unreachable 0–40 (?:unknown|bounded) /);
    expect(found[0]).toContain(REVIEWS);
  });

  test("is none of a change that it doesn’t go by", () => {
    const other = front("reviews", "edge/other");
    expect(said([gone({ ...other, metadata: { ...other.metadata, name: "other" } })], [BOUND, FRONT])).toEqual([]);
  });
});

describe("a server that an older one keeps from its port", () => {
  const OLDER = gateway("edge/older", "TCP");
  const change = [gone(FRONT)];

  test("routes nothing, where both are known", () => {
    expect(said(change, [aged(1, OLDER), aged(2, DOOR)])).toEqual([]);
  });

  test("may route, where the older one is out of sight", () => {
    const sees = ({ metadata }: Manifest) => metadata.name !== "older";
    const found = said(change, [aged(1, OLDER), aged(2, DOOR)], { sees });
    expect(found).toEqual([`${NOTHING_KNOWN} ${REVIEWS}: an object you may not see`]);
  });

  test("routes, where its control plane may not read the older one", () => {
    const found = said(change, [aged(1, OLDER, { "istio.io/rev": "canary" }), aged(2, DOOR)]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`unknown ${REVIEWS}`);
  });
});

describe("a ListenerSet of which it isn’t known whether it is let in", () => {
  const API = "gateway.networking.k8s.io/v1";
  const made: Partial<ImpactWorld> = {
    inventory: {
      ...inventory,
      workloads: new Map(
        [...inventory.workloads].map(([key, each]) => {
          const labels = { ...each.labels, "gateway.networking.k8s.io/gateway-name": "api" };
          return [key, key === "edge/gate" ? { ...each, labels } : each];
        }),
      ),
    },
  };
  const unread: Partial<ImpactWorld> = {
    inventory: { ...(made.inventory ?? inventory), unread: [{ kind: "namespaces", detail: "forbidden" }] },
  };
  const api = (selector: string, listeners = ""): Manifest => ({
    ...object(
      "Gateway",
      "edge/api",
      `allowedListeners: {namespaces: {from: Selector, selector: ${selector}}}, listeners: [${listeners}]`,
    ),
    apiVersion: API,
  });
  const STRANGE = api("{matchExpressions: [{key: team, operator: Near}]}");
  const BY_LABEL = api("{matchLabels: {team: a}}");
  const http = "port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}";
  const set = object(
    "ListenerSet",
    "shop/more",
    `parentRef: {name: api, namespace: edge}, listeners: [{name: h, ${http}}]`,
  );
  const route = (to: string) =>
    object(
      "HTTPRoute",
      "shop/r",
      `parentRefs: [{kind: ListenerSet, name: more, namespace: shop}], hostnames: [x.com], rules: [{backendRefs: [{name: ${to}, port: 80}]}]`,
    );
  const REVIEWED = route("reviews");
  const SELECTOR = "whose ListenerSets Gateway edge/api lets in: its selector";

  test.each([
    ["goes", [gone(set)], [STRANGE, REVIEWED]],
    ["loses its route", [gone(REVIEWED)], [STRANGE, set]],
    ["sends elsewhere", [turned(REVIEWED, route("empty"))], [STRANGE, set]],
  ] as const)("%s: not decided, with what is lacking", (_, changes, objects) => {
    expect(said(changes, objects, made)).toEqual([`${NOTHING_KNOWN} ${REVIEWS}: ${SELECTOR}`]);
  });

  test("by labels of namespaces that can’t be read", () => {
    expect(said([gone(set)], [BY_LABEL, REVIEWED], unread)).toEqual([`${NOTHING_KNOWN} ${REVIEWS}: ${SELECTOR}`]);
    expect(said([gone(set)], [BY_LABEL, REVIEWED], made)).toEqual([]);
  });

  test("a listener of the Gateway’s own has its place whoever is let in", () => {
    const own = api("{matchExpressions: [{key: team, operator: Near}]}", `{name: own, ${http}}`);
    expect(said([gone(REVIEWED)], [own, set], made)).toEqual([]);
  });

  test("Istio’s Gateways of its namespace perhaps count with it", () => {
    const own = api("{matchExpressions: [{key: team, operator: Near}]}", `{name: own, ${http.replace("80", "90")}}`);
    const door = gateway("shop/door", "HTTP");
    const found = said([gone(front("reviews", "shop/door"))], [own, set, door], made);
    expect(found).toEqual([`${NOTHING_KNOWN} ${REVIEWS}: ${SELECTOR}`]);
    expect(said([gone(front("reviews", "shop/door"))], [own, door], made)).toEqual([]);
  });
});
