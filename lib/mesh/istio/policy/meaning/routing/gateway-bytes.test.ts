import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { unixSeconds } from "#lib/units.ts";
import { NETWORKING } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { gatewayTable } from "./gateway.ts";
import { chosenOf } from "./target.ts";

const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const gw = (servers: string, place = "edge/g") =>
  policy("Gateway", place, spec(`selector: {istio: in}, servers: [${servers}]`), NETWORKING);
const server = (protocol: string, hosts: string, mode = "", port = 90) =>
  `{port: {number: ${port}, protocol: ${protocol}, name: p}, hosts: [${hosts}]${mode === "" ? "" : `, tls: {mode: ${mode}}`}}`;
const vs = (rules: string, place = "shop/a", more = "hosts: ['*'], gateways: [edge/g]") =>
  policy("VirtualService", place, spec(`${more}, ${rules}`));
const to = (subset: string, match = "") =>
  `{${match === "" ? "" : `match: [${match}], `}route: [{destination: {host: db, subset: ${subset}}}]}`;
const apiGateway = (listener: string) => ({
  ...policy("Gateway", "edge/in", spec(`listeners: [${listener}]`)),
  apiVersion: "gateway.networking.k8s.io/v1",
});
const route = (kind: string, more: string, place = "edge/r") => ({
  ...policy(kind, place, spec(`parentRefs: [{name: in, namespace: edge}], ${more}`)),
  apiVersion: "gateway.networking.k8s.io/v1",
});
const aged = (it: Manifest, day: string): Manifest => ({
  ...it,
  metadata: { ...it.metadata, creationTimestamp: `2026-01-${day}T00:00:00Z` },
});

/** Chains by port, each with its names; then what is left out. */
function said(objects: readonly Manifest[]): string {
  const inventory: ClusterInventory = {
    ...{ cluster: "west", asOf: unixSeconds(0), namespaces: new Map(), workloads: new Map(), externalHosts: [] },
    ...{ workloadByIp: new Map(), unread: [], services: new Map() },
  };
  const world = {
    ...{ rootNamespace: "istio-system", inventory },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
  };
  const labels = { istio: "in", "gateway.networking.k8s.io/gateway-name": "in" };
  const table = gatewayTable({ namespace: "edge", name: "in", labels, services: [] }, world);
  const chains = table.chains.map(({ server: { listens, port }, sni, found }) => {
    const ends =
      found === null
        ? "requests"
        : `${found.owner.metadata.name} ${printPath(found.path)} ${chosenOf(
            found,
            { namespace: "edge", labels, port },
            world,
          )
            .to.map((each) => each.subset ?? each.host)
            .join()}`;
    return `${listens}${sni.length === 0 ? "" : ` [${sni.join("+")}]`} ${ends}`;
  });
  return [
    ...chains,
    ...table.leftOut.map(({ why }) => `left out: ${why}`),
    ...table.refused.map(({ why }) => why),
  ].join("; ");
}

describe("connections at a gateway", () => {
  const TCP = gw(server("TCP", "'*'"));
  const PASSES = gw(server("TLS", "'*'", "PASSTHROUGH"));
  const table: readonly (readonly [string, readonly Manifest[], string])[] = [
    ["TCP without a rule", [TCP], ""],
    ["TCP", [TCP, vs(`tcp: [${to("v1")}]`)], "90 a spec.tcp[0] v1"],
    [
      "the first that is bound",
      [TCP, vs(`tcp: [${to("v1", "{port: 1}")}, ${to("v2", "{port: 90, gateways: [edge/g]}")}]`)],
      "90 a spec.tcp[1] v2",
    ],
    [
      "labels, namespaces and addresses aren't looked at",
      [TCP, vs(`tcp: [${to("v1", "{sourceLabels: {a: b}, sourceNamespace: c, destinationSubnets: [10.0.0.0/8]}")}]`)],
      "90 a spec.tcp[0] v1",
    ],
    ["for another gateway", [TCP, vs(`tcp: [${to("v1", "{gateways: [edge/x]}")}]`)], ""],
    ["rules for TLS don't count there", [TCP, vs(`tls: [${to("v1", "{sniHosts: [x]}")}]`)], ""],
    [
      "hosts must meet",
      [gw(server("TCP", "x.com")), vs(`tcp: [${to("v1")}]`, "shop/a", "hosts: [y.com], gateways: [edge/g]")],
      "",
    ],
    [
      "the older object",
      [TCP, aged(vs(`tcp: [${to("v1")}]`), "02"), aged(vs(`tcp: [${to("v2")}]`, "shop/b"), "01")],
      "90 b spec.tcp[0] v2",
    ],
    [
      "a second server without TLS",
      [gw(`${server("TCP", "'*'")}, ${server("TCP", "x.com")}`), vs(`tcp: [${to("v1")}]`)],
      "90 a spec.tcp[0] v1; edge/g opens port 90 before it, for bytes without TLS",
    ],
    [
      "TLS that ends, under the server's names",
      [gw(server("TLS", "'./x.com', y.com", "SIMPLE")), vs(`tcp: [${to("v1")}]`)],
      "90 [x.com+y.com] a spec.tcp[0] v1",
    ],
    ["HTTPS that ends is read", [gw(server("HTTPS", "x.com", "SIMPLE"))], "90 [x.com] requests"],
    [
      "TLS that is passed on, by name",
      [PASSES, vs(`tls: [${to("v1", "{sniHosts: [x.com]}, {sniHosts: [y.com], port: 1}")}]`)],
      "90 [x.com] a spec.tls[0] v1",
    ],
    [
      "HTTPS that is passed on",
      [gw(server("HTTPS", "'*'", "PASSTHROUGH")), vs(`tls: [${to("v1", "{sniHosts: [x.com]}")}]`)],
      "90 [x.com] a spec.tls[0] v1",
    ],
    ["rules for TCP don't count there", [PASSES, vs(`tcp: [${to("v1")}]`)], ""],
    [
      "a name that a rule before has",
      [
        PASSES,
        vs(`tls: [${to("v1", "{sniHosts: [x.com]}")}, ${to("v2", "{sniHosts: [x.com, y.com]}, {sniHosts: [z.com]}")}]`),
      ],
      "90 [x.com] a spec.tls[0] v1; 90 [z.com] a spec.tls[1] v2; left out: a rule before it has the name x.com",
    ],
    [
      "on another port it is another's",
      [
        gw(`${server("TLS", "'*'", "PASSTHROUGH")}, ${server("TLS", "'*'", "PASSTHROUGH", 91)}`),
        vs(`tls: [${to("v1", "{sniHosts: [x.com]}")}]`),
      ],
      "90 [x.com] a spec.tls[0] v1; 91 [x.com] a spec.tls[0] v1",
    ],
    [
      "what finds its way by itself",
      [gw(server("TLS", "'*.local'", "AUTO_PASSTHROUGH")), vs(`tls: [${to("v1", "{sniHosts: [x.com]}")}]`)],
      "",
    ],
  ];
  test.each(table)("%s", (_, objects, expected) => {
    expect(said(objects)).toBe(expected);
  });
});

describe("routes for connections at a listener", () => {
  const TCP = apiGateway("{name: a, port: 90, protocol: TCP}");
  const passing = (more = "") => apiGateway(`{name: a, port: 90, protocol: TLS, tls: {mode: Passthrough}${more}}`);
  const ends = (more = "") => apiGateway(`{name: a, port: 90, protocol: TLS, tls: {mode: Terminate}${more}}`);
  const rules = (name: string) => `rules: [{backendRefs: [{name: ${name}, port: 1}]}]`;
  const DB = "db.edge.svc.cluster.local";
  const table: readonly (readonly [string, readonly Manifest[], string])[] = [
    ["a TCPRoute", [TCP, route("TCPRoute", rules("db"))], `90 r spec.rules[0] ${DB}`],
    ["a TLSRoute doesn't count for TCP", [TCP, route("TLSRoute", `hostnames: [x.com], ${rules("db")}`)], ""],
    ["of another namespace", [TCP, route("TCPRoute", rules("db"), "shop/r")], ""],
    [
      "a backend elsewhere needs a grant",
      [TCP, route("TCPRoute", "rules: [{backendRefs: [{name: db, namespace: shop, port: 1}]}]")],
      "90 r spec.rules[0] ",
    ],
    [
      "TLS that is passed on",
      [passing(), route("TLSRoute", `hostnames: [x.com, y.com], ${rules("db")}`)],
      `90 [x.com+y.com] r spec.rules[0] ${DB}`,
    ],
    ["a TCPRoute doesn't count there", [passing(), route("TCPRoute", rules("db"))], ""],
    [
      "the listener's name narrows",
      [passing(", hostname: '*.x.com'"), route("TLSRoute", `hostnames: ['*.com', y.com], ${rules("db")}`)],
      `90 [*.x.com] r spec.rules[0] ${DB}`,
    ],
    [
      "TLS that ends: a TCPRoute",
      [ends(", hostname: x.com"), route("TCPRoute", rules("db"))],
      `90 [x.com] r spec.rules[0] ${DB}`,
    ],
    [
      "TLS that ends: a TLSRoute",
      [ends(), route("TLSRoute", `hostnames: [x.com], ${rules("db")}`)],
      `90 [*] r spec.rules[0] ${DB}`,
    ],
    [
      "TLS that ends: the older of both",
      [
        ends(),
        aged(route("TCPRoute", rules("tcp")), "02"),
        aged(route("TLSRoute", `hostnames: [x.com], ${rules("tls")}`, "edge/s"), "01"),
      ],
      "90 [*] s spec.rules[0] tls.edge.svc.cluster.local",
    ],
    [
      "a kind that isn't let in",
      [
        apiGateway("{name: a, port: 90, protocol: TCP, allowedRoutes: {kinds: [{kind: X}]}}"),
        route("TCPRoute", rules("db")),
      ],
      "",
    ],
  ];
  test.each(table)("%s", (_, objects, expected) => {
    expect(said(objects)).toBe(expected);
  });
});
