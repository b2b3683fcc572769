import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { policy } from "../../world.test-support.ts";
import { byteTable, waypointRule } from "./bytes.ts";
import { chosenOf } from "./target.ts";

const HOST = "db.shop.svc.cluster.local";
const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const vs = (rules: string, place = "shop/a", more = "hosts: [db]") =>
  policy("VirtualService", place, spec(`${more}, ${rules}`));
const to = (subset: string, match = "") =>
  `{${match === "" ? "" : `match: [${match}], `}route: [{destination: {host: db, subset: ${subset}}}]}`;
const tcp = (...rules: readonly string[]) => `tcp: [${rules.join(", ")}]`;
const tls = (...rules: readonly string[]) => `tls: [${rules.join(", ")}]`;
const api = (kind: string, text: string, place = "shop/r") => ({
  ...policy(kind, place, spec(text)),
  apiVersion: "gateway.networking.k8s.io/v1",
});
const parent = (more = "") => `parentRefs: [{group: '', kind: Service, name: db, namespace: shop${more}}]`;
const backend = (name: string, more = "") => `{backendRefs: [{name: ${name}, port: 5432${more}}]}`;
const aged = (it: Manifest, day: string): Manifest => ({
  ...it,
  metadata: { ...it.metadata, creationTimestamp: `2026-01-${day}T00:00:00Z` },
});
const web = { namespace: "web", labels: { app: "web" }, port: 5432 };
const worldOf = (objects: readonly Manifest[]) => ({
  rootNamespace: "istio-system",
  objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
});

/** Chains, each with what it asks for; then rules that make none. */
function said(objects: readonly Manifest[], bytes: "tcp" | "tls" = "tcp", caller = web): string {
  const world = worldOf(objects);
  const table = byteTable(HOST, "shop", caller, bytes, world);
  if (table.outOfScope !== null) return `out of scope by ${table.outOfScope.sidecar?.metadata.name}`;
  const chains = table.chains.map(({ found, sni, subnets }) => {
    const asks = [...sni, ...subnets].join("+");
    if (found === null) return `itself${asks}`;
    const ends = chosenOf(found, caller, world).to.map((each) => `${each.subset ?? each.host} ${100 * each.share}`);
    return `${found.owner.metadata.name} ${printPath(found.path)}${asks === "" ? "" : ` [${asks}]`} ${ends.join(", ")}`;
  });
  const never = table.rules.filter(({ reached }) => !reached).map(({ found }) => `(${printPath(found.path)})`);
  return [...chains, ...never, ...table.leftOut.map(({ why }) => `left out: ${why}`)].join("; ");
}

describe("a port with TCP", () => {
  const table: readonly (readonly [string, readonly Manifest[], string])[] = [
    ["no rule", [], "itself"],
    ["a rule for all", [vs(tcp(to("v1")))], "a spec.tcp[0] v1 100"],
    [
      "rules for requests and TLS don't count",
      [vs(`http: [${to("v1")}], ${tls(to("v1", "{sniHosts: [x]}"))}`)],
      "itself",
    ],
    ["by port", [vs(tcp(to("v1", "{port: 1}"), to("v2", "{port: 5432}")))], "a spec.tcp[1] v2 100"],
    [
      "by labels and namespace",
      [vs(tcp(to("v1", "{sourceLabels: {app: web}, sourceNamespace: web}")))],
      "a spec.tcp[0] v1 100",
    ],
    ["another's", [vs(tcp(to("v1", "{sourceLabels: {app: x}}"), to("v2", "{sourceNamespace: x}")))], "itself"],
    ["labels count beside gateways", [vs(tcp(to("v1", "{gateways: [mesh], sourceLabels: {app: x}}")))], "itself"],
    ["at gateways alone", [vs(tcp(to("v1", "{gateways: [edge/g]}")))], "itself"],
    ["what follows one for all is never reached", [vs(tcp(to("v1"), to("v2")))], "a spec.tcp[0] v1 100; (spec.tcp[1])"],
    [
      "addresses, then the rest",
      [vs(tcp(to("v1", "{destinationSubnets: [10.0.0.0/8]}"), to("v2")))],
      "a spec.tcp[0] [10.0.0.0/8] v1 100; a spec.tcp[1] v2 100",
    ],
    [
      "addresses alone, then the service itself",
      [vs(tcp(to("v1", "{destinationSubnets: [10.0.0.0/8]}, {destinationSubnets: [11.0.0.0/8]}")))],
      "a spec.tcp[0] [10.0.0.0/8+11.0.0.0/8] v1 100; itself",
    ],
    [
      "one match asks for no address",
      [vs(tcp(to("v1", "{destinationSubnets: [10.0.0.0/8]}, {port: 5432}")))],
      "a spec.tcp[0] v1 100",
    ],
    ["a rule without a route", [vs(tcp("{match: [{port: 5432}]}", to("v2")))], "a spec.tcp[1] v2 100"],
    [
      "weights",
      [
        vs(
          "tcp: [{route: [{destination: {host: db, subset: v1}, weight: 3}, {destination: {host: db, subset: v2}, weight: 1}]}]",
        ),
      ],
      "a spec.tcp[0] v1 75, v2 25",
    ],
    [
      "alone a weight of nothing doesn't count",
      [vs("tcp: [{route: [{destination: {host: db, subset: v1}, weight: 0}]}]")],
      "a spec.tcp[0] v1 100",
    ],
    [
      "one object after another, the older first",
      [aged(vs(tcp(to("v2"))), "02"), aged(vs(tcp(to("v1", "{destinationSubnets: [10.0.0.0/8]}")), "shop/b"), "01")],
      "b spec.tcp[0] [10.0.0.0/8] v1 100; a spec.tcp[0] v2 100",
    ],
    [
      "the closer host isn't before the older",
      [aged(vs(tcp(to("v2"))), "02"), aged(vs(tcp(to("v1")), "shop/b", "hosts: ['*.local']"), "01")],
      "b spec.tcp[0] v1 100; (spec.tcp[0])",
    ],
    ["not exported to it", [vs(tcp(to("v1")), "shop/a", "hosts: [db], exportTo: [.]")], "itself"],
    ["for gateways", [vs(tcp(to("v1")), "shop/a", "hosts: [db], gateways: [edge/g]")], "itself"],
    ["another host's", [vs(tcp(to("v1")), "web/a")], "itself"],
    [
      "out of the client's scope",
      [vs(tcp(to("v1"))), policy("Sidecar", "web/s", spec("egress: [{hosts: [./*]}]"))],
      "out of scope by s",
    ],
    [
      "objects out of its scope don't count",
      [vs(tcp(to("v1")), "web/a", `hosts: [${HOST}]`), policy("Sidecar", "web/s", spec("egress: [{hosts: [shop/*]}]"))],
      "itself",
    ],
    [
      "a TCPRoute",
      [api("TCPRoute", `${parent()}, rules: [${backend("old")}]`)],
      "r spec.rules[0] old.shop.svc.cluster.local 100",
    ],
    [
      "of any namespace, for all clients",
      [api("TCPRoute", `${parent()}, rules: [${backend("own")}]`, "bank/r")],
      "r spec.rules[0] own.bank.svc.cluster.local 100",
    ],
    ["for another port", [api("TCPRoute", `${parent(", port: 1")}, rules: [${backend("old")}]`)], "itself"],
    [
      "for this port",
      [api("TCPRoute", `${parent(", port: 5432")}, rules: [${backend("old")}]`)],
      "r spec.rules[0] old.shop.svc.cluster.local 100",
    ],
    [
      "without a weight",
      [api("TCPRoute", `${parent()}, rules: [${backend("old", ", weight: 0")}]`)],
      "r spec.rules[0]  100",
    ],
    [
      "a backend of an unknown kind",
      [api("TCPRoute", `${parent()}, rules: [${backend("x", ", kind: Y")}]`)],
      "r spec.rules[0]  100",
    ],
    [
      "a backend without a port takes the route away",
      [api("TCPRoute", `${parent()}, rules: [${backend("old")}, {backendRefs: [{name: x}]}]`)],
      "itself; left out: it names a backend without its port in rule 1, so Istio takes nothing of it",
    ],
    [
      "routes of the client's namespace before the older",
      [aged(vs(tcp(to("v1"))), "01"), aged(api("TCPRoute", `${parent()}, rules: [${backend("own")}]`, "web/r"), "02")],
      "r spec.rules[0] own.web.svc.cluster.local 100; (spec.tcp[0])",
    ],
  ];
  test.each(table)("%s", (_, objects, expected) => {
    expect(said(objects)).toBe(expected);
  });
});

describe("a port with TLS", () => {
  const table: readonly (readonly [string, readonly Manifest[], string])[] = [
    ["no rule", [], "itself"],
    ["rules for TCP don't count", [vs(tcp(to("v1")))], "itself"],
    [
      "a name: the service itself isn't called beside it",
      [vs(tls(to("v1", "{sniHosts: [x.com]}")))],
      "a spec.tls[0] [x.com] v1 100",
    ],
    ["another client's", [vs(tls(to("v1", "{sniHosts: [x.com], sourceLabels: {app: x}}")))], "itself"],
    ["a rule without a match makes nothing", [vs(tls(to("v1")))], "itself"],
    [
      "the same names twice",
      [vs(tls(to("v1", "{sniHosts: [x.com]}"), to("v2", "{sniHosts: [x.com]}, {sniHosts: [y.com]}")))],
      "a spec.tls[0] [x.com] v1 100; a spec.tls[1] [y.com] v2 100; (spec.tls[1])",
    ],
    [
      "addresses go on to what follows",
      [vs(tls(to("v1", "{sniHosts: [x.com], destinationSubnets: [10.0.0.0/8]}"), to("v2", "{sniHosts: [y.com]}")))],
      "a spec.tls[0] [x.com+10.0.0.0/8] v1 100; a spec.tls[1] [y.com+10.0.0.0/8] v2 100",
    ],
    [
      "a TLSRoute, by its names",
      [api("TLSRoute", `${parent()}, hostnames: [${HOST}, '*.local', y.com], rules: [${backend("old")}]`)],
      `r spec.rules[0] [${HOST}+*.local] old.shop.svc.cluster.local 100`,
    ],
    [
      "a single one, whatever it is",
      [api("TLSRoute", `${parent()}, hostnames: [y.com], rules: [${backend("old")}]`)],
      "r spec.rules[0] [y.com] old.shop.svc.cluster.local 100",
    ],
    [
      "without names the service's",
      [api("TLSRoute", `${parent()}, rules: [${backend("old")}]`)],
      `r spec.rules[0] [${HOST}] old.shop.svc.cluster.local 100`,
    ],
    [
      "without a weight it makes nothing",
      [api("TLSRoute", `${parent()}, rules: [${backend("old", ", weight: 0")}]`)],
      "itself; left out: none of its backends has a weight",
    ],
  ];
  test.each(table)("%s", (_, objects, expected) => {
    expect(said(objects, "tls")).toBe(expected);
  });
});

describe("at a waypoint", () => {
  const door = { namespace: "shop", labels: {}, port: 5432 };
  const table: readonly (readonly [string, readonly Manifest[], string])[] = [
    ["no rule", [], "itself"],
    ["the first for the port", [vs(tcp(to("v1", "{port: 1}"), to("v2", "{port: 5432}"), to("v3")))], "spec.tcp[1]"],
    ["addresses aren't looked at", [vs(tcp(to("v1", "{destinationSubnets: [10.0.0.0/8]}")))], "spec.tcp[0]"],
    [
      "what asks for clients counts for none",
      [vs(tcp(to("v1", "{sourceNamespace: web}"), to("v2", "{sourceLabels: {a: b}}")))],
      "itself",
    ],
    [
      "TLS for the host's name first",
      [vs(`${tcp(to("v1"))}, ${tls(to("v2", `{sniHosts: [${HOST}]}`))}`)],
      "spec.tls[0]",
    ],
    ["not for other names", [vs(`${tcp(to("v1"))}, ${tls(to("v2", "{sniHosts: [x.com]}"))}`)], "spec.tcp[0]"],
    ["objects of other namespaces don't count", [vs(tcp(to("v1")), "bank/a", `hosts: [${HOST}]`)], "itself"],
  ];
  test.each(table)("%s", (_, objects, expected) => {
    const found = waypointRule(HOST, "shop", door, worldOf(objects));
    expect(found === null ? "itself" : printPath(found.path)).toBe(expected);
  });
});
