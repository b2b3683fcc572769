import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { ClusterInventory, Namespace } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { unixSeconds } from "#lib/units.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { gatewayTable, hostFor, routeAt } from "./gateway.ts";
import type { RequestFacts } from "./match.ts";
import { type Routed, route } from "./route.ts";

const HOST = "reviews.shop.svc.cluster.local";
const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const to = (...names: string[]) => `backendRefs: [${names.map((name) => `{name: ${name}, port: 80}`).join(", ")}]`;
const SERVICE = "parentRefs: [{group: '', kind: Service, name: reviews, namespace: shop}]";
const http = (rules: string, place = "shop/r", more = SERVICE) =>
  policy("HTTPRoute", place, spec(`${more}, rules: [${rules}]`));
const grpc = (rules: string, place = "shop/g") => policy("GRPCRoute", place, spec(`${SERVICE}, rules: [${rules}]`));
const vs = (place: string, more = "") =>
  policy(
    "VirtualService",
    place,
    spec(`hosts: [${HOST}], http: [{route: [{destination: {host: vs.shop.svc.cluster.local}}]}]${more}`),
  );
const aged = (it: Manifest, day: string): Manifest => ({
  ...it,
  metadata: { ...it.metadata, creationTimestamp: `2026-01-${day}T00:00:00Z` },
});
const path = (type: string, value: string, more = "") => `matches: [{path: {type: ${type}, value: ${value}}${more}}]`;
const GET: RequestFacts = {
  ...{ method: "GET", path: "/a/b", scheme: "http", authority: "reviews", headers: { user: "ann" } },
  query: { q: "1" },
};
const worldOf = (objects: readonly Manifest[]) => ({
  rootNamespace: "istio-system",
  objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
});

function said(outcome: Routed["outcome"]): string {
  if (outcome.kind === "unknown") return `? ${outcome.lacks.join(", ")}`;
  if (outcome.kind !== "routed") return outcome.kind;
  const { object, path: at, does, to: list } = outcome.chosen;
  const ends = list.map(({ host, share }) => `${host.split(".")[0] || "refused"} ${Math.round(100 * share)}`);
  return `${object?.metadata.name ?? "-"} ${printPath(at)} ${does === "route" ? ends.join(", ") : does}`;
}
const mesh = (objects: readonly Manifest[], namespace = "shop", request = GET) =>
  said(route(HOST, "shop", { namespace, labels: {}, port: 80 }, request, worldOf(objects)).outcome);

test("a GRPCRoute's service takes its name alone, too, and nothing that goes on otherwise", () => {
  const objects = [grpc(`{matches: [{method: {service: a}}], ${to("v1")}}`)];
  expect(mesh(objects, "shop", { ...GET, path: "/a" })).toBe("g spec.rules[0] v1 100");
  expect(mesh(objects, "shop", { ...GET, path: "/ab" })).toBe("no route");
});

describe("on the mesh", () => {
  const table: readonly (readonly [string, readonly Manifest[], string, string?])[] = [
    ["a rule for all", [http(`{${to("v1")}}`)], "r spec.rules[0] v1 100"],
    ["weights are 1 where nothing is said", [http(`{${to("v1", "v2")}}`)], "r spec.rules[0] v1 50, v2 50"],
    [
      "weight 0 gets nothing",
      [http("{backendRefs: [{name: v1, port: 80, weight: 0}, {name: v2, port: 80}]}")],
      "r spec.rules[0] v2 100",
    ],
    ["without a backend that gets anything: 500", [http("{backendRefs: []}")], "r spec.rules[0] answer"],
    ["no rule takes it", [http(`{${path("Exact", "/z")}, ${to("v1")}}`)], "no route"],
    ["clients elsewhere follow the service's namespace", [http(`{${to("v1")}}`)], "r spec.rules[0] v1 100", "web"],
    ["their own namespace's is for them alone", [http(`{${to("v1")}}`, "web/w")], "-  reviews 100"],
    [
      "and comes first for them",
      [aged(http(`{${to("v1")}}`), "01"), aged(http(`{${to("v2")}}`, "web/w"), "02")],
      "w spec.rules[0] v2 100",
      "web",
    ],
    [
      "of the same namespace they are merged",
      [
        aged(http(`{${path("PathPrefix", "/")}, ${to("v1")}}`), "01"),
        aged(http(`{${path("PathPrefix", "/a")}, ${to("v2")}}`, "shop/q"), "02"),
      ],
      "q spec.rules[0] v2 100",
    ],
    [
      "a prefix is of whole elements",
      [http(`{${path("PathPrefix", "/a/")}, ${to("v1")}}, {${path("PathPrefix", "/a/b/c")}, ${to("v2")}}`)],
      "r spec.rules[0] v1 100",
    ],
    ["not of part of one", [http(`{${path("PathPrefix", "/a/bb")}, ${to("v1")}}`)], "no route"],
    [
      "exact before a longer prefix",
      [http(`{${path("PathPrefix", "/a/b")}, ${to("v1")}}, {${path("Exact", "/a/b")}, ${to("v2")}}`)],
      "r spec.rules[1] v2 100",
    ],
    [
      "a method before headers",
      [
        http(
          `{${path("Exact", "/a/b", ", headers: [{name: User, value: ann}]")}, ${to("v1")}}, {${path("Exact", "/a/b", ", method: GET")}, ${to("v2")}}`,
        ),
      ],
      "r spec.rules[1] v2 100",
    ],
    [
      "headers before query parameters",
      [
        http(
          `{${path("Exact", "/a/b", ", queryParams: [{name: q, value: '1'}]")}, ${to("v1")}}, {${path("Exact", "/a/b", ", headers: [{name: User, value: ann}]")}, ${to("v2")}}`,
        ),
      ],
      "r spec.rules[1] v2 100",
    ],
    [
      "each match of a rule has its own place",
      [
        http(
          `{matches: [{path: {value: /z}}, {path: {value: /}}], ${to("v1")}}, {${path("PathPrefix", "/a")}, ${to("v2")}}`,
        ),
      ],
      "r spec.rules[1] v2 100",
    ],
    [
      "of equals the older",
      [aged(http(`{${to("v1")}}`), "02"), aged(http(`{${to("v2")}}`, "shop/q"), "01")],
      "q spec.rules[0] v2 100",
    ],
    [
      "bound to one port",
      [http(`{${to("v1")}}`, "shop/r", "parentRefs: [{group: '', kind: Service, name: reviews, port: 80}]")],
      "r spec.rules[0] v1 100",
    ],
    [
      "bound to another port",
      [http(`{${to("v1")}}`, "shop/r", "parentRefs: [{group: '', kind: Service, name: reviews, port: 81}]")],
      "-  reviews 100",
    ],
    [
      "bound to another service",
      [http(`{${to("v1")}}`, "shop/r", "parentRefs: [{group: '', kind: Service, name: ratings}]")],
      "-  reviews 100",
    ],
    ["a redirect", [http("{filters: [{type: RequestRedirect}]}")], "r spec.rules[0] redirect"],
    [
      "a filter that Istio doesn't know takes the whole route away",
      [http(`{filters: [{type: ExtensionRef}], ${to("v1")}}`)],
      "-  reviews 100",
    ],
    [
      "backends elsewhere need no grant",
      [http("{backendRefs: [{name: till, namespace: bank, port: 80}]}")],
      "r spec.rules[0] till 100",
    ],
    [
      "an older VirtualService for all counts before a route",
      [aged(vs("shop/a"), "01"), aged(http(`{${to("v1")}}`), "02")],
      "a spec.http[0] vs 100",
      "web",
    ],
    [
      "but not for clients of the route's namespace",
      [aged(vs("shop/a"), "01"), aged(http(`{${to("v1")}}`), "02")],
      "r spec.rules[0] v1 100",
    ],
    [
      "a younger one doesn't",
      [aged(vs("shop/a"), "02"), aged(http(`{${to("v1")}}`), "01")],
      "r spec.rules[0] v1 100",
      "web",
    ],
    [
      "one for the namespace alone always does",
      [vs("shop/a", ", exportTo: [.]"), http(`{${to("v1")}}`)],
      "a spec.http[0] vs 100",
    ],
    ["gRPC by service", [grpc(`{matches: [{method: {service: a}}], ${to("v1")}}`)], "g spec.rules[0] v1 100"],
    [
      "gRPC beside HTTP: the closer path, whichever is older",
      [
        aged(http(`{${path("PathPrefix", "/")}, ${to("v1")}}`), "01"),
        aged(grpc(`{matches: [{method: {service: a}}], ${to("v2")}}`), "02"),
      ],
      "g spec.rules[0] v2 100",
    ],
    [
      "and the other way round",
      [
        aged(http(`{${path("Exact", "/a/b")}, ${to("v1")}}`), "02"),
        aged(grpc(`{matches: [{method: {service: a}}], ${to("v2")}}`), "01"),
      ],
      "r spec.rules[0] v1 100",
    ],
    ["gRPC by service and method", [grpc(`{matches: [{method: {service: a, method: c}}], ${to("v1")}}`)], "no route"],
    [
      "gRPC by method alone is a regular expression",
      [grpc(`{matches: [{method: {method: b}}], ${to("v1")}}`)],
      "g spec.rules[0] v1 100",
    ],
  ];
  for (const [name, objects, wanted, namespace] of table)
    test(name, () => expect(mesh(objects, namespace)).toBe(wanted));

  test("what is left out is said", () => {
    const { leftOut } = route(
      HOST,
      "shop",
      { namespace: "shop", labels: {}, port: 80 },
      GET,
      worldOf([http(`{filters: [{type: ExtensionRef}], ${to("v1")}}`)]),
    );
    expect(leftOut).toMatchObject([{ why: expect.stringContaining("filter ExtensionRef") }]);
  });
});

const gateway = (listeners: string, place = "edge/gw", more = "") =>
  policy("Gateway", place, spec(`gatewayClassName: istio, listeners: [${listeners}]${more}`), GATEWAY_API);
const listener = (more = "", name = "web", port = 80) => `{name: ${name}, port: ${port}, protocol: HTTP${more}}`;
const ALL = ", allowedRoutes: {namespaces: {from: All}}";
const bound = (rules: string, place = "shop/r", more = "hostnames: [x.com]", parent = "") =>
  http(rules, place, `parentRefs: [{name: gw, namespace: edge${parent}}], ${more}`);
const namespace = (name: string, labels: Namespace["labels"] = {}): Namespace => ({
  ...{ cluster: "west", name, dataplane: "none", revision: null, labels },
});
function through(objects: readonly Manifest[], host = "x.com"): string {
  const inventory: ClusterInventory = {
    ...{ cluster: "west", asOf: unixSeconds(0), workloads: new Map(), services: new Map(), externalHosts: [] },
    ...{ workloadByIp: new Map(), unread: [] },
    namespaces: new Map([namespace("shop", { team: "a" }), namespace("edge")].map((each) => [each.name, each])),
  };
  const world = { ...worldOf(objects), inventory };
  const labels = { [`${GATEWAY_API}/gateway-name`]: "gw" };
  const table = gatewayTable({ namespace: "edge", name: "gw-istio", labels, services: [] }, world);
  const found = hostFor(table, 80, host);
  if (found === null) return table.lacks[0] ?? "no host";
  return `${found.domain} ${said(routeAt(found, { ...GET, authority: host }, world))}`;
}
const R1 = "x.com r spec.rules[0] v1 100";

describe("at a gateway", () => {
  const table: readonly (readonly [string, readonly Manifest[], string, string?])[] = [
    ["a listener for all namespaces", [gateway(listener(ALL)), bound(`{${to("v1")}}`)], R1],
    ["by default for its own alone", [gateway(listener()), bound(`{${to("v1")}}`)], "no host"],
    ["for its own", [gateway(listener()), bound(`{${to("v1")}}`, "edge/r")], R1],
    [
      "for those with a label",
      [
        gateway(listener(", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}")),
        bound(`{${to("v1")}}`),
      ],
      R1,
    ],
    [
      "for those without",
      [
        gateway(
          listener(
            ", allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}}",
          ),
        ),
        bound(`{${to("v1")}}`),
      ],
      "no host",
    ],
    [
      "for other kinds",
      [
        gateway(listener(", allowedRoutes: {namespaces: {from: All}, kinds: [{kind: GRPCRoute}]}")),
        bound(`{${to("v1")}}`),
      ],
      "no host",
    ],
    ["of another proxy", [gateway(listener(ALL), "edge/other"), bound(`{${to("v1")}}`)], "no host"],
    [
      "bound to another listener",
      [gateway(listener(ALL)), bound(`{${to("v1")}}`, "shop/r", "hostnames: [x.com]", ", sectionName: other")],
      "no host",
    ],
    [
      "without hosts: those of the listener",
      [gateway(listener(`${ALL}, hostname: x.com`)), bound(`{${to("v1")}}`, "shop/r", "hostnames: []")],
      R1,
    ],
    [
      "a host within the listener's pattern",
      [gateway(listener(`${ALL}, hostname: '*.com'`)), bound(`{${to("v1")}}`)],
      R1,
    ],
    ["a host of none", [gateway(listener(`${ALL}, hostname: y.com`)), bound(`{${to("v1")}}`)], "no host"],
    [
      "a host that a closer listener has for itself",
      [
        gateway(`${listener(`${ALL}, hostname: '*.com'`)}, ${listener(`${ALL}, hostname: x.com`, "own")}`),
        bound(`{${to("v1")}}`, "shop/r", "hostnames: [x.com]", ", sectionName: web"),
      ],
      "no host",
    ],
    [
      "routes of all namespaces are merged, the closest match first",
      [
        gateway(listener(ALL)),
        aged(bound(`{${to("v1")}}`), "01"),
        aged(bound(`{${path("PathPrefix", "/a")}, ${to("v2")}}`, "web/q"), "02"),
      ],
      "x.com q spec.rules[0] v2 100",
    ],
    [
      "a backend elsewhere without a grant: 500",
      [gateway(listener(ALL)), bound("{backendRefs: [{name: till, namespace: bank, port: 80}]}")],
      "x.com r spec.rules[0] refused 100",
    ],
    [
      "with a grant",
      [
        ...[gateway(listener(ALL)), bound("{backendRefs: [{name: till, namespace: bank, port: 80}]}")],
        policy(
          "ReferenceGrant",
          "bank/g",
          spec(`from: [{group: ${GATEWAY_API}, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service}]`),
        ),
      ],
      "x.com r spec.rules[0] till 100",
    ],
  ];
  for (const [name, objects, wanted, host] of table) test(name, () => expect(through(objects, host)).toBe(wanted));
});

test("whatever stands in them, something is answered", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const parentRefs = [
        { group: "", kind: "Service", name: "reviews" },
        { name: "gw", namespace: "edge" },
      ];
      const objects = [
        { ...http(""), spec: { parentRefs, rules: a } as JsonObject },
        { ...grpc(""), spec: { parentRefs, rules: [{ matches: a, filters: b, backendRefs: b }] } as JsonObject },
        {
          ...gateway(""),
          spec: { listeners: [b, { name: "web", port: 80, protocol: "HTTP", allowedRoutes: a }] } as JsonObject,
        },
      ];
      expect(mesh(objects)).not.toBe("");
      expect(through(objects)).not.toBe("");
    }),
  );
});
