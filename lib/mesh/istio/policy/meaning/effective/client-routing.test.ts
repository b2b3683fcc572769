import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import type { ClientRule, RoutingClass } from "#lib/policy/client-routing.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { GATEWAY_API, NETWORKING } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import { classifier } from "./client-classes.ts";
import { answerFor, clientRouting, clientsOf } from "./client-routing.ts";
import type { SecurityWorld } from "./sight.ts";

const HOST = "reviews.shop.svc.cluster.local";
const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const vs = (http: string, place = "shop/a", more = `hosts: [${HOST}]`) =>
  policy("VirtualService", place, spec(`${more}, http: [${http}]`));
const to = (subsets: string, match = "") => {
  const all = subsets.split(" ").map((each) => {
    const [subset, weight] = each.split("=");
    return `{destination: {host: ${HOST}, subset: ${subset}}, weight: ${weight ?? 100}}`;
  });
  return `{${match === "" ? "" : `match: [${match}], `}route: [${all.join(", ")}]}`;
};
const dr = (subsets: readonly string[], place = "shop/d", more = "") =>
  policy(
    "DestinationRule",
    place,
    spec(
      `host: ${HOST}, subsets: [${subsets.map((name) => `{name: ${name}, labels: {version: ${name}}}`).join(", ")}]${more}`,
    ),
  );
const api = (spec_: string, place = "shop/r") => policy("HTTPRoute", place, spec(spec_));
const V = dr(["v1", "v2"]);

const workload = (place: string, dataplane: Workload["dataplane"], more: Partial<Workload> = {}): Workload => {
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
const service = (more: Partial<Service> = {}): Service => ({
  ...{ cluster: "west", namespace: "shop", name: "reviews", selector: { app: "r" }, headless: false },
  ...{ workloads: ["r-v1", "r-v2", "r-v3"], ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null }] },
  ...more,
});
const CLIENTS = [
  ...[workload("shop/web", "sidecar"), workload("shop/r-v1", "sidecar"), workload("shop/r-v2", "sidecar")],
  ...[workload("shop/r-v3", "sidecar"), workload("bank/till", "sidecar"), workload("amb/one", "ambient")],
  ...[
    workload("amb/two", "ambient"),
    workload("old/raw", "none"),
    workload("edge/in", "gateway", { labels: { istio: "in" } }),
  ],
  workload("shop/door", "waypoint", { labels: { [`${GATEWAY_API}/gateway-name`]: "door" } }),
];

function worldOf(
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
const portOf = (called: Service) => called.ports[0] ?? { name: null, port: 80, protocol: "TCP", appProtocol: null };
const ask = (objects: readonly Manifest[], called = service(), more: Partial<SecurityWorld> = {}) =>
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
function of(classes: readonly RoutingClass[], client: string): string {
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
      "unknown; whether the control plane of revision default reads the objects that say istio.io/rev",
    ],
  ];
  for (const [name, objects, client, wanted] of table) test(name, () => expect(of(ask(objects), client)).toBe(wanted));

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

describe("a port that carries bytes", () => {
  const spoken = (name: string) => service({ ports: [{ name, port: 80, protocol: "TCP", appProtocol: null }] });
  const bytes = (rules: string, more = `hosts: [${HOST}]`) =>
    policy("VirtualService", "shop/a", spec(`${more}, ${rules}`));
  const gate = (server: string) =>
    policy("Gateway", "edge/g", spec(`selector: {istio: in}, servers: [${server}]`), NETWORKING);
  const TCP = gate("{port: {number: 90, protocol: TCP}, hosts: ['*']}");
  const TLS = gate("{port: {number: 443, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}");
  const AT = "hosts: ['*'], gateways: [edge/g]";
  const tcpRoute = {
    ...policy(
      "TCPRoute",
      "shop/r",
      spec(
        `parentRefs: [{group: '', kind: Service, name: reviews}], rules: [{backendRefs: [{name: reviews, port: 80}]}]`,
      ),
    ),
    apiVersion: "gateway.networking.k8s.io/v1",
  };
  const istiod = (version: string | null) =>
    workload("istio-system/istiod", "none", {
      labels: { app: "istiod", ...(version === null ? {} : { "app.kubernetes.io/version": version }) },
    });
  const READS =
    "whether istiod reads TCPRoutes: from Istio 1.31 on it does, of version v1, before with PILOT_ENABLE_ALPHA_GATEWAY_API alone";
  const table: readonly (readonly [string, readonly Manifest[], string, string, string?])[] = [
    ["no rule", [], "shop/web", "itself; all → any 100"],
    ["rules for requests", [V, vs(to("v1"))], "shop/web", "itself; all → any 100"],
    ["a rule for all", [V, bytes(`tcp: [${to("v1=90 v2=10")}]`)], "shop/web", "rules; all → v1 90, v2 10"],
    [
      "an address, and the rest",
      [V, bytes(`tcp: [${to("v1", "{destinationSubnets: [10.0.0.0/8], port: 80}")}]`)],
      "shop/web",
      "rules; address = 10.0.0.0/8 → v1 100; all → any 100",
    ],
    [
      "never reached",
      [V, bytes(`tcp: [${to("v1")}, ${to("v2")}]`)],
      "shop/web",
      "rules; all → v1 100; all → v2 100 (never)",
    ],
    [
      "another's labels",
      [V, bytes(`tcp: [${to("v1", "{sourceLabels: {app: till}}")}]`)],
      "bank/till",
      "rules; all → v1 100",
    ],
    [
      "not this one's",
      [V, bytes(`tcp: [${to("v1", "{sourceLabels: {app: till}}")}]`)],
      "shop/web",
      "itself; all → any 100",
    ],
    ["a subset that nobody declares", [bytes(`tcp: [${to("v1")}]`)], "shop/web", "rules; all → v1 100!"],
    [
      "TLS by name, and what goes past",
      [V, bytes(`tls: [${to("v1", "{sniHosts: [x.com]}")}]`)],
      "shop/web",
      "rules; SNI = x.com → v1 100; outbound-traffic-policy",
      "https",
    ],
    [
      "two rules that ask for one name",
      [V, bytes(`tls: [${to("v1", "{sniHosts: [x.com, y.com]}")}, ${to("v2", "{sniHosts: [x.com]}")}]`)],
      "shop/web",
      "unknown; what the proxy had before: Envoy refuses a listener where two rules ask for the same name and address",
      "https",
    ],
    ["a protocol that nobody says", [V, bytes(`tcp: [${to("v1")}]`)], "shop/web", "unknown; the port’s protocol", "x"],
    ["ambient clients past it", [V, bytes(`tcp: [${to("v1")}]`)], "amb/one", "itself; all → any 100"],
    ["at a gateway", [V, TCP, bytes(`tcp: [${to("v1")}]`, AT)], "edge/in", "rules; TCP:90 all → v1 100"],
    [
      "TLS at a gateway",
      [V, TLS, bytes(`tls: [${to("v1", "{sniHosts: [x.com]}")}]`, AT)],
      "edge/in",
      "rules; TLS x.com:443 all → v1 100",
    ],
    [
      "a gateway that leads elsewhere",
      [V, TCP, bytes("tcp: [{route: [{destination: {host: x.shop.svc.cluster.local}}]}]", AT)],
      "edge/in",
      "nothing",
    ],
    [
      "for other networks",
      [gate("{port: {number: 15443, protocol: TLS}, hosts: ['*.local'], tls: {mode: AUTO_PASSTHROUGH}}")],
      "edge/in",
      "unknown; what proxies of other networks send through its AUTO_PASSTHROUGH servers",
    ],
    ["a TCPRoute", [tcpRoute], "shop/web", `unknown; ${READS}; which Istio runs isn’t known`],
  ];
  test.each(table)("%s", (_, objects, client, wanted, name = "tcp") => {
    expect(of(ask(objects, spoken(name)), client)).toBe(wanted);
  });

  test.each([
    ["1.31.0", "rules; all → any 100"],
    ["1.32-alpha.1", "rules; all → any 100"],
    ["1.30.4", `unknown; ${READS}; Istio 1.30 runs`],
    [null, `unknown; ${READS}; which Istio runs isn’t known`],
    ["next", `unknown; ${READS}; which Istio runs isn’t known`],
  ])("TCPRoutes with Istio %s", (version, wanted) => {
    const called = spoken("tcp");
    const world = worldOf([tcpRoute], called, [...CLIENTS, istiod(version)]);
    expect(of(clientRouting(called, portOf(called), world).classes, "shop/web")).toBe(wanted);
  });

  test("ambient clients by the waypoint", () => {
    const called = { ...spoken("tcp"), waypoint: { name: "door", namespace: null } };
    expect(of(ask([V, bytes(`tcp: [${to("v1")}]`)], called), "amb/one")).toBe("rules; all → v1 100");
    expect(of(ask([V, vs(to("v1"))], called), "amb/one")).toBe("itself; all → any 100");
  });

  test("what is left out is named", () => {
    const route = { ...tcpRoute, spec: { ...tcpRoute.spec, rules: [{ backendRefs: [{ name: "reviews" }] }] } };
    const called = spoken("tcp");
    const world = worldOf([route], called, [...CLIENTS, istiod("1.31.0")]);
    expect(clientRouting(called, portOf(called), world).classes[0]?.ignored).toMatchObject([
      { why: expect.stringContaining("without its port") },
    ]);
  });
});

describe("for any objects", () => {
  const subset = fc.constantFrom("v1", "v2", "v9");
  const match = fc.constantFrom(
    "",
    "{sourceLabels: {app: web}}",
    "{sourceLabels: {tier: a}}",
    "{sourceNamespace: bank}",
    "{uri: {prefix: /a}}",
    "{gateways: [edge/g]}",
  );
  const place = fc.constantFrom("shop/a", "shop/b", "bank/a", "bank/b", "istio-system/a");
  const rules = fc.array(
    fc.tuple(subset, match).map(([name, asked]) => to(name, asked)),
    { minLength: 1, maxLength: 3 },
  );
  const object = fc.oneof(
    fc
      .tuple(rules, place, fc.constantFrom("", ", exportTo: [.]", ", exportTo: [bank]"))
      .map(([list, at, more]) => vs(list.join(", "), at, `hosts: ['${HOST}']${more}`)),
    fc
      .tuple(
        place,
        fc.constantFrom(
          "",
          ", workloadSelector: {matchLabels: {app: till}}",
          ", workloadSelector: {matchLabels: {tier: a}}",
        ),
      )
      .map(([at, more]) => dr(["v1"], at, more)),
    fc
      .tuple(
        place,
        fc.constantFrom(
          "egress: [{hosts: ['bank/*']}]",
          "workloadSelector: {labels: {tier: b}}, egress: [{hosts: ['bank/*']}]",
        ),
      )
      .map(([at, text]) => policy("Sidecar", at, spec(text))),
    fc
      .tuple(place, fc.constantFrom("reviews", "other"))
      .map(([at, name]) =>
        api(
          `parentRefs: [{group: '', kind: Service, name: ${name}, namespace: shop}], rules: [{backendRefs: [{name: reviews, namespace: shop, port: 80}]}]`,
          at,
        ),
      ),
  );
  const clients = fc
    .array(
      fc.record({
        namespace: fc.constantFrom("shop", "bank", "web"),
        dataplane: fc.constantFrom("sidecar", "sidecar", "ambient", "none", "gateway"),
        app: fc.constantFrom("web", "till"),
        tier: fc.constantFrom("a", "b", "c"),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((list) =>
      list.map(({ namespace, dataplane, app, tier }, at) =>
        workload(`${namespace}/w${at}`, dataplane as Workload["dataplane"], { labels: { app, tier, istio: tier } }),
      ),
    );

  test("of 1,000 clients as many are asked as can differ", () => {
    const all = Array.from({ length: 1000 }, (_, at) =>
      workload(`n${at % 20}/w${at}`, "sidecar", { labels: { app: `w${at}`, tier: at % 3 === 0 ? "a" : "b" } }),
    );
    const keys = (objects: readonly Manifest[]) => new Set(all.map(classifier(worldOf(objects)))).size;
    expect(keys([vs(to("v1")), V])).toBe(20);
    expect(keys([vs(to("v1", "{sourceLabels: {tier: a}}")), V])).toBe(40);
    expect(keys([policy("Sidecar", "n1/s", spec("workloadSelector: {labels: {tier: a}}"))])).toBe(21);
  });

  test("each client has the answer that it has alone", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(object, {
          maxLength: 8,
          selector: (it) => `${it.kind} ${it.metadata.namespace}/${it.metadata.name}`,
        }),
        clients,
        (objects, all) => {
          const called = service();
          const world = worldOf(objects, called, all);
          const { classes } = clientRouting(called, portOf(called), world);
          for (const client of clientsOf(world)) {
            const alone = answerFor(client, called, portOf(called), world, world);
            const own = classes.filter((each) =>
              each.clients.some(
                ({ namespace, names }) => namespace === client.namespace && names.includes(client.name),
              ),
            );
            expect(own).toMatchObject([alone]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
