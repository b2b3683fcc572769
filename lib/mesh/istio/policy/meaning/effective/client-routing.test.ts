import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { NETWORKING } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { keepsServices } from "../routing/unknown-host.ts";
import { api, ask, dr, HOST, of, portOf, service, spec, to, V, vs, worldOf } from "./client-routing.test-support.ts";
import { clientRouting } from "./client-routing.ts";

const NO_FACTS = {
  ...{ autoMtls: null, trustDomains: null, normalization: null, registryOnly: null, serviceExport: null },
  ...{ authorizers: null, why: null },
};

describe("what each client gets", () => {
  const SPLIT = vs(to("v1=90 v2=10"));
  const GATE = policy(
    "Gateway",
    "edge/g",
    spec("selector: {istio: in}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]"),
    NETWORKING,
  );
  const table: readonly (readonly [string, readonly Manifest[], string, string])[] = [
    ["without any object", [], "shop/web", "itself; all → any 100"],
    ["shares and subsets", [V, SPLIT], "bank/till", "rules; all → v1 90, v2 10"],
    [
      "subsets that a rule of its namespace hides",
      [V, SPLIT, dr([], "bank/own")],
      "bank/till",
      "rules; all → v1 90!, v2 10!",
    ],
    ["not for others", [V, SPLIT, dr([], "bank/own")], "shop/web", "rules; all → v1 90, v2 10"],
    ["a subset without a ready pod", [dr(["v3"]), vs(to("v3"))], "shop/web", "rules; all → v3 100!"],
    [
      "matches in words, without what is settled",
      [V, vs(`${to("v1", "{uri: {prefix: /a}, sourceNamespace: shop, port: 80}")}, ${to("v2")}`)],
      "shop/web",
      'rules; path starts with "/a" → v1 100; all → v2 100',
    ],
    [
      "rules that are for others",
      [V, vs(`${to("v1", "{sourceNamespace: shop}")}, ${to("v2")}`)],
      "bank/till",
      "rules; all → v2 100",
    ],
    [
      "a rule that is never reached",
      [V, vs(`${to("v1")}, ${to("v2", "{uri: {prefix: /a}}")}`)],
      "shop/web",
      'rules; all → v1 100; path starts with "/a" → v2 100 (never)',
    ],
    [
      "nothing takes the rest",
      [V, vs(to("v1", "{uri: {prefix: /a}}"))],
      "shop/web",
      'rules; path starts with "/a" → v1 100; 404',
    ],
    [
      "a Sidecar that leaves it out",
      [policy("Sidecar", "bank/s", spec("egress: [{hosts: ['bank/*']}]"))],
      "bank/till",
      "out-of-scope; the mesh’s outboundTrafficPolicy, which decides whether calls go past the mesh or nowhere",
    ],
    ["ambient without a waypoint", [V, SPLIT], "amb/one", "itself; all → any 100"],
    ["without a proxy", [V, SPLIT], "old/raw", "itself; all → any 100"],
    ["a gateway that doesn't lead there", [V, SPLIT, GATE], "edge/in", "nothing"],
    [
      "a gateway that does",
      [V, GATE, vs(to("v1"), "shop/a", "hosts: [x.com], gateways: [edge/g]")],
      "edge/in",
      "rules; x.com:80 all → v1 100",
    ],
    [
      "a route of the Gateway API",
      [
        api(
          `parentRefs: [{group: '', kind: Service, name: reviews}], rules: [{backendRefs: [{name: reviews, port: 80}]}]`,
        ),
      ],
      "bank/till",
      "rules; all → any 100",
    ],
    [
      "objects of a revision",
      [{ ...SPLIT, metadata: { ...SPLIT.metadata, labels: { "istio.io/rev": "x" } } }],
      "shop/web",
      "unknown; which control plane serves the proxy: objects that count say istio.io/rev, and its pods don’t say their revision",
    ],
  ];
  for (const [name, objects, client, wanted] of table) test(name, () => expect(of(ask(objects), client)).toBe(wanted));

  test.each([
    ["to namespaces that it is exported to", "shop/web", "itself; all → any 100", null],
    ["to others, which pass it by", "bank/till", "not-exported", "ALLOW_ANY"],
    ["to gateways", "edge/in", "rules; x.com:80 all → any 100!", null],
    ["to ambient clients", "amb/one", "itself; all → any 100", null],
  ])("a Service that is its namespace's alone: %s", (_, client, wanted, outbound) => {
    const called = service({ exportTo: ["."] });
    const open = vs(`{route: [{destination: {host: ${HOST}}}]}`, "shop/a", "hosts: [x.com], gateways: [edge/g]");
    const world = worldOf([GATE, open], called);
    const mesh = { ...NO_FACTS, registryOnly: false };
    const { classes } = clientRouting(called, portOf(called), {
      ...world,
      mesh,
      keeps: keepsServices(world.inventory, { mesh }),
    });
    expect(of(classes, client)).toBe(wanted);
    const [namespace] = client.split("/");
    expect(classes.find(({ clients }) => clients.some((each) => each.namespace === namespace))?.outbound).toBe(
      outbound,
    );
  });

  const WAYPOINT = service({ waypoint: { name: "door", namespace: null } });
  test.each([
    ["ambient clients by the waypoint", "amb/one", "rules; all → v1 90, v2 10"],
    ["sidecars past it", "bank/till", "rules; all → v1 90, v2 10"],
    ["what has no proxy past it", "old/raw", "itself; all → any 100"],
  ])("with a waypoint: %s", (_, client, wanted) => {
    const classes = ask([V, SPLIT], WAYPOINT);
    expect(of(classes, client)).toBe(wanted);
    expect(classes.find(({ plane }) => plane === "ambient")?.waypoint).toBe("shop/door");
  });

  test("pods that aren't ready count where the Service publishes them", () => {
    const objects = [dr(["v3"]), vs(to("v3"))];
    expect(of(ask(objects, service({ publishesUnready: true })), "shop/web")).toBe("rules; all → v3 100");
    expect(of(ask(objects, service({ publishesUnready: false })), "shop/web")).toBe("rules; all → v3 100!");
  });

  test("a waypoint reads rules of its own namespace and the service's alone, and no labels of clients", () => {
    const elsewhere = vs(to("v2"), "bank/b");
    expect(of(ask([V, elsewhere], WAYPOINT), "amb/one")).toBe("itself; all → any 100");
    const [amb] = ask([V, vs(`${to("v2", "{sourceLabels: {app: one}}")}, ${to("v1")}`)], WAYPOINT).filter(
      ({ plane }) => plane === "ambient",
    );
    expect(amb).toMatchObject({
      decides: "rules",
      rules: [{ to: [{ subset: "v1" }] }],
      ignored: [{ why: expect.stringContaining("labels") }],
    });
  });

  test("a waypoint that doesn't run is unknown", () => {
    expect(of(ask([], service({ waypoint: { name: "gone", namespace: null } })), "amb/one")).toBe(
      "unknown; whether waypoint shop/gone runs",
    );
  });

  test.each([
    ["past the waypoint", {}, {}, /^rules; x\.com:80 all → v1 100$/],
    ["through it by the Service's label", { ingressWaypoint: true }, {}, /^unknown; what the service’s waypoint makes/],
    ["through it by the namespace's", {}, { "istio.io/ingress-use-waypoint": "true" }, /^unknown; what the service’s/],
    ["the Service's label first", { ingressWaypoint: false }, { "istio.io/ingress-use-waypoint": "true" }, /^rules/],
  ])("gateways come %s", (_, more, labels, wanted) => {
    const called = { ...WAYPOINT, ...more };
    const world = worldOf([V, GATE, vs(to("v1"), "shop/a", "hosts: [x.com], gateways: [edge/g]")], called);
    const shop = { cluster: "west", name: "shop", dataplane: "ambient" as const, revision: null, labels };
    const inventory = { ...world.inventory, namespaces: new Map([["shop", shop]]) };
    expect(of(clientRouting(called, portOf(called), { ...world, inventory }).classes, "edge/in")).toMatch(wanted);
  });

  test("clients with one answer stand together, and waypoints aren't clients", () => {
    const classes = ask([V, SPLIT]);
    expect(classes.map(({ plane, clients }) => [plane, clients])).toEqual([
      [
        "sidecar",
        [
          { namespace: "bank", names: ["till"] },
          { namespace: "shop", names: ["r-v1", "r-v2", "r-v3", "web"] },
        ],
      ],
      ["gateway", [{ namespace: "edge", names: ["in"] }]],
      ["ambient", [{ namespace: "amb", names: ["one", "two"] }]],
      ["none", [{ namespace: "old", names: ["raw"] }]],
    ]);
  });

  test("shadowed objects, and rules that ambient clients ignore, are named", () => {
    const classes = ask([V, SPLIT, vs(to("v2"), "shop/b")]);
    expect(classes[0]?.shadowed).toMatchObject([{ object: { name: "b" } }]);
    expect(classes.find(({ plane }) => plane === "ambient")?.ignored.map(({ source }) => source.object.name)).toEqual([
      "a",
      "b",
    ]);
  });

  test("what may not be seen is unknown, and isn't told", () => {
    const classes = ask([V, vs(to("v1"), "bank/b")], service(), { sees: (each) => each.metadata.namespace !== "bank" });
    expect(of(classes, "shop/web")).toBe("unknown; an object you may not see");
    expect(JSON.stringify(classes)).not.toMatch(/"b"|"subset":"v/);
  });

  test("nor what a DestinationRule out of sight makes of another host", () => {
    const other = vs("{route: [{destination: {host: ratings.shop.svc.cluster.local, subset: x}}]}");
    const hidden = policy(
      "DestinationRule",
      "bank/d",
      spec("host: ratings.shop.svc.cluster.local, subsets: [{name: x}]"),
    );
    const classes = ask([other, hidden], service(), { sees: (each) => each.metadata.namespace !== "bank" });
    expect(of(classes, "bank/till")).toBe("unknown; an object you may not see");
  });
});
