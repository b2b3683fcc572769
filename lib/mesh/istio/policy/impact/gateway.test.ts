import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { call, gone, impact, lines, made, object, turned, worldOf } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

/** What the gateway sends on. */
const CALLS = [call("edge/gate", "shop/reviews-v1", 40), call("edge/gate", "bank/ledger", 5)];
const [REVIEWS, LEDGER] = ["edge/gate > shop/reviews", "edge/gate > bank/ledger"];

const opens = (hosts: string, more = "") =>
  object(
    "Gateway",
    "edge/door",
    `selector: {app: gate}, servers: [{port: {number: 80, protocol: HTTP}, hosts: [${hosts}]${more}}]`,
  );
const OPEN = opens("'*'");
const bound = (http: string, hosts = "x.com", place = "shop/front") =>
  object("VirtualService", place, `hosts: [${hosts}], gateways: [edge/door], http: [${http}]`);
const to = (host: string, more = "") => `{${more}route: [{destination: {host: ${host}}}]}`;
const LEDGER_HOST = "ledger.bank.svc.cluster.local";
const paid = "match: [{uri: {prefix: /pay}}], ";
const FRONT = bound(`${to(LEDGER_HOST, paid)}, ${to("reviews")}`);
describe("a change of what comes in", () => {
  const table: readonly (readonly [string, readonly Change[], readonly string[], (readonly Manifest[])?])[] = [
    [
      "closes the gateway: all that it sends on is lost",
      [gone(OPEN)],
      [
        `unreachable 40 certain ${REVIEWS} by front spec.http[1]`,
        `unreachable 5 certain ${LEDGER} by front spec.http[0]`,
      ],
      [FRONT],
    ],
    [
      "closes it for one host",
      [turned(OPEN, opens("y.com"))],
      [
        `unreachable 40 certain ${REVIEWS} by front spec.http[1]`,
        `unreachable 5 certain ${LEDGER} by front spec.http[0]`,
      ],
      [FRONT],
    ],
    ["opens another host beside it", [turned(OPEN, opens("'*', y.com"))], [], [FRONT]],
    [
      "takes the rules away",
      [gone(FRONT)],
      [
        `unreachable 40 certain ${REVIEWS} by front spec.http[1]`,
        `unreachable 5 certain ${LEDGER} by front spec.http[0]`,
      ],
      [OPEN],
    ],
    [
      "sends one rule elsewhere: the other's calls are none of it",
      [turned(FRONT, bound(`${to("reviews", paid)}, ${to("reviews")}`))],
      [`rerouted 5 certain ${LEDGER} by front spec.http[0]`],
      [OPEN],
    ],
    [
      "sends a part of one rule to a subset that nobody declares",
      [
        turned(
          FRONT,
          bound(
            `${to(LEDGER_HOST, paid)}, {route: [{destination: {host: reviews}, weight: 3}, {destination: {host: reviews, subset: v9}, weight: 1}]}`,
          ),
        ),
      ],
      [`unreachable 10 certain ${REVIEWS} by front spec.http[1]`],
      [OPEN],
    ],
    [
      "asks for a path before the others: up to all of what it may take",
      [
        turned(
          FRONT,
          bound(`${to("empty", "match: [{uri: {prefix: /new}}], ")}, ${to(LEDGER_HOST, paid)}, ${to("reviews")}`),
        ),
      ],
      [
        `unreachable 0–40 bounded ${REVIEWS} by front spec.http[0]: the path`,
        `unreachable 0–5 bounded ${LEDGER} by front spec.http[0]: the path`,
      ],
      [OPEN],
    ],
    [
      "asks for it after the rule that takes them: only what comes after is open",
      [
        turned(
          FRONT,
          bound(`${to(LEDGER_HOST, paid)}, ${to("empty", "match: [{uri: {prefix: /new}}], ")}, ${to("reviews")}`),
        ),
      ],
      [`unreachable 0–40 bounded ${REVIEWS} by front spec.http[1]: the path`],
      [OPEN],
    ],
    [
      "takes a host of several that lead to the service",
      [gone(bound(to("reviews"), "y.com", "shop/other"))],
      [`unreachable 0–40 bounded ${REVIEWS} by other spec.http[0]: the host, the path`],
      [OPEN, FRONT],
    ],
    [
      "redirects all to HTTPS",
      [turned(OPEN, opens("'*'", ", tls: {httpsRedirect: true}"))],
      [
        `rerouted 40 certain ${REVIEWS} by door spec.servers[0]`,
        `rerouted 5 certain ${LEDGER} by door spec.servers[0]`,
      ],
      [FRONT],
    ],
    ["is for a host that isn't routed there", [made(bound(to("reviews"), "z.com", "shop/new"))], [], [OPEN, FRONT]],
    [
      "of the mesh alone is none of the gateway's",
      [made(object("VirtualService", "shop/m", `hosts: [nobody], http: [${to("empty")}]`))],
      [],
      [OPEN, FRONT],
    ],
    [
      "refuses everybody at the gateway: nothing of it sets out",
      [
        made(
          object("AuthorizationPolicy", "edge/deny", "selector: {matchLabels: {app: gate}}, action: DENY, rules: [{}]"),
        ),
      ],
      [
        "denied 40 certain edge/gate > shop/reviews-v1 by deny spec.rules[0]",
        "denied 5 certain edge/gate > bank/ledger by deny spec.rules[0]",
      ],
    ],
    [
      "refuses a path there: up to all",
      [made(object("AuthorizationPolicy", "edge/deny", "action: DENY, rules: [{to: [{operation: {paths: [/pay]}}]}]"))],
      [
        "denied 0–40 bounded edge/gate > shop/reviews-v1 by deny spec.rules[0]: the path",
        "denied 0–5 bounded edge/gate > bank/ledger by deny spec.rules[0]: the path",
      ],
    ],
    [
      "refuses by who calls, whom nobody knows there",
      [
        made(
          object("AuthorizationPolicy", "edge/deny", "action: DENY, rules: [{from: [{source: {namespaces: [a]}}]}]"),
        ),
      ],
      [
        "denied 0–40 unknown edge/gate > shop/reviews-v1 by deny spec.rules[0]: the peer's identity",
        "denied 0–5 unknown edge/gate > bank/ledger by deny spec.rules[0]: the peer's identity",
      ],
    ],
  ];
  for (const [title, changes, expected, objects = []] of table) {
    test(title, () => {
      expect(lines(impact(changes, CALLS, objects))).toEqual(expected);
    });
  }

  test("of a route of the Gateway API is decided by its backends", () => {
    const inventory = worldOf([]).inventory;
    const gate = inventory.workloads.get("edge/gate");
    if (gate === undefined) throw new Error("there is no gateway");
    const labels = { ...gate.labels, "gateway.networking.k8s.io/gateway-name": "api" };
    const workloads = new Map([...inventory.workloads, ["edge/gate", { ...gate, labels }]]);
    const all = "allowedRoutes: {namespaces: {from: All}}";
    const gateway: Manifest = {
      ...object("Gateway", "edge/api", `listeners: [{name: h, port: 80, protocol: HTTP, ${all}}]`),
      apiVersion: "gateway.networking.k8s.io/v1",
    };
    const route = (rules: string) =>
      object("HTTPRoute", "shop/api", `parentRefs: [{name: api, namespace: edge}], rules: [${rules}]`);
    const half = "backendRefs: [{name: reviews, port: 80}, {name: empty, port: 80}]";
    const before = route("{backendRefs: [{name: reviews, port: 80}]}");
    const of = (change: Change) =>
      lines(impact([change], [CALLS[0] ?? []].flat(), [gateway], { inventory: { ...inventory, workloads } }));
    expect(of(turned(before, route(`{${half}}`)))).toEqual([`unreachable 20 certain ${REVIEWS} by api spec.rules[0]`]);
    expect(of(gone(before))).toEqual([`unreachable 40 certain ${REVIEWS} by api spec.rules[0]`]);
  });

  describe("of what a Gateway of the Gateway API is open by", () => {
    const API = "gateway.networking.k8s.io/v1";
    const all = "allowedRoutes: {namespaces: {from: All}}";
    const labels = { "gateway.networking.k8s.io/gateway-name": "api" };
    const { inventory } = worldOf([]);
    const gates = [...inventory.workloads].map(([key, each]) =>
      each.dataplane === "gateway"
        ? ([key, { ...each, labels: { ...each.labels, ...labels } }] as const)
        : ([key, each] as const),
    );
    const world = { inventory: { ...inventory, workloads: new Map(gates) } };
    const gateway: Manifest = {
      ...object("Gateway", "edge/api", "allowedListeners: {namespaces: {from: All}}, listeners: []"),
      apiVersion: API,
    };
    const set = object(
      "ListenerSet",
      "shop/more",
      `parentRef: {name: api, namespace: edge}, listeners: [{name: h, port: 80, protocol: HTTP, ${all}}]`,
    );
    const route = (place: string, to: string) =>
      object(
        "HTTPRoute",
        place,
        `parentRefs: [{kind: ListenerSet, name: more, namespace: shop}], rules: [{backendRefs: [{${to}, port: 80}]}]`,
      );

    test("a ListenerSet that goes closes what is bound to it", () => {
      const found = impact([gone(set)], [CALLS[0] ?? []].flat(), [gateway, route("shop/api", "name: reviews")], world);
      expect(lines(found)).toEqual([`unreachable 40 certain ${REVIEWS} by api spec.rules[0]`]);
    });

    test("a ReferenceGrant that goes, what is sent to another namespace", () => {
      const grant = object(
        "ReferenceGrant",
        "bank/all",
        "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service}]",
      );
      const objects = [gateway, set, route("shop/pay", "name: ledger, namespace: bank")];
      const found = impact([gone(grant)], [CALLS[1] ?? []].flat(), objects, world);
      expect(lines(found)).toEqual([`unreachable 5 certain ${LEDGER} by pay spec.rules[0]`]);
      expect(found.gaps).toMatchObject([{ what: expect.stringContaining("certificates") }]);
    });
  });

  test("what a gateway refuses until now has no pair yet: that is said", () => {
    const deny = object("AuthorizationPolicy", "edge/deny", "action: DENY, rules: [{}]");
    const found = impact([gone(deny)], CALLS, []);
    expect(lines(found)).toEqual([]);
    expect(found.gaps).toMatchObject([{ what: "where calls go that a gateway refuses now and would let in" }]);
  });

  test("objects that don't lead where calls were seen to go are no ground to foretell anything", () => {
    const found = impact([turned(OPEN, opens("y.com"))], CALLS, [bound(to("empty"))]);
    expect(lines(found)).toEqual([
      `unreachable 0–40 unknown ${REVIEWS}: why the objects and what was measured differ`,
      `unreachable 0–5 unknown ${LEDGER}: why the objects and what was measured differ`,
    ]);
  });

  test("an object out of sight isn't told, and what rests on it is unknown", () => {
    const sees = ({ metadata }: Manifest) => metadata.namespace !== "shop";
    const found = impact([gone(OPEN)], CALLS, [FRONT], { sees });
    expect(lines(found)).toEqual([
      `unreachable 0–40 unknown ${REVIEWS}: an object you may not see`,
      `unreachable 0–5 unknown ${LEDGER}: an object you may not see`,
    ]);
  });

  test("connections that nothing opens a port for are none of it", () => {
    const tcp = [call("edge/gate", "shop/db", 3, { protocol: "tcp" })];
    expect(lines(impact([gone(OPEN)], tcp, []))).toEqual([]);
  });
});

describe("a change of what a waypoint routes", () => {
  const THROUGH = [call("shop/cart", "shop/cart", 8, { viaWaypoint: true })];
  const CART = "shop/cart > shop/cart";
  const vs = (http: string, place = "shop/w") => object("VirtualService", place, `hosts: [cart], http: [${http}]`);
  const table: readonly (readonly [string, readonly Change[], readonly string[], (readonly Manifest[])?])[] = [
    ["sends it elsewhere", [made(vs(to("reviews")))], [`rerouted 8 certain ${CART} by w spec.http[0]`]],
    ["sends it nowhere", [made(vs(to("empty")))], [`unreachable 8 certain ${CART} by w spec.http[0]`]],
    [
      "by path",
      [made(vs(`${to("empty", paid)}, ${to("cart")}`))],
      [`unreachable 0–8 bounded ${CART} by w spec.http[0]: the path`],
    ],
    [
      "of another namespace than its own and the service's counts for none",
      [
        made(
          object(
            "VirtualService",
            "bank/w",
            `hosts: [cart.shop.svc.cluster.local], http: [${to("empty.shop.svc.cluster.local")}]`,
          ),
        ),
      ],
      [],
    ],
    ["by the client's labels is left out", [made(vs(to("empty", "match: [{sourceLabels: {app: cart}}], ")))], []],
    [
      "by a route of the Gateway API",
      [
        made(
          object(
            "HTTPRoute",
            "shop/w",
            "parentRefs: [{kind: Service, group: '', name: cart}], rules: [{backendRefs: [{name: reviews, port: 80}]}]",
          ),
        ),
      ],
      [`rerouted 8 certain ${CART} by w spec.rules[0]`],
    ],
  ];
  for (const [title, changes, expected, objects = []] of table) {
    test(title, () => {
      expect(lines(impact(changes, THROUGH, objects))).toEqual(expected);
    });
  }

  test("counts for a gateway's calls that come through it, beside the gateway's own rules", () => {
    const through = [call("edge/gate", "shop/cart", 8, { viaWaypoint: true })];
    const front = bound(to("cart"));
    const moved = made(vs(to("reviews")));
    expect(lines(impact([moved], through, [OPEN, front]))).toEqual([
      "rerouted 8 certain edge/gate > shop/cart by w spec.http[0]",
    ]);
    const both = lines(impact([moved, turned(front, bound(to("empty")))], through, [OPEN]));
    expect(both).toEqual([
      expect.stringMatching(/^rerouted 0–8 unknown edge\/gate > shop\/cart/),
      expect.stringMatching(/^unreachable 8 unknown edge\/gate > shop\/cart/),
    ]);
  });

  test("without a waypoint on the way no rule counts", () => {
    expect(lines(impact([made(vs(to("empty")))], [call("shop/cart", "shop/cart", 8)], []))).toEqual([]);
  });
});
