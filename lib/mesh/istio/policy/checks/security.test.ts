import { describe, expect, test } from "vitest";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import {
  type Case,
  calm,
  codesOf,
  consoleWorld,
  deployment,
  dr,
  findingsOf,
  namespace,
  o,
  service,
  shop,
  testCases,
  waypoint,
  worldOf,
} from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";

const peer = (spec: string, place = "shop/p") => o("PeerAuthentication", place, spec);
const allow = (spec: string, place = "shop/a") => o("AuthorizationPolicy", place, spec);
const rules = (from: string, to = "") =>
  allow(`rules: [{from: [{source: {${from}}}]${to === "" ? "" : `, to: [{operation: {${to}}}]`}}]`);
const operation = (to: string) => allow(`rules: [{to: [{operation: {${to}}}]}]`);
const mesh = (settings: string) => o("ConfigMap", "istio-system/istio", "", `data: {mesh: "${settings}"}`);
const STRICT = "mtls: {mode: STRICT}";
const OFF = "mtls: {mode: DISABLE}";
const on = (spec: string) => `selector: {matchLabels: {app: reviews}}, ${spec}`;
const tls = (mode: string, host = "reviews") => dr(`host: '${host}', trafficPolicy: {tls: {mode: ${mode}}}`);
const manual = mesh("enableAutoMtls: false");
const SELECTING = mesh("discoverySelectors: [{matchLabels: {mesh: 'on'}}]");
const wide = (mode: string, host: string, place: string) =>
  dr(`host: '${host}', trafficPolicy: {tls: {mode: ${mode}}}`, place);

const tcp = service("shop/reviews-db", "reviews", "{name: tcp-db, port: 5432}");

const cases: readonly Case[] = [
  ["plaintext-to-strict", [peer(STRICT), tls("DISABLE")], [peer("mtls: {mode: PERMISSIVE}"), tls("DISABLE")]],
  ["mtls-to-plaintext", [peer(OFF), tls("ISTIO_MUTUAL")], [tls("ISTIO_MUTUAL")]],
  [
    "strict-inside-disabled",
    [peer(OFF), peer(on(STRICT), "shop/q")],
    [peer("mtls: {mode: PERMISSIVE}"), peer(on(STRICT), "shop/q")],
  ],
  [
    "strict-inside-disabled",
    [peer(OFF), peer(on(STRICT), "shop/q"), tls("ISTIO_MUTUAL", "multi")],
    [peer(OFF), peer(on(STRICT), "shop/q"), tls("ISTIO_MUTUAL")],
  ],
  [
    "port-mtls-without-selector",
    [peer("portLevelMtls: {8080: {mode: DISABLE}}")],
    [peer(on("portLevelMtls: {8080: {mode: DISABLE}}"))],
  ],
  ["peer-selector-in-root", [peer(on(STRICT), "istio-system/p")], [peer(STRICT, "istio-system/p")]],
  ["mtls-not-told-in-mesh", [manual, peer(STRICT, "istio-system/p")], [peer(STRICT, "istio-system/p")]],
  [
    "mtls-not-told-in-namespace",
    [manual, peer(STRICT)],
    [manual, peer(STRICT), wide("ISTIO_MUTUAL", "*.shop.svc.cluster.local", "shop/w")],
  ],
  [
    "plaintext-not-told-in-namespace",
    [manual, peer(OFF), wide("ISTIO_MUTUAL", "*.local", "istio-system/w")],
    [manual, peer(OFF)],
  ],
  [
    "plaintext-not-told-in-mesh",
    [manual, peer(OFF, "istio-system/p"), wide("ISTIO_MUTUAL", "*.local", "istio-system/w")],
    [manual, peer(OFF, "istio-system/p")],
  ],
  ["source-namespace-unknown", [rules("namespaces: [nowhere]")], [rules("namespaces: [shop, 'pre*']")]],
  ["method-unlikely", [operation("methods: [get]")], [operation("methods: [GET, '*', PURGE]")]],
  [
    "operation-host-unknown",
    [operation("hosts: [nobody.example.com]")],
    [operation("hosts: [reviews, 'reviews.shop.svc.cluster.local:9080', '*.example.com']")],
  ],
  ["identity-without-mtls", [peer(OFF), rules("principals: ['*']")], [peer(STRICT), rules("principals: ['*']")]],
  [
    "authorizer-unknown",
    [
      mesh("extensionProviders: [{name: opa, zipkin: {}}]"),
      allow("action: CUSTOM, provider: {name: opa}, rules: [{}]"),
    ],
    [
      mesh("extensionProviders: [{name: opa, envoyExtAuthzGrpc: {}}]"),
      allow("action: CUSTOM, provider: {name: opa}, rules: [{}]"),
    ],
  ],
  [
    "authorizer-unknown",
    [mesh("{}"), allow("action: CUSTOM, provider: {name: opa}, rules: [{}]")],
    [allow("action: CUSTOM, provider: {name: opa}, rules: [{}]")],
  ],
  [
    "not-read-by-istiod",
    [SELECTING, namespace("out"), allow("", "out/a")],
    [SELECTING, namespace("out", "mesh: on"), allow("", "out/a")],
  ],
  [
    "principal-unknown",
    [rules("principals: [cluster.local/ns/shop/sa/nobody]")],
    [rules("principals: [cluster.local/ns/shop/sa/default]")],
  ],
  [
    "principal-malformed",
    [rules("principals: [reviews]")],
    [rules("principals: [cluster.local/ns/shop/sa/default, 'cluster.local/ns/shop/*']")],
  ],
  [
    "trust-domain-unknown",
    [mesh("trustDomain: corp.example"), rules("principals: [other.example/ns/shop/sa/default]")],
    [mesh("trustDomain: corp.example"), rules("principals: [corp.example/ns/shop/sa/default]")],
  ],
  ["namespace-default-twice", [peer(STRICT), peer(STRICT, "shop/q")], [peer(STRICT), peer(STRICT, "edge/q")]],
  [
    "sidecar-default-twice",
    [o("Sidecar", "shop/a", "egress: [{hosts: ['./*']}]"), o("Sidecar", "shop/b", "egress: [{hosts: ['./*']}]")],
    [o("Sidecar", "shop/a", "egress: [{hosts: ['./*']}]")],
  ],
  [
    "telemetry-default-twice",
    [o("Telemetry", "shop/a", "metrics: [{}]"), o("Telemetry", "shop/b", "metrics: [{}]")],
    [o("Telemetry", "shop/a", "metrics: [{}]")],
  ],
  [
    "workload-selected-twice",
    [peer(on(STRICT)), peer("selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}", "shop/q")],
    [
      peer("selector: {matchLabels: {version: v2}}, mtls: {mode: STRICT}"),
      peer("selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}", "shop/q"),
    ],
  ],
  [
    "sidecar-selects-twice",
    [
      o("Sidecar", "shop/a", "workloadSelector: {labels: {app: reviews}}"),
      o("Sidecar", "shop/b", "workloadSelector: {labels: {version: v1}}"),
    ],
    [
      o("Sidecar", "shop/a", "workloadSelector: {labels: {app: reviews}}"),
      o("Sidecar", "shop/b", "workloadSelector: {labels: {app: multi}}"),
    ],
  ],
  [
    "telemetry-selects-twice",
    [o("Telemetry", "shop/a", on("metrics: [{}]")), o("Telemetry", "shop/b", on("metrics: [{}]"))],
    [o("Telemetry", "shop/a", on("metrics: [{}]"))],
  ],
  ["selector-takes-nothing", [allow("selector: {matchLabels: {app: nobody}}")], [allow(on("rules: [{}]"))]],
  [
    "selector-on-gateway-pods",
    [
      deployment("edge/k", "gateway.networking.k8s.io/gateway-name: public"),
      allow("selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: public}}", "edge/a"),
    ],
    [
      deployment("edge/k", "gateway.networking.k8s.io/gateway-name: public"),
      allow("targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: public}]", "edge/a"),
    ],
  ],
  [
    "authorization-needs-waypoint",
    [...calm, allow("rules: [{to: [{operation: {methods: [GET]}}]}]", "calm/a")],
    [...calm, allow("rules: [{from: [{source: {namespaces: [shop]}}]}]", "calm/a")],
  ],
  [
    "authorization-needs-target",
    [...calm, waypoint, allow("rules: [{to: [{operation: {methods: [GET]}}]}]", "calm/a")],
    [
      ...calm,
      waypoint,
      allow(
        "targetRefs: [{group: '', kind: Service, name: pay}], rules: [{to: [{operation: {methods: [GET]}}]}]",
        "calm/a",
      ),
    ],
  ],
  [
    "authentication-needs-waypoint",
    [...calm, o("RequestAuthentication", "calm/a", "jwtRules: [{issuer: a}]")],
    [...calm, o("RequestAuthentication", "shop/a", "jwtRules: [{issuer: a}]")],
  ],
  [
    "authentication-needs-target",
    [...calm, waypoint, o("RequestAuthentication", "calm/a", "jwtRules: [{issuer: a}]")],
    [...calm, o("RequestAuthentication", "calm/a", "jwtRules: [{issuer: a}]")],
  ],
  [
    "wasm-needs-waypoint",
    [...calm, o("WasmPlugin", "calm/a", "url: oci://a")],
    [...calm, o("WasmPlugin", "shop/a", "url: oci://a")],
  ],
  [
    "wasm-needs-target",
    [...calm, waypoint, o("WasmPlugin", "calm/a", "url: oci://a")],
    [...calm, o("WasmPlugin", "calm/a", "url: oci://a")],
  ],
  [
    "telemetry-needs-waypoint",
    [...calm, o("Telemetry", "calm/a", "metrics: [{}]")],
    [...calm, o("Telemetry", "shop/a", "metrics: [{}]")],
  ],
  [
    "telemetry-needs-target",
    [...calm, waypoint, o("Telemetry", "calm/a", "metrics: [{}]")],
    [...calm, o("Telemetry", "calm/a", "metrics: [{}]")],
  ],
  [
    "denial-takes-all-of-tcp",
    [tcp, allow("action: DENY, rules: [{to: [{operation: {methods: [DELETE]}}]}]")],
    [tcp, allow("action: DENY, rules: [{to: [{operation: {methods: [DELETE], ports: ['9080']}}]}]")],
  ],
  [
    "denial-takes-all-of-tcp",
    [tcp, allow("action: DENY, rules: [{}, {from: [{source: {requestPrincipals: ['*']}}]}]")],
    [tcp, allow("action: DENY, rules: [{from: [{source: {notNamespaces: [edge]}}]}]")],
  ],
  [
    "denial-takes-all-of-tcp",
    [tcp, allow("action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]", "istio-system/a")],
    // Of HTTP alone, or allowing.
    [
      tcp,
      allow("action: DENY, selector: {matchLabels: {app: multi}}, rules: [{to: [{operation: {paths: [/admin]}}]}]"),
      allow("rules: [{to: [{operation: {paths: [/admin]}}]}]", "shop/b"),
    ],
  ],
  [
    "workload-without-authorization",
    [allow(on("rules: [{}]"))],
    [allow("rules: [{}]"), allow(on("rules: [{}]"), "shop/b")],
  ],
  [
    "workload-without-authorization",
    // One of the root namespace counts for those whom it selects.
    [allow(on("rules: [{}]")), allow("selector: {matchLabels: {app: nobody}}, rules: [{}]", "istio-system/r")],
    [allow(on("rules: [{}]")), allow("selector: {matchLabels: {app: multi}}, rules: [{}]", "istio-system/r")],
  ],
  [
    "workload-without-authorization",
    [
      allow(on("rules: [{}]")),
      allow(
        "targetRefs: [{kind: GatewayClass, group: gateway.networking.k8s.io, name: w}], rules: [{}]",
        "istio-system/r",
      ),
    ],
    [allow(on("rules: [{}]")), allow("rules: [{}]", "istio-system/r")],
  ],
];

testCases("security", cases);
test("several RequestAuthentications and AuthorizationPolicies add up, and are no fault", () => {
  const twice = ["a", "b"].flatMap((name) => [
    o("RequestAuthentication", `shop/${name}`, "jwtRules: [{issuer: a}]"),
    allow("rules: [{}]", `shop/${name}`),
  ]);
  expect(codesOf(twice)).toEqual([]);
});

test("principal-in-other-cluster: an identity that runs in another cluster alone is no mistake", () => {
  const world = worldOf([...shop, rules("principals: [cluster.local/ns/shop/sa/robot]")]);
  const other = worldOf([
    namespace("shop"),
    o("Pod", "shop/r", "serviceAccountName: robot, containers: [{name: app}]", "status: {phase: Running}"),
  ]);
  const elsewhere = [{ ...(other.inventory as ClusterInventory), cluster: "east" }];
  const found = new ChecksEngine().check({ ...world, elsewhere });
  expect(found.map(({ code, also }) => [code, ...also])).toEqual([["principal-in-other-cluster", "KIA0107"]]);
  // Who can't see it there isn't told.
  expect(found[0]?.evidence).toMatchObject([{ object: { cluster: "east", namespace: "shop", name: "robot" } }]);
});

test("accounts and workloads that aren't read are not missing", () => {
  const policies = [
    rules("principals: [cluster.local/ns/shop/sa/nobody]", "hosts: [nobody]"),
    peer(on(STRICT)),
    rules("namespaces: [nowhere]"),
  ];
  expect(findingsOf(policies, false)).toEqual([]);
});

test("which objects decide is said", () => {
  const [found] = findingsOf([...shop, peer(STRICT), tls("DISABLE")]);
  expect(found?.evidence[0]).toMatchObject({
    object: { kind: "PeerAuthentication", name: "p" },
    path: "spec.mtls.mode",
  });
  // A traffic policy of nothing is refused.
  expect(found?.fix.edits).toEqual([{ path: "spec.trafficPolicy" }]);
});

test("nothing else is told of an object that istiod doesn't read", () => {
  const broken = dr("host: nobody, subsets: [{name: a}]", "out/d");
  const all = [namespace("out"), broken];
  expect(findingsOf([...all, mesh("{}")]).map(({ code }) => code)).toContain("rule-host-unknown");
  expect(
    findingsOf([...all, SELECTING])
      .filter(({ object }) => object.name === "d")
      .map(({ code }) => code),
  ).toEqual(["not-read-by-istiod"]);
});

test("the mesh's default exportTo decides who sees an object that says none", () => {
  const delegating = [
    namespace("other"),
    o("VirtualService", "shop/a", "hosts: [reviews], http: [{delegate: {name: d, namespace: other}}]"),
    o("VirtualService", "other/d", "http: [{route: [{destination: {host: reviews.shop.svc.cluster.local}}]}]"),
  ];
  expect(codesOf(delegating)).not.toContain("delegate-not-exported");
  expect(codesOf([...delegating, mesh("defaultVirtualServiceExportTo: ['.']")])).toContain("delegate-not-exported");
});

test("the root namespace is the one that the mesh's settings name", () => {
  const elsewhere = mesh("rootNamespace: policies");
  expect(codesOf([elsewhere, peer(on(STRICT), "policies/p")])).toContain("peer-selector-in-root");
  expect(codesOf([elsewhere, peer(on(STRICT), "istio-system/p")])).not.toContain("peer-selector-in-root");
});

test("what didn't change is the same under default exportTo, too", () => {
  const engine = new ChecksEngine();
  const objects = [
    ...shop,
    mesh("defaultVirtualServiceExportTo: ['.']"),
    o("VirtualService", "shop/a", "hosts: [nobody], http: [{route: [{destination: {host: nobody}}]}]"),
  ];
  const world = worldOf(objects);
  const [first] = engine.check(world);
  const [again] = engine.check({ ...world });
  expect(first).toBeDefined();
  expect(again).toBe(first);
});

describe("an identity with a star", () => {
  const unknown = (principal: string, ...more: readonly Manifest[]) =>
    findingsOf([...shop, ...more, rules(`principals: ['${principal}']`)]).filter(({ code }) =>
      code.startsWith("principal-"),
    );

  test.each([
    ["*/ns/shop/sa/nobody", ["shop"]],
    ["corp*/ns/shop/sa/default", null],
    ["cluster.local/ns/shop/sa/nob*", ["shop"]],
    ["cluster.local/ns/nowhere/*", ["nowhere"]],
    ["*/sa/nobody", "all"],
    ["*body", "all"],
    ["cluster.local/ns/now*", "all"],
  ])("%s takes in nobody where nothing runs as such an account", (principal, spoken) => {
    const found = unknown(principal);
    expect(found.map(({ code }) => code)).toEqual(spoken === null ? [] : ["principal-unknown"]);
    if (spoken === null) return;
    // What may be of any namespace is told to those alone who may see all of them.
    const all = ["shop", "edge"];
    expect([...(found[0]?.namespaces ?? [])].sort()).toEqual(
      [...(spoken === "all" ? all : new Set(["shop", ...spoken]))].sort(),
    );
  });

  test.each([
    "*",
    "*/ns/shop/sa/default",
    "*/ns/*",
    "*/sa/default",
    "*ault",
    "cluster.local/ns/shop/*",
    "cluster.local/ns/sh*",
    "cluster.local/*",
    "cluster*",
  ])("%s takes in those that there are, or can't be told apart", (principal) => expect(unknown(principal)).toEqual([]));

  test("an account that was read counts, and so does one that something runs as in another cluster", () => {
    expect(unknown("*/sa/vm", o("ServiceAccount", "shop/vm"))).toEqual([]);
    const { inventory } = worldOf([deployment("shop/x", "app: x")]);
    const east = { ...(inventory as ClusterInventory), cluster: "east" };
    const world = {
      ...worldOf([namespace("shop"), rules("principals: ['*/ns/shop/sa/def*', '*/sa/default']")]),
      elsewhere: [east],
    };
    const found = new ChecksEngine().check(world).filter(({ code }) => code.startsWith("principal-"));
    expect(
      found.map(({ code, evidence }) => [
        code,
        evidence.map(({ object }) => `${object.cluster} ${object.namespace}/${object.name}`),
      ]),
    ).toEqual([["principal-in-other-cluster", ["east shop/default"]]]);
  });

  test.each([
    o("WorkloadEntry", "shop/w", "address: 10.0.0.1, serviceAccount: vm"),
    o("WorkloadGroup", "shop/g", "template: {serviceAccount: vm}"),
    o("ServiceEntry", "shop/e", "hosts: [vm.example.com], endpoints: [{address: 10.0.0.1, serviceAccount: vm}]"),
  ])("what a machine outside of the cluster runs as by a %o counts", (object) => {
    for (const principal of ["cluster.local/ns/shop/sa/vm", "*/sa/vm"]) {
      expect(unknown(principal, object)).toEqual([]);
      expect(unknown(principal)).toHaveLength(1);
    }
    expect(unknown("cluster.local/ns/edge/sa/vm", object)).toHaveLength(1);
  });

  test("a machine that says no account has no identity", () => {
    const machine = o("WorkloadEntry", "vms/w", "address: 10.0.0.1");
    for (const principal of ["cluster.local/ns/vms/*", "cluster.local/ns/vms/sa/*"])
      expect(unknown(principal, machine)).toHaveLength(1);
  });

  test("what runs isn't known, so nobody is missing", () => {
    expect(findingsOf([rules("principals: ['*/sa/nobody']")], false)).toEqual([]);
  });
});

test("that there is no such account is said of accounts that were read, and stands on them", () => {
  const found = (more: readonly string[]) =>
    new ChecksEngine()
      .check({
        ...consoleWorld([...shop, rules("principals: [cluster.local/ns/shop/sa/nobody]")]),
        ...(more.length > 0 ? { knows: () => true } : {}),
      })
      .find(({ code }) => code === "principal-unknown");
  expect(found([])?.message).toContain("Whether there is such an account isn't read.");
  expect(found([])?.evidence).toEqual([]);
  const read = found(["ServiceAccount"]);
  expect(read?.message).toBe("No workload runs as shop/nobody, nor did one lately: nobody has this identity.");
  expect(read?.evidence.map(({ object }) => [object.kind, object.name])).toEqual([["ServiceAccount", "nobody"]]);
});

test.each([
  ["cluster.local/ns/shop/sa/nob*", "shop"],
  ["cluster.local/ns/shop/x*", "shop"],
  ["*/sa/nobody", null],
  ["*body", null],
])("that %s takes in no account is told to who may list accounts there", (principal, at) => {
  const found = (knows: (kind: string) => boolean) =>
    new ChecksEngine()
      .check({ ...consoleWorld([...shop, rules(`principals: ['${principal}']`)]), knows })
      .filter(({ code }) => code === "principal-unknown")
      .map(({ evidence }) => evidence.map(({ object }) => [object.kind, object.namespace]));
  expect(found(() => true)).toEqual([[["ServiceAccount", at]]]);
  expect(found((kind) => kind !== "ServiceAccount")).toEqual([[]]);
});

test("what a foreign identity would be here is told by what runs, which viewers see, and not by accounts", () => {
  const policy = rules("principals: [other.example/ns/shop/sa/vm]");
  const fix = (...more: readonly Manifest[]) =>
    findingsOf([...shop, ...more, mesh("trustDomain: corp.example"), policy]).find(
      ({ code }) => code === "trust-domain-unknown",
    )?.fix;
  expect(fix(o("ServiceAccount", "shop/vm"))).toEqual(fix());
});
