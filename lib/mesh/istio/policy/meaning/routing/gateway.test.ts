import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { ClusterInventory, Service } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { unixSeconds } from "#lib/units.ts";
import { NETWORKING } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { gatewayTable, hostFor, routeAt } from "./gateway.ts";
import type { RequestFacts } from "./match.ts";

const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const gw = (servers: string, place = "edge/g", selector = "istio: in") =>
  policy("Gateway", place, spec(`selector: {${selector}}, servers: [${servers}]`), NETWORKING);
const server = (port: number, hosts: string, more = "") =>
  `{port: {number: ${port}, protocol: HTTP, name: p${port}}, hosts: [${hosts}]${more}}`;
const https = (port: number, hosts: string) =>
  `{port: {number: ${port}, protocol: HTTPS, name: s}, hosts: [${hosts}], tls: {mode: SIMPLE}}`;
const OPEN = gw(server(80, "'*'"));
const vs = (http: string, place = "shop/a", more = "hosts: [x.com], gateways: [edge/g]") =>
  policy("VirtualService", place, spec(`${more}, http: [${http}]`));
const to = (subset: string, match = "") =>
  `{${match === "" ? "" : `match: [${match}], `}route: [{destination: {host: reviews, subset: ${subset}}}]}`;
const aged = (it: Manifest, day: string): Manifest => ({
  ...it,
  metadata: { ...it.metadata, creationTimestamp: `2026-01-${day}T00:00:00Z` },
});

const service = (name: string, port: number, targetPort: number | string): Service => ({
  ...{ cluster: "west", namespace: "edge", name, selector: {}, headless: false, workloads: ["in"] },
  ports: [{ name: "http", port, protocol: "TCP", appProtocol: null, targetPort }],
});
const GET: RequestFacts = { method: "GET", path: "/a/b", scheme: "http", authority: "x.com", headers: {}, query: {} };

function open(objects: readonly Manifest[], services: readonly Service[] = []) {
  const inventory: ClusterInventory = {
    ...{ cluster: "west", asOf: unixSeconds(0), namespaces: new Map(), workloads: new Map(), externalHosts: [] },
    ...{ workloadByIp: new Map(), unread: [], services: new Map(services.map((one) => [`edge/${one.name}`, one])) },
  };
  const world = {
    ...{ rootNamespace: "istio-system", inventory },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
  };
  const proxy = { namespace: "edge", name: "in", labels: { istio: "in" }, services: services.map(({ name }) => name) };
  return { table: gatewayTable(proxy, world), world };
}
function go(objects: readonly Manifest[], host = "x.com", port = 80, request: RequestFacts = GET): string {
  const { table, world } = open(objects);
  const found = hostFor(table, port, host);
  if (found === null) return "no host";
  if (found.redirects) return `${found.domain} redirects`;
  const outcome = routeAt(found, { ...request, authority: host }, world);
  if (outcome.kind === "unknown") return `${found.domain} ? ${outcome.lacks.join(", ")}`;
  if (outcome.kind !== "routed") return `${found.domain} ${outcome.kind}`;
  const { object, path, to: list } = outcome.chosen;
  return `${found.domain} ${object?.metadata.name} ${printPath(path)} ${list.map((each) => each.subset).join()}`;
}
const A1 = "x.com a spec.http[0] v1";

describe("a request at a gateway", () => {
  const table: readonly (readonly [string, readonly Manifest[], string, string?, number?])[] = [
    ["a rule for all", [OPEN, vs(to("v1"))], A1],
    ["the port of the host isn't looked at, nor its case", [OPEN, vs(to("v1"))], A1, "X.com:8080"],
    ["another host", [OPEN, vs(to("v1"))], "no host", "y.com"],
    ["another port", [OPEN, vs(to("v1"))], "no host", "x.com", 81],
    ["another selector", [gw(server(80, "'*'"), "edge/g", "istio: out"), vs(to("v1"))], "no host"],
    [
      "a Gateway of another namespace",
      [gw(server(80, "'*'"), "shop/g"), vs(to("v1"), "shop/a", "hosts: [x.com], gateways: [g]")],
      A1,
    ],
    ["a host that the server doesn't open", [gw(server(80, "y.com")), vs(to("v1"))], "no host"],
    ["a host for routes of one namespace", [gw(server(80, "shop/x.com")), vs(to("v1"))], A1],
    ["for those of another one", [gw(server(80, "./x.com")), vs(to("v1"))], "no host"],
    ["the narrower of two hosts", [gw(server(80, "'*.com'")), vs(to("v1"))], A1],
    [
      "the narrower, the other way round",
      [gw(server(80, "x.com")), vs(to("v1"), "shop/a", "hosts: ['*'], gateways: [edge/g]")],
      A1,
    ],
    [
      "the closest host, even where its rules don't take it",
      [OPEN, vs(to("v1", "{uri: {exact: /z}}")), vs(to("v2"), "shop/b", "hosts: ['*.com'], gateways: [edge/g]")],
      "x.com no route",
    ],
    ["not for the mesh", [OPEN, vs(to("v1"), "shop/a", "hosts: [x.com]")], "no host"],
    [
      "not exported to the gateway",
      [OPEN, vs(to("v1"), "shop/a", "hosts: [x.com], gateways: [edge/g], exportTo: [.]")],
      "no host",
    ],
    [
      "merged, the older first, what takes everything last",
      [OPEN, aged(vs(to("v1")), "01"), aged(vs(to("v2", "{uri: {prefix: /a}}"), "shop/b"), "02")],
      "x.com b spec.http[0] v2",
    ],
    [
      "what takes everything: the older's",
      [OPEN, aged(vs(to("v2"), "shop/b"), "02"), aged(vs(to("v1", "{uri: {prefix: /}}")), "01")],
      A1,
    ],
    [
      "one match of a rule takes everything: that one is asked last",
      [
        OPEN,
        aged(vs(to("v1", "{uri: {exact: /z}}, {}")), "01"),
        aged(vs(to("v2", "{method: {exact: GET}}"), "shop/b"), "02"),
      ],
      "x.com b spec.http[0] v2",
    ],
    [
      "what stands behind a rule for everything isn't asked",
      [OPEN, aged(vs(`${to("v1")}, ${to("v3", "{uri: {prefix: /a}}")}`), "01")],
      A1,
    ],
    [
      "a match for the gateway",
      [OPEN, vs(`${to("v2", "{gateways: [mesh]}")}, ${to("v1", "{gateways: [edge/g]}")}`)],
      "x.com a spec.http[1] v1",
    ],
    [
      "the gateway's labels",
      [OPEN, vs(`${to("v2", "{sourceLabels: {istio: x}}")}, ${to("v1", "{sourceLabels: {istio: in}}")}`)],
      "x.com a spec.http[1] v1",
    ],
    [
      "the port of the server",
      [OPEN, vs(`${to("v2", "{port: 81}")}, ${to("v1", "{port: 80}")}`)],
      "x.com a spec.http[1] v1",
    ],
    ["redirected to HTTPS", [gw(server(80, "x.com", ", tls: {httpsRedirect: true}")), vs(to("v1"))], "x.com redirects"],
    [
      "redirected to HTTPS, a host within the server's pattern",
      [gw(server(80, "'*.com'", ", tls: {httpsRedirect: true}")), vs(to("v1"))],
      "x.com redirects",
    ],
    [
      "without a rule it is redirected too",
      [
        gw(server(80, "x.com", ", tls: {httpsRedirect: true}")),
        vs(to("v1"), "shop/b", "hosts: [y.com], gateways: [edge/g]"),
      ],
      "x.com redirects",
    ],
    [
      "but not a host of one namespace",
      [
        gw(server(80, "shop/x.com", ", tls: {httpsRedirect: true}")),
        vs(to("v1"), "shop/b", "hosts: [y.com], gateways: [edge/g]"),
      ],
      "no host",
    ],
    [
      "which a rule is redirected by",
      [gw(server(80, "shop/x.com", ", tls: {httpsRedirect: true}")), vs(to("v1"))],
      "x.com redirects",
    ],
    [
      "an object without a rule for the gateway opens no host",
      [OPEN, vs(to("v1", "{gateways: [mesh]}")), vs(to("v2"), "shop/b", "hosts: ['*.com'], gateways: [edge/g]")],
      "*.com b spec.http[0] v2",
    ],
    ["with TLS", [gw(https(443, "x.com")), vs(to("v1"))], A1, "x.com", 443],
    ["with TLS, another name", [gw(https(443, "x.com")), vs(to("v1"))], "no host", "y.com", 443],
    [
      "with TLS the closest server first: its Gateway has no rule",
      [
        gw(https(443, "'*.com'")),
        gw(https(443, "x.com"), "edge/h"),
        vs(to("v1"), "shop/a", "hosts: ['*.com'], gateways: [edge/g]"),
      ],
      "no host",
      "x.com",
      443,
    ],
    ["no answer for any", [OPEN], "no host"],
  ];
  for (const [name, objects, wanted, host, port] of table)
    test(name, () => expect(go(objects, host, port)).toBe(wanted));

  test("what isn't known of it is named", () => {
    expect(go([OPEN, vs(to("v1", "{headers: {user: {exact: ann}}}"))], "x.com", 80, { ...GET, headers: {} })).toBe(
      "x.com ? header user",
    );
  });
});

describe("ports", () => {
  test.each([
    ["by the gateway's Service", [service("in", 80, 8080)], 8080, []],
    ["as they are, without one", [], 80, []],
    ["known by name alone", [service("in", 80, "http")], null, [/port 80 of the gateway’s Services/]],
    ["differing", [service("in", 80, 8080), service("two", 80, 8081)], null, [/port 80/]],
  ] as const)("%s", (_, services, listens, lacks) => {
    const { table } = open([OPEN], services);
    expect(table.servers.map((each) => each.listens)).toEqual(listens === null ? [] : [listens]);
    expect(table.lacks).toHaveLength(lacks.length);
    for (const [at, text] of lacks.entries()) expect(table.lacks[at]).toMatch(text);
  });

  test.each([
    ["two of HTTP", gw(server(80, "y.com"), "edge/h"), null],
    ["HTTP and TLS", gw(https(80, "y.com"), "edge/h"), /for HTTP without TLS/],
    [
      "bytes and HTTP",
      gw("{port: {number: 80, protocol: TCP, name: t}, hosts: ['*']}", "edge/h"),
      /for HTTP without TLS/,
    ],
  ])("%s on one port", (_, other, why) => {
    const { refused } = open([aged(OPEN, "01"), aged(other, "02")]).table;
    if (why === null) expect(refused).toEqual([]);
    else expect(refused).toMatchObject([{ owner: { metadata: { name: "h" } }, why: expect.stringMatching(why) }]);
  });

  test("of servers with TLS each host is one's alone", () => {
    const both = [aged(gw(https(443, "x.com")), "01"), aged(gw(https(443, "'y.com', 'x.com'"), "edge/h"), "02")];
    expect(open(both).table.refused).toMatchObject([{ why: expect.stringContaining("for the same host") }]);
  });
});

test("whatever stands in them, something is answered", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const objects = [
        { ...OPEN, spec: { selector: {}, servers: a } as JsonObject },
        { ...vs(""), spec: { hosts: ["*"], gateways: ["edge/g"], http: b } as JsonObject },
      ];
      expect(go(objects)).not.toBe("");
      expect(go([OPEN, ...objects])).not.toBe("");
    }),
  );
});
