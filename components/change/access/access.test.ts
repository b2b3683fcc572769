import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import type { AccessRule } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { perSecond, ratio } from "#lib/units.ts";
import { identityOf } from "./callers.tsx";
import { issuersIn, policiesIn, ruleText, targetText } from "./read.ts";
import { accessOf, NOTHING, textsOf, withValue } from "./rule-texts.ts";
import { callsTo, type Sight, selectedBy, type Wish, warningsOf } from "./warnings.ts";
import { beginning, nameFor, newWish, ruleWish, targetOf, withTexts } from "./wish.ts";

const object = (kind: string, name: string, spec: object, annotations?: Record<string, string>) =>
  ({
    ...{ apiVersion: "security.istio.io/v1", kind, spec },
    metadata: { name, namespace: "shop", ...(annotations === undefined ? {} : { annotations }) },
  }) as unknown as Manifest;

const POLICIES = [
  object("AuthorizationPolicy", "web", {
    selector: { matchLabels: { app: "web" } },
    rules: [
      { from: [{ source: { namespaces: ["a", "b"] } }], to: [{ operation: { methods: ["GET"], hosts: ["x"] } }] },
      { from: [{ source: { namespaces: ["a"] } }, { source: { principals: ["p"] } }] },
      { when: [{ key: "source.ip", values: ["10.0.0.1"] }] },
      {},
    ],
  }),
  object("AuthorizationPolicy", "all", { action: "DENY" }, { "istio.io/dry-run": "true" }),
  object("RequestAuthentication", "jwt", {
    jwtRules: [{ issuer: "a", jwks: "{}" }, { issuer: "b", jwksUri: "https://b/keys" }, {}],
  }),
];

describe("what a namespace's objects say", () => {
  it("is policies by name, with rules in words; what a form can't show is said", () => {
    const rows = policiesIn("west", "shop", POLICIES);
    expect(
      rows.map(({ object: { name }, action, dryRun, target }) => [name, action, dryRun, targetText(target)]),
    ).toEqual([
      ["all", "DENY", true, "the whole namespace"],
      ["web", "ALLOW", false, "app=web"],
    ]);
    const ending = (until: string) =>
      policiesIn("west", "shop", [object("AuthorizationPolicy", "a", {}, { "meshscope.dev/until": until })])[0]?.until;
    expect(ending("2030-01-01T00:00:00Z")).toBe("2030-01-01T00:00:00Z");
    expect([ending("<b>"), rows[0]?.until]).toEqual([null, null]);
    expect(rows[1]?.rules.map(({ text }) => text)).toEqual([
      "namespace a or b, method GET, and more",
      "several sources or operations",
      "conditions that are written as text alone",
      "every call",
    ]);
    expect(policiesIn("west", "bank", POLICIES)).toEqual([]);
    const many = Array.from({ length: 9 }, (_, at) => `p${at}`);
    expect(ruleText({ principals: many })).toBe("identity p0 or p1 or p2 or p3 or p4 or p5 or 3 more");
  });

  it("is issuers, with where their keys come from", () => {
    expect(issuersIn("west", "shop", POLICIES).map(({ issuer, keys }) => [issuer, keys])).toEqual([
      ["a", "written inline"],
      ["b", "https://b/keys"],
      ["", "found by its issuer"],
    ]);
  });
});

describe("a rule as it is typed", () => {
  const value = fc.stringMatching(/^[a-z0-9*/.-]{1,8}$/);
  const values = fc.uniqueArray(value, { minLength: 1, maxLength: 3 });

  test("is read as it was shown", () => {
    const rule = fc.record(
      {
        ...{ principals: values, namespaces: values, ipBlocks: values, methods: values, paths: values, ports: values },
        claims: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), values, { minKeys: 1, maxKeys: 3 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(rule, (access: AccessRule) => {
        expect(accessOf(textsOf(access))).toEqual(access);
      }),
      {
        ...{ seed: 3, numRuns: 200 },
      },
    );
  });

  test("takes each value once, and says which claim is none", () => {
    expect(accessOf({ ...NOTHING, methods: "GET, GET,\nHEAD ," })).toEqual({ methods: ["GET", "HEAD"] });
    expect(accessOf({ ...NOTHING, claims: "groups=a, groups=b" })).toEqual({ claims: { groups: ["a", "b"] } });
    expect(accessOf({ ...NOTHING, claims: "=a" })).toContain("=a is no name=value");
    expect(withValue({ ...NOTHING, principals: "a" }, "principals", "b").principals).toBe("a, b");
  });
});

describe("the one editor", () => {
  it("begins with the workload that it was opened for, as a dry run", () => {
    expect(beginning("cart")).toMatchObject({ label: "app=cart", level: "workloads", dryRun: true, action: "ALLOW" });
    expect(beginning(null).target).toEqual({ level: "namespace" });
  });

  it("names callers without losing what is typed", () => {
    const wish = newWish({ ...beginning("cart"), action: "DENY", texts: { ...NOTHING, methods: "GET" } });
    expect(wish.naming("p")).toMatchObject({ action: "DENY", texts: { principals: "p", methods: "GET" } });
    const [, row] = policiesIn("west", "shop", POLICIES);
    if (row === undefined) throw new Error("The policy is there.");
    const rule = withTexts(ruleWish(row, "ALLOW", { methods: ["GET"] }), { ...NOTHING, methods: "GET, PUT" });
    expect(rule.naming("p")).toMatchObject({
      ...{ kind: "rule", replaces: { methods: ["GET"] }, texts: { principals: "p", methods: "GET, PUT" } },
      target: { level: "workloads", labels: { app: "web" } },
    });
  });

  test.each([
    ["workloads", "app=cart", "", "allow-cart", { level: "workloads", labels: { app: "cart" } }],
    ["workloads", "app", "", "allow", null],
    ["targets", "", "reviews", "allow-reviews", { level: "targets", refs: [{ kind: "Service", name: "reviews" }] }],
    ["targets", "", "", "allow", null],
    ["namespace", "", "", "allow-calls-2", { level: "namespace" }],
  ] as const)("%s %s%s is called %s", (level, label, service, name, target) => {
    const fields = { ...beginning(null), level, label, service };
    expect(nameFor(fields, ["allow-calls"])).toBe(name);
    expect(targetOf(fields)).toEqual(target);
  });
});

const node = (name: string, more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ id: `west/shop/workload/${name}`, kind: "workload", cluster: "west", namespace: "shop", workload: name },
  ...{ app: name, mesh: "istio", dataplane: "sidecar", health: "healthy", badges: [] },
  ...more,
});
const edge = (to: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  ...{ id: `web>${to}`, source: "west/shop/workload/web", target: `west/shop/workload/${to}`, protocol: "http" },
  ...{ mesh: "istio", layer: "l7", observer: "destination", observers: {}, rate: perSecond(1), requests: 60 },
  ...{ errorRate: perSecond(0), outcomes: null, codes: {}, flags: {}, hosts: {}, latency: null, health: "healthy" },
  ...{ mtls: ratio(1), mtlsBasis: "server" },
  ...more,
});
const SIGHT: Sight = {
  ...{ cluster: "west", namespace: "shop", namespaces: ["shop"] },
  graph: {
    nodes: [
      node("web"),
      node("reviews", { version: "v1" }),
      node("db"),
      node("cart", { dataplane: "ambient" }),
      node("till", { dataplane: "none" }),
    ],
    edges: [
      edge("reviews", { rate: perSecond(2), mtls: ratio(0.5) }),
      edge("db", { protocol: "tcp", rate: null }),
      edge("cart", { observers: { waypoint: { rate: perSecond(1) } } }),
    ],
  },
};
const on = (app: string, rule: AccessRule, action: Wish["action"] = "DENY"): Wish => ({
  ...{ action, rules: [rule], target: { level: "workloads", labels: { app } } },
});

describe("what follows where rules are enforced", () => {
  test.each<[string, Wish, readonly string[]]>([
    ["nothing", on("web", { methods: ["GET"] }), []],
    ["ALLOW refuses the rest", on("web", { methods: ["GET"] }, "ALLOW"), ["An ALLOW policy refuses all"]],
    ["HTTP on bytes, denied", on("db", { paths: ["/a"] }), ["the way to db: there a rule leaves out"]],
    ["HTTP on bytes, allowed", on("db", { paths: ["/a"] }, "ALLOW"), ["let nobody in there", "An ALLOW policy"]],
    ["HTTP at ztunnel", on("cart", { claims: { a: ["b"] } }), ["ztunnel reads no method, path or JWT: at cart it"]],
    ["a waypoint before ztunnel", on("cart", { principals: ["p"] }), ["ztunnel sees the waypoint’s identity"]],
    ["plaintext callers", on("reviews", { namespaces: ["shop"] }), ["Callers of reviews are seen in plaintext"]],
    ["a namespace that isn't seen", on("web", { namespaces: ["bank", "s*"] }), ["You see no namespace bank:"]],
    ["no proxy", on("till", { ports: ["1"] }), ["till runs without a proxy"]],
  ])("%s", (_, wish, said) => {
    const found = warningsOf(wish, SIGHT);
    expect(found).toHaveLength(said.length);
    for (const [at, text] of said.entries()) expect(found[at]).toContain(text);
  });

  it("claims nothing of workloads while the traffic isn't known, or behind a waypoint that is targeted", () => {
    expect(warningsOf(on("db", { paths: ["/a"] }), { ...SIGHT, graph: null })).toEqual([]);
    const target = { level: "targets", refs: [{ kind: "Service", name: "cart" }] } as const;
    expect(selectedBy(target, SIGHT)).toEqual([]);
    expect(callsTo(target, SIGHT).map(({ id }) => id)).toEqual(["web>cart"]);
    expect(callsTo({ level: "namespace" }, SIGHT)[0]?.id).toBe("web>reviews");
  });
});

test("an identity is the server's word, never the client's own", () => {
  const principals = { source: "spiffe://cluster.local/ns/shop/sa/web" };
  expect(identityOf({ principals, mtls: ratio(1), mtlsBasis: "server" })).toBe("cluster.local/ns/shop/sa/web");
  expect(identityOf({ principals, mtls: ratio(1), mtlsBasis: "peer" })).toBeNull();
  expect(identityOf({ principals, mtls: ratio(0), mtlsBasis: "server" })).toBeNull();
});
