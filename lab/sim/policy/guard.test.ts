/** What one enforcement point decides, rule by rule: https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/object.ts";
import { istio } from "../../scenarios/manifests.ts";
import { type Reads, readAuthorizationPolicy } from "./authorization-policy.ts";
import { type Facts, peerOf } from "./facts.ts";
import { guardOf } from "./guard.ts";
import { readRequestAuthentication } from "./request-authentication.ts";
import { tokenOf } from "./token.ts";

const NOW = 1_700_000_000_000;
const CALL: Facts = {
  peer: peerOf("spiffe://cluster.local/ns/a/sa/web"),
  ...{ sourceIp: "10.20.0.1", remoteIp: "203.0.113.7", destinationIp: "10.20.0.9", port: 8080 },
  ...{ sni: "outbound_.80_._.api.a.svc.cluster.local", claims: null, atMs: NOW },
  http: { method: "GET", path: "/items/1?full", host: "api.a:80", headers: { "x-group": "beta" } },
};
const bytes: Facts = { ...CALL, http: null };

let made = 0;
const policy = (rules: readonly object[] | undefined, action = "ALLOW", annotations = {}): KubeObject => {
  const { metadata, ...rest } = istio("security", "AuthorizationPolicy", "b", `p${made++}`, { action, rules });
  return { ...rest, metadata: { ...metadata, annotations } };
};
const from = (source: object, action?: string) => policy([{ from: [{ source }] }], action);
const to = (operation: object, action?: string) => policy([{ to: [{ operation }] }], action);
const when = (key: string, values: string[], action?: string) => policy([{ when: [{ key, values }] }], action);
const jwt = (rule: object = {}) =>
  istio("security", "RequestAuthentication", "b", "jwt", { jwtRules: [{ issuer: "https://id.example", ...rule }] });

function ask(objects: readonly KubeObject[], facts: Facts = CALL, reads: Reads = facts.http === null ? "tcp" : "http") {
  const of = (kind: string) => objects.filter((each) => each.kind === kind);
  const policies = of("AuthorizationPolicy").map(readAuthorizationPolicy);
  return guardOf(policies, of("RequestAuthentication").map(readRequestAuthentication), reads)?.(facts) ?? null;
}
const code = (...asked: Parameters<typeof ask>): number => ask(...asked)?.refused?.code ?? 200;

describe("what a rule takes", () => {
  it.each<[string, KubeObject, Facts, boolean]>([
    ["a principal", from({ principals: ["cluster.local/ns/a/sa/web"] }), CALL, true],
    ["another principal", from({ principals: ["cluster.local/ns/a/sa/batch"] }), CALL, false],
    ["whoever has an identity", from({ principals: ["*"] }), { ...CALL, peer: null }, false],
    ["all but one", from({ notPrincipals: ["*/sa/web"] }), CALL, false],
    ["all but one, of somebody unknown", from({ notPrincipals: ["*/sa/web"] }), { ...CALL, peer: null }, true],
    ["a namespace", from({ namespaces: ["a"] }), CALL, true],
    ["an account, qualified", from({ serviceAccounts: ["a/web"] }), CALL, true],
    ["an account of the policy's own namespace", from({ serviceAccounts: ["web"] }), CALL, false],
    ["an address", from({ ipBlocks: ["10.20.0.0/16"] }), CALL, true],
    ["a user's address", from({ remoteIpBlocks: ["203.0.113.0/24"] }), CALL, true],
    ["fields together", from({ namespaces: ["a"], notIpBlocks: ["10.0.0.0/8"] }), CALL, false],
    ["a method", to({ methods: ["GET", "HEAD"] }), CALL, true],
    ["a path, without the query", to({ paths: ["/items/{*}"] }), CALL, true],
    ["a host as it was written", to({ hosts: ["API.a:80"] }), CALL, true],
    ["the workload's port", to({ ports: ["8080"] }), CALL, true],
    ["the service's port", to({ ports: ["80"] }), CALL, false],
    ["a header", when("request.headers[X-Group]", ["beta"]), CALL, true],
    ["a header that isn't there", when("request.headers[x-no]", ["*"]), CALL, false],
    ["what TLS asked for", when("connection.sni", ["*.api.a.svc.cluster.local"]), CALL, true],
    ["metadata of a filter", when("experimental.envoy.filters.x[k]", ["v"]), CALL, false],
    ["one of several sources", policy([{ from: [{ source: { namespaces: ["z"] } }, { source: {} }] }]), CALL, true],
    ["one of several rules", policy([{ to: [{ operation: { methods: ["PUT"] } }] }, {}]), CALL, true],
    ["nothing, without rules", policy(undefined), CALL, false],
    ["everything, without conditions", policy([{}]), CALL, true],
    ["nothing, by a key that nobody knows", when("request.mood", ["good"]), CALL, false],
  ])("%s", (_, object, facts, taken) => {
    expect(code([object], facts)).toBe(taken ? 200 : 403);
  });
});

describe("the order", () => {
  const all = { namespaces: ["*"] };
  it.each<[string, KubeObject[], number]>([
    ["nothing is asked where no policy stands", [], 200],
    ["DENY beats ALLOW", [from(all), from(all, "DENY")], 403],
    ["a DENY that doesn't fit leaves everything open", [from({ namespaces: ["z"] }, "DENY")], 200],
    ["AUDIT refuses nobody, and arms nothing", [from({ namespaces: ["z"] }, "AUDIT")], 200],
    ["CUSTOM without an authorizer refuses what its rules take", [from(all, "CUSTOM"), from(all)], 403],
    ["and nothing else", [from({ namespaces: ["z"] }, "CUSTOM"), from(all)], 200],
  ])("%s", (_, objects, expected) => {
    expect(code(objects)).toBe(expected);
  });

  it("names the rule that refused, as Envoy's log does", () => {
    const denies = from(all, "DENY");
    expect(ask([denies])?.refused?.details).toBe(
      `rbac_access_denied_matched_policy[ns[b]-policy[${denies.metadata.name}]-rule[0]]`,
    );
    expect(ask([policy([])])?.refused?.details).toBe("rbac_access_denied_matched_policy[none]");
  });
});

describe("proxies that read no requests", () => {
  const reads = to({ methods: ["GET"] });
  const mixed = policy(
    [{ from: [{ source: { namespaces: ["a"] } }], to: [{ operation: { methods: ["PUT"] } }] }],
    "DENY",
  );
  it.each<[string, KubeObject, Reads, number]>([
    ["Envoy on bytes: a field of HTTP takes the ALLOW rule away", reads, "tcp", 403],
    ["Envoy on bytes: a DENY rule does without it, and is wider", mixed, "tcp", 403],
    ["Envoy on bytes: a DENY rule of such fields alone takes everything", to({ methods: ["PUT"] }, "DENY"), "tcp", 403],
    ["ztunnel: a field of HTTP takes the ALLOW rule away", reads, "ztunnel", 403],
    ["ztunnel: a DENY rule of such fields alone takes nothing", to({ methods: ["GET"] }, "DENY"), "ztunnel", 200],
    [
      "ztunnel: what is left of a DENY rule",
      from({ namespaces: ["a"], requestPrincipals: ["*"] }, "DENY"),
      "ztunnel",
      403,
    ],
    ["ztunnel: no CUSTOM", from({ namespaces: ["a"] }, "CUSTOM"), "ztunnel", 200],
    ["ztunnel: an identity", from({ principals: ["*/sa/web"] }), "ztunnel", 200],
  ])("%s", (_, object, by, expected) => {
    expect(code([object], bytes, by)).toBe(expected);
  });
});

describe("tokens", () => {
  const ana = { iss: "https://id.example", sub: "ana", aud: ["shop"], groups: ["staff"], realm: { role: "admin" } };
  const carrying = (token: string): Facts => ({
    ...CALL,
    http: { method: "GET", path: "/", host: "api", headers: { authorization: `Bearer ${token}` } },
  });
  it.each<[string, KubeObject[], Facts, number]>([
    ["none passes", [jwt()], CALL, 200],
    ["a good one passes", [jwt({ audiences: ["shop"] })], carrying(tokenOf(ana)), 200],
    ["signed by somebody else", [jwt()], carrying(tokenOf(ana, "mallory")), 401],
    ["of another issuer", [jwt()], carrying(tokenOf({ iss: "https://other.example" })), 401],
    ["for another audience", [jwt({ audiences: ["bank"] })], carrying(tokenOf(ana)), 401],
    ["too old", [jwt()], carrying(tokenOf({ ...ana, exp: NOW / 1000 })), 401],
    ["not a token at all", [jwt()], carrying("abc"), 401],
    ["not looked at where nobody asks", [from({ requestPrincipals: ["*"] })], carrying(tokenOf(ana)), 403],
    [
      "a principal of its own",
      [jwt(), from({ requestPrincipals: ["https://id.example/ana"] })],
      carrying(tokenOf(ana)),
      200,
    ],
    ["wanted, and missing", [jwt(), from({ requestPrincipals: ["*"] })], CALL, 403],
    ["a claim that is a list", [jwt(), when("request.auth.claims[groups]", ["staff"])], carrying(tokenOf(ana)), 200],
    [
      "a claim inside a claim",
      [jwt(), when("request.auth.claims[realm][role]", ["admin"])],
      carrying(tokenOf(ana)),
      200,
    ],
    ["an audience", [jwt(), when("request.auth.audiences", ["shop"])], carrying(tokenOf(ana)), 200],
    ["in a header of another name", [jwt({ fromHeaders: [{ name: "x-token" }] })], carrying(tokenOf(ana, "x")), 200],
    [
      "in the query and in a cookie",
      [jwt({ fromParams: ["t"], fromCookies: ["t"] }), from({ requestPrincipals: ["*"] })],
      { ...CALL, http: { method: "GET", path: `/?t=${tokenOf(ana)}`, host: "api", headers: {} } },
      200,
    ],
    [
      "in a cookie",
      [jwt({ fromCookies: ["t"] }), from({ requestPrincipals: ["*"] })],
      { ...CALL, http: { method: "GET", path: "/", host: "api", headers: { cookie: `a=b; t=${tokenOf(ana)}` } } },
      200,
    ],
    ["bytes carry none", [jwt(), from({ namespaces: ["a"] })], bytes, 200],
  ])("%s", (_, objects, facts, expected) => {
    expect(code(objects, facts)).toBe(expected);
  });

  it("are taken off the request, unless they are forwarded", () => {
    expect(ask([jwt()], carrying(tokenOf(ana)))?.consumed).toEqual(["authorization"]);
    expect(ask([jwt({ forwardOriginalToken: true })], carrying(tokenOf(ana)))?.consumed).toEqual([]);
  });
});

describe("policies on trial", () => {
  const trial = (action: string, source: object): KubeObject =>
    policy([{ from: [{ source }] }], action, { "istio.io/dry-run": "true" });

  it("refuse nobody, and count what they would have done", () => {
    const verdict = ask([trial("DENY", { namespaces: ["a"] }), trial("ALLOW", { namespaces: ["z"] })]);
    expect(verdict).toMatchObject({
      refused: null,
      counts: [
        { dryRun: "deny", result: "denied" },
        { dryRun: "allow", result: "denied" },
      ],
      dryRuns: [
        { action: "deny", result: "denied", rule: expect.stringMatching(/^ns\[b\]-policy\[p\d+\]-rule\[0\]$/) },
        { action: "allow", result: "denied", rule: null },
      ],
    });
  });

  it("aren't asked by ALLOW where DENY has refused, stand beside what is in force, and are unknown to ztunnel", () => {
    const verdict = ask([from({ namespaces: ["a"] }, "DENY"), trial("ALLOW", { namespaces: ["a"] })]);
    expect(verdict?.counts).toEqual([{ dryRun: null, result: "denied" }]);
    expect(ask([from({ namespaces: ["a"] }), trial("ALLOW", { namespaces: ["z"] })])?.counts).toEqual([
      { dryRun: "allow", result: "denied" },
      { dryRun: null, result: "allowed" },
    ]);
    expect(ask([trial("DENY", { namespaces: ["a"] })], bytes, "ztunnel")).toBeNull();
  });
});
