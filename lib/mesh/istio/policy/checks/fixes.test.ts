import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "#lib/policy/finding.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import {
  calm,
  consoleWorld,
  deployment,
  dr,
  findingsOf,
  namespace,
  o,
  service,
  shop,
  vs,
  waypoint,
  worldOf,
} from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";
import { expectSound } from "./fixes.test-support.ts";

const allow = (spec: string, place = "shop/a") => o("AuthorizationPolicy", place, spec);
const mesh = (settings: string) => o("ConfigMap", "istio-system/istio", "", `data: {mesh: "${settings}"}`);
const fixOf = (code: string, ...objects: readonly Manifest[]): Finding["fix"] | undefined =>
  findingsOf([...shop, ...objects]).find((each) => each.code === code)?.fix;
const editsOf = (code: string, ...objects: readonly Manifest[]) => fixOf(code, ...objects)?.edits;
const NOBODY = "cluster.local/ns/shop/sa/nobody";

describe("a caller that isn't there", () => {
  test.each([
    [
      "is a value among others",
      "rules: [{from: [{source: {namespaces: [nowhere, shop]}}]}]",
      "from[0].source.namespaces[0]",
    ],
    [
      "is a source among others",
      "rules: [{from: [{source: {namespaces: [nowhere]}}, {source: {namespaces: [shop]}}]}]",
      "from[0]",
    ],
    [
      "is a source among others, with more fields",
      `rules: [{from: [{source: {namespaces: [nowhere], principals: ['*']}}, {source: {namespaces: [shop]}}]}]`,
      "from[0]",
    ],
    [
      "is an exception beside something",
      "rules: [{from: [{source: {namespaces: [shop], notNamespaces: [nowhere]}}]}]",
      "from[0].source.notNamespaces",
    ],
  ])("%s: that goes", (_, spec, at) => {
    expect(editsOf("source-namespace-unknown", allow(spec))).toEqual([{ path: `spec.rules[0].${at}` }]);
  });

  test.each(["ALLOW", "DENY", "AUDIT"])(
    "makes a rule take nobody: of %s the rule goes, unless it is the only one",
    (action) => {
      const rule = "{from: [{source: {namespaces: [nowhere]}}], to: [{operation: {methods: [GET]}}]}";
      expect(editsOf("source-namespace-unknown", allow(`action: ${action}, rules: [${rule}]`))).toEqual([]);
      expect(editsOf("source-namespace-unknown", allow(`action: ${action}, rules: [${rule}, {}]`))).toEqual([
        { path: "spec.rules[0]" },
      ]);
    },
  );

  test("is the only exception: without it the source would be empty, which is refused", () => {
    expect(
      editsOf("source-namespace-unknown", allow("rules: [{from: [{source: {notNamespaces: [nowhere]}}]}]")),
    ).toEqual([]);
  });

  test("is an identity that may be there unseen: a DENY and an exception keep it", () => {
    const offered = (spec: string, whole: boolean) => {
      const world = consoleWorld([...shop, allow(spec)], whole ? ["ServiceAccount"] : []);
      const knows = (kind: string) => whole || world.knows(kind, null);
      const found = new ChecksEngine().check({ ...world, knows }).find(({ code }) => code === "principal-unknown");
      return found?.fix.edits.length;
    };
    const source = (field: string) =>
      `rules: [{from: [{source: {${field}: [cluster.local/ns/shop/sa/x, ${NOBODY}]}}]}]`;
    expect(offered(source("principals"), false)).toBe(1);
    for (const spec of [`action: DENY, ${source("principals")}`, source("notPrincipals")]) {
      expect(offered(spec, false)).toBe(0);
      expect(offered(spec, true)).toBe(1);
    }
  });

  test("is an identity: alike", () => {
    const only = allow(`rules: [{from: [{source: {principals: [${NOBODY}]}}]}]`);
    const one = allow(`rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/default, ${NOBODY}]}}]}]`);
    expect(editsOf("principal-unknown", only)).toEqual([]);
    expect(editsOf("principal-unknown", one)).toEqual([{ path: "spec.rules[0].from[0].source.principals[1]" }]);
  });
});

describe("a value of a rule that is written otherwise", () => {
  const operation = (to: string) => `rules: [{to: [{operation: {${to}}}]}]`;
  const upper = (path: string) => [{ path: `spec.rules[0].to[0].operation.${path}[0]`, value: "GET" }];

  test.each([
    ["ALLOW", "methods", false],
    ["ALLOW", "notMethods", true],
    ["DENY", "methods", true],
    ["DENY", "notMethods", false],
    ["AUDIT", "methods", true],
  ] as const)("of %s, %s: offered where nobody more gets in (%s)", (action, field, offered) => {
    const policy = allow(`action: ${action}, ${operation(`${field}: [get]`)}`);
    expect(editsOf("method-unlikely", policy)).toEqual(offered ? upper(field) : []);
    expect(fixOf("method-unlikely", policy)?.text).toMatch(offered ? /^Write GET\.$/ : /lets more calls in/);
  });

  test("a trust domain is only corrected to refuse more", () => {
    const rule = "rules: [{from: [{source: {principals: [other.example/ns/shop/sa/default]}}]}]";
    const domain = mesh("trustDomain: corp.example");
    expect(editsOf("trust-domain-unknown", domain, allow(rule))).toEqual([]);
    expect(editsOf("trust-domain-unknown", domain, allow(`action: DENY, ${rule}`))).toEqual([
      { path: "spec.rules[0].from[0].source.principals[0]", value: "corp.example/ns/shop/sa/default" },
    ]);
  });

  test("an external authorizer is for somebody to name: what nobody is asked about is refused", () => {
    const settings = mesh("extensionProviders: [{name: opa, envoyExtAuthzGrpc: {}}]");
    expect(editsOf("authorizer-unknown", settings, allow("action: CUSTOM, provider: {name: op}, rules: [{}]"))).toEqual(
      [],
    );
  });
});

describe("a list", () => {
  test("of namespaces that see an object doesn't become everybody", () => {
    const shown = (to: string) => editsOf("export-namespace-unknown", dr(`host: reviews, exportTo: [${to}]`));
    expect(shown("nowhere")).toEqual([]);
    expect(shown("shop, nowhere")).toEqual([{ path: "spec.exportTo[1]" }]);
  });

  test("of hosts that proxies know says no host, rather than nothing", () => {
    const hosts = (list: string) =>
      editsOf("egress-host-unknown", o("Sidecar", "shop/s", `egress: [{hosts: [${list}]}]`));
    expect(hosts("./nobody")).toEqual([{ path: "spec.egress[0].hosts[0]", value: "~/*" }]);
    expect(hosts("./nobody, istio-system/*")).toEqual([{ path: "spec.egress[0].hosts[0]" }]);
  });

  test("of rules keeps one", () => {
    const rules = (more: string) =>
      editsOf("delegate-unknown", vs(`hosts: [reviews], http: [{delegate: {name: nobody}}${more}]`));
    expect(rules("")).toEqual([]);
    expect(rules(", {route: [{destination: {host: reviews}}]}")).toEqual([{ path: "spec.http[0]" }]);
  });

  test("of subsets goes with its last, once no route names it", () => {
    const rule = dr("host: reviews, subsets: [{name: v3, labels: {version: v3}}]");
    const named = vs("hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v3}}]}]");
    expect(editsOf("subset-without-pods", rule)).toEqual([{ path: "spec.subsets" }]);
    expect(editsOf("subset-without-pods", rule, named)).toEqual([]);
  });
});

describe("a Sidecar", () => {
  test("of the root namespace keeps its selector: without, it would be the mesh's", () => {
    const sidecar = o("Sidecar", "istio-system/s", "workloadSelector: {labels: {app: a}}");
    expect(editsOf("global-sidecar-with-selector", sidecar)).toEqual([]);
  });

  test("says the mode that it has", () => {
    expect(editsOf("outbound-mode-unsaid", o("Sidecar", "shop/s", "outboundTrafficPolicy: {}"))).toEqual([
      { path: "spec.outboundTrafficPolicy.mode", value: "REGISTRY_ONLY" },
    ]);
  });
});

describe("mutual TLS", () => {
  const peer = (spec: string, place = "shop/p") => o("PeerAuthentication", place, spec);
  const strict = peer("selector: {matchLabels: {app: reviews}}, mtls: {mode: STRICT}", "shop/q");
  const off = peer("mtls: {mode: DISABLE}");

  test("of a workload stays STRICT: its clients are told instead", () => {
    const fix = fixOf("strict-inside-disabled", off, strict);
    expect(fix?.edits).toEqual([]);
    expect(fix?.manifests).toMatchObject([
      {
        kind: "DestinationRule",
        metadata: { namespace: "shop", name: "reviews" },
        spec: { host: "reviews.shop.svc.cluster.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
      },
    ]);
  });

  test("is told to no clients of workloads that don't take it, and beside no other rule", () => {
    const some = peer("selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}", "shop/q");
    expect(fixOf("strict-inside-disabled", off, some)?.manifests).toEqual([]);
    expect(fixOf("strict-inside-disabled", off, strict, dr("host: reviews"))?.manifests).toEqual([]);
    expect(fixOf("strict-inside-disabled", off, strict, dr("host: multi", "shop/reviews"))?.manifests).toEqual([]);
  });

  const port = (more: string) =>
    dr(`host: reviews, trafficPolicy: {${more}portLevelSettings: [{port: {number: 9080}, tls: {mode: DISABLE}}]}`);
  test("of a port goes with its settings, unless those for all ports would take their place", () => {
    const all = peer("mtls: {mode: STRICT}");
    expect(editsOf("plaintext-to-strict", all, port(""))).toEqual([{ path: "spec.trafficPolicy" }]);
    expect(editsOf("plaintext-to-strict", all, port("tls: {mode: SIMPLE}, "))).toEqual([]);
  });

  test("isn't left to a mesh that has it off", () => {
    const plain = dr("host: reviews, trafficPolicy: {tls: {mode: DISABLE}}");
    const fix = fixOf("plaintext-to-strict", mesh("enableAutoMtls: false"), peer("mtls: {mode: STRICT}"), plain);
    expect(fix).toMatchObject({ edits: [], text: expect.stringContaining("ISTIO_MUTUAL") });
  });

  test("for a namespace overwrites no rule, and comes before no closer one", () => {
    const settings = [mesh("enableAutoMtls: false"), peer("mtls: {mode: STRICT}")];
    expect(fixOf("mtls-not-told-in-namespace", ...settings)?.manifests).toHaveLength(1);
    expect(
      fixOf("mtls-not-told-in-namespace", ...settings, dr("host: reviews.edge", "shop/default"))?.manifests,
    ).toEqual([]);
    expect(fixOf("mtls-not-told-in-namespace", ...settings, dr("host: reviews"))?.manifests).toEqual([]);
  });

  const outside = [namespace("bare"), service("bare/db", "db"), deployment("bare/db", "app: db")];
  test.each([
    ["all are in the mesh", [], 1],
    ["one's pods have no proxy", outside, 0],
    ["nothing that is known stands behind one", [service("shop/lost", "lost")], 0],
    ["one is declared by a ServiceEntry", [o("ServiceEntry", "shop/e", "hosts: [db.local]")], 0],
    ["a ServiceEntry is for another domain", [o("ServiceEntry", "shop/e", "hosts: [db.example.com]")], 1],
  ] as const)("of the whole mesh is told to clients of its services where %s", (_, more, made) => {
    const settings = [mesh("enableAutoMtls: false"), peer("mtls: {mode: STRICT}", "istio-system/p")];
    expect(fixOf("mtls-not-told-in-mesh", ...settings, ...more)?.manifests).toHaveLength(made);
  });
});

describe("what is made or moved", () => {
  test("a waypoint that is named already isn't put before policies that ask who the client is", () => {
    const named = namespace("calm", "istio.io/use-waypoint: nobody");
    const denied = allow("action: DENY, rules: [{from: [{source: {namespaces: [shop]}}]}]", "calm/a");
    expect(fixOf("waypoint-of-others-unknown", named)?.manifests).toHaveLength(1);
    expect(fixOf("waypoint-of-others-unknown", named, denied)?.manifests).toEqual([]);
  });

  test("a policy isn't taken from ztunnel, nor from sidecars beside", () => {
    const beside = [
      o("Pod", "calm/s", "containers: [{name: app}, {name: istio-proxy}]", "metadata: {labels: {app: s}}"),
      ...[...calm, waypoint],
    ];
    const jwt = o("RequestAuthentication", "calm/a", "jwtRules: [{issuer: a}]");
    expect(editsOf("authentication-needs-target", ...calm, waypoint, jwt)).toHaveLength(1);
    expect(editsOf("authentication-needs-target", ...beside, jwt)).toEqual([]);
    const policy = allow("rules: [{to: [{operation: {methods: [GET]}}]}]", "calm/a");
    expect(editsOf("authorization-needs-target", ...calm, waypoint, policy)).toEqual([]);
  });

  test("a subset gets a label that pods carry, in a rule for its host alone", () => {
    const to = (subset: string) =>
      vs(`hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: ${subset}}}]}]`);
    const made = (...objects: readonly Manifest[]) => fixOf("destination-subset-unknown", ...objects)?.manifests;
    expect(made(to("v1"))).toHaveLength(1);
    expect(made(to("v3"))).toEqual([]);
    expect(made(to("v1"), dr("host: '*.shop.svc.cluster.local'"))).toEqual([]);
    expect(made(to("v1"), dr("host: multi", "shop/reviews"))).toEqual([]);
    // The mesh's default isn't what the object says.
    const settings = mesh("defaultDestinationRuleExportTo: ['*']");
    expect(JSON.stringify(made(settings, to("v1"), dr("host: reviews")))).not.toContain("exportTo");
  });

  test("of two defaults the younger may go, where ages are known", () => {
    const sidecar = (name: string, host: string, born = "") =>
      o(
        "Sidecar",
        `shop/${name}`,
        `egress: [{hosts: ['${host}']}]`,
        born && `metadata: {creationTimestamp: '${born}'}`,
      );
    const gone = (...objects: readonly Manifest[]) =>
      fixOf("sidecar-default-twice", ...objects)?.deletions.map(({ name }) => name);
    expect(gone(sidecar("a", "./*"), sidecar("b", "*/*"))).toEqual([]);
    const dated = [sidecar("a", "./*", "2026-02-01T00:00:00Z"), sidecar("b", "*/*", "2026-01-01T00:00:00Z")];
    expect(gone(...dated)).toEqual(["a"]);
  });
});

describe("for any authorization policies", () => {
  const principal = fc.constantFrom(NOBODY, "cluster.local/ns/shop/sa/default", "other.example/ns/shop/sa/web", "*");
  const place = fc.constantFrom("nowhere", "shop", "edge", "gone");
  const method = fc.constantFrom("GET", "get", "post", "PUT");
  const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 2 });
  const partly = (model: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(model, { requiredKeys: [] }).filter((each) => Object.keys(each).length > 0);
  const source = partly({
    ...{
      principals: some(principal),
      notPrincipals: some(principal),
      namespaces: some(place),
      notNamespaces: some(place),
    },
    ipBlocks: fc.constant(["10.0.0.0/8"]),
  });
  const operation = partly({ methods: some(method), notMethods: some(method), paths: fc.constant(["/a"]) });
  const rule = partly({
    from: some(fc.record({ source })),
    to: some(fc.record({ operation })),
  });
  const policies = fc
    .array(fc.record({ action: fc.constantFrom("ALLOW", "DENY", "AUDIT", "CUSTOM"), rules: some(rule) }), {
      ...{ minLength: 1, maxLength: 3 },
    })
    .map((specs) =>
      specs.map((spec, i): Manifest => {
        const provider = spec.action === "CUSTOM" ? { provider: { name: "opa" } } : {};
        return {
          ...allow("", `${i === 2 ? "istio-system" : "shop"}/p${i}`),
          spec: { ...spec, ...provider } as unknown as JsonObject,
        };
      }),
    );

  test.each([
    ["", []],
    [" and trust domains known", [mesh("trustDomain: corp.example")]],
  ] as const)(
    "no fix lets anybody more in%s",
    (_, more) => {
      let mended = 0;
      fc.assert(
        fc.property(policies, (list) => {
          mended += expectSound([...shop, ...more, ...list], worldOf);
        }),
        { numRuns: 6, seed: 7 },
      );
      expect(mended).toBeGreaterThan(3);
    },
    60_000,
  );
});
