import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { EnforcementPoint } from "./attached.ts";
import {
  auth,
  DENY,
  decide,
  dryRun,
  from,
  GET,
  gateway,
  jwt,
  said,
  sidecar,
  to,
  waypoint,
  when,
  ztunnel,
} from "./calls.test-support.ts";
import type { CallFacts } from "./facts.ts";

const USUAL = { kind: "header", name: "Authorization", before: "Bearer " } as const;

describe("which policies decide, in which order", () => {
  const issuer = jwt("jwtRules: [{issuer: a}]");
  const forShop = jwt("jwtRules: [{issuer: a, audiences: [shop, api]}]");
  const asksAuthorization = when("request.headers[Authorization]", "values: ['*']");
  const custom = auth("action: CUSTOM, provider: {name: opa}, rules: [{}]", "shop/c");
  const all = auth("rules: [{}]", "shop/all");
  const table: readonly (readonly [string, readonly Manifest[], CallFacts, string])[] = [
    ["nothing says anything", [], GET, "allow"],
    ["an empty ALLOW takes nothing", [auth("")], GET, "deny 403 a spec"],
    ["a rule without conditions takes everything", [all], GET, "allow all spec.rules[0]"],
    ["DENY without rules denies nobody", [auth("action: DENY")], GET, "allow"],
    ["DENY goes before ALLOW", [all, auth("action: DENY, rules: [{}]")], GET, "deny 403 a spec.rules[0]"],
    ["rules of all ALLOW policies count", [auth(""), all], GET, "allow all spec.rules[0]"],
    ["AUDIT only logs", [auth("action: AUDIT, rules: [{}]")], GET, "allow"],
    ["a dry run denies nobody", [dryRun(auth("action: DENY, rules: [{}]"))], GET, "allow"],
    ["a dry-run ALLOW doesn't deny what it leaves out", [dryRun(auth(""))], GET, "allow"],
    ["another's labels", [auth("selector: {matchLabels: {app: x}}")], GET, "allow"],
    [
      "the root namespace's labels reach all",
      [auth("selector: {matchLabels: {app: reviews}}", "istio-system/r")],
      GET,
      "deny 403 r spec",
    ],
    ["another namespace's don't", [auth("", "bank/a")], GET, "allow"],
    ["targets aren't for sidecars", [auth("targetRefs: [{kind: Service, name: reviews}]")], GET, "allow"],
    [
      "an external authorizer that refuses",
      [custom, all],
      { ...GET, external: { opa: "deny" } },
      "deny ? c spec.rules[0]",
    ],
    [
      "one that agrees leaves the others",
      [custom, auth("")],
      { ...GET, external: { opa: "allow" } },
      "deny 403 a spec",
    ],
    [
      "a dry run of CUSTOM, whatever it would say",
      [dryRun(custom), all],
      { ...GET, external: { opa: "allow" } },
      "unknown: what this version of istiod makes of a dry run of CUSTOM",
    ],
    ["one that isn't known", [custom, all], GET, "unknown: what the external authorizer opa says"],
    ["unknown of one is no matter where another denies", [custom, auth("")], GET, "deny ? a spec"],
    [
      "of two providers none is asked, and what their rules take is refused",
      [custom, auth("action: CUSTOM, provider: {name: x}", "shop/d")],
      GET,
      "deny 403 c spec.rules[0]",
    ],
    [
      "but nothing else",
      ["opa", "x"].map((name) => to("methods: [PUT]", `action: CUSTOM, provider: {name: ${name}}, `)),
      GET,
      "allow",
    ],
    ["no JWT passes", [issuer], GET, "allow"],
    ["a good JWT passes", [issuer], { ...GET, token: { issuer: "a", valid: true } }, "allow"],
    ["a bad one doesn't", [issuer], { ...GET, token: { issuer: "a", valid: false } }, "deny 401 j spec.jwtRules[0]"],
    [
      "nor does one for somebody else, but it is forbidden rather than unauthorized",
      [forShop],
      { ...GET, token: { issuer: "a", valid: true, audiences: ["bank"] } },
      "deny 403 j spec.jwtRules[0]",
    ],
    [
      "one for one of several is for us",
      [forShop],
      { ...GET, token: { issuer: "a", valid: true, audiences: ["bank", "shop"] } },
      "allow",
    ],
    [
      "for whom it is must be known where the rule asks",
      [forShop],
      { ...GET, token: { issuer: "a", valid: true } },
      "unknown: the JWT's audiences",
    ],
    ["another issuer's doesn't", [issuer], { ...GET, token: { issuer: "b" } }, "deny 401 j spec.jwtRules[0]"],
    [
      "which may lie elsewhere",
      [jwt("jwtRules: [{issuer: a, fromHeaders: [{name: x}]}]")],
      { ...GET, token: { issuer: "b" } },
      "unknown: where the JWT is carried",
    ],
    [
      "one that is carried where no rule looks isn't found",
      [issuer],
      { ...GET, token: { issuer: "b", valid: false, place: { kind: "cookie", name: "s" } } },
      "allow",
    ],
    [
      "a rule finds what stands where it says",
      [jwt("jwtRules: [{issuer: a, fromCookies: [s]}]")],
      { ...GET, token: { issuer: "a", valid: false, place: { kind: "cookie", name: "s" } } },
      "deny 401 j spec.jwtRules[0]",
    ],
    [
      "which isn't the usual place beside it",
      [jwt("jwtRules: [{issuer: a, fromParams: [t]}]"), from("requestPrincipals: ['*']", DENY)],
      {
        ...GET,
        token: { issuer: "a", valid: true, place: { kind: "header", name: "authorization", before: "Bearer " } },
      },
      "allow",
    ],
    [
      "a header is read after its prefix, wherever that stands",
      [jwt("jwtRules: [{issuer: a, fromHeaders: [{name: X-Jwt, prefix: Token}]}]")],
      { ...GET, token: { issuer: "a", valid: true, place: { kind: "header", name: "x-jwt", before: "by Token  " } } },
      "allow",
    ],
    [
      "a header whole is no token where something stands before it",
      [jwt("jwtRules: [{issuer: a, fromHeaders: [{name: x-jwt}]}]")],
      { ...GET, token: { issuer: "a", valid: true, place: { kind: "header", name: "x-jwt", before: "Token " } } },
      "deny 401 j spec.jwtRules[0]",
    ],
    [
      "a prefix may stand in the token itself, whose text isn't known",
      [jwt("jwtRules: [{issuer: a, fromHeaders: [{name: x-jwt, prefix: by}]}]")],
      { ...GET, token: { issuer: "a", valid: true, place: { kind: "header", name: "x-jwt", before: "Token " } } },
      "unknown: whether a header’s prefix stands in the JWT",
    ],
    [
      "but for one with what no token has",
      [jwt("jwtRules: [{issuer: a, fromHeaders: [{name: x-jwt, prefix: 'by '}]}]")],
      { ...GET, token: { issuer: "a", valid: true, place: { kind: "header", name: "x-jwt", before: "Token " } } },
      "allow",
    ],
    [
      "of two rules that see it differently it isn't known with what answer",
      [jwt("jwtRules: [{issuer: a, audiences: [shop]}, {issuer: b, fromHeaders: [{name: Authorization}]}]")],
      {
        ...GET,
        token: {
          ...{ issuer: "a", valid: true, audiences: [] },
          place: { kind: "header", name: "Authorization", before: "Bearer " },
        },
      },
      "deny ? j spec.jwtRules[0]",
    ],
    [
      "the header that carried it is gone where policies ask for it",
      [issuer, asksAuthorization],
      { ...GET, headers: { authorization: "Bearer x" }, token: { issuer: "a", valid: true, place: USUAL } },
      "deny 403 a spec",
    ],
    [
      "unless its rule forwards it",
      [jwt("jwtRules: [{issuer: a, forwardOriginalToken: true}]"), asksAuthorization],
      { ...GET, headers: { authorization: "Bearer x" }, token: { issuer: "a", valid: true, place: USUAL } },
      "allow a spec.rules[0]",
    ],
    [
      "where it is carried isn't known, nor whether that header is",
      [issuer, asksAuthorization],
      { ...GET, headers: { authorization: "Bearer x" }, token: { issuer: "a", valid: true } },
      "unknown: header Authorization",
    ],
    [
      "what is left of a header without a token is known",
      [issuer, asksAuthorization],
      { ...GET, headers: { authorization: "Basic x" }, token: null },
      "allow a spec.rules[0]",
    ],
    [
      "headers that the proxy writes of tokens aren't the client's",
      [
        jwt("jwtRules: [{issuer: a, outputPayloadToHeader: X-Payload}]"),
        when("request.headers[x-payload]", "values: ['*']"),
      ],
      { ...GET, headers: { "x-payload": "forged" } },
      "unknown: header x-payload",
    ],
    [
      "any of several rules for its issuer takes it",
      [forShop, jwt("jwtRules: [{issuer: a, audiences: [bank]}]", "shop/k")],
      { ...GET, token: { issuer: "a", valid: true, audiences: ["bank"] } },
      "allow",
    ],
    ["one that nobody knows valid", [issuer], { ...GET, token: { issuer: "a" } }, "unknown: whether the JWT is valid"],
    [
      "behind an authorizer that may refuse it first it isn't known with what answer",
      [custom, issuer],
      { ...GET, token: { issuer: "a", valid: false } },
      "deny ? j spec.jwtRules[0]",
    ],
    [
      "nor what a DENY rule behind a JWT that nobody knows valid answers",
      [issuer, auth("action: DENY, rules: [{}]")],
      { ...GET, token: { issuer: "a" } },
      "deny ? a spec.rules[0]",
    ],
    ["bytes have no JWT", [issuer], { ...GET, protocol: "tcp", token: { issuer: "b" } }, "allow"],
    [
      "claims aren't read without RequestAuthentication",
      [from("requestPrincipals: ['*']")],
      { ...GET, token: { issuer: "a", valid: true } },
      "deny 403 a spec",
    ],
    [
      "external authorizers come before the JWT",
      [issuer, auth("action: CUSTOM, provider: {name: opa}, rules: [{from: [{source: {requestPrincipals: ['*']}}]}]")],
      { ...GET, token: { issuer: "a", subject: "s", valid: true } },
      "allow",
    ],
  ];
  test.each(table)("%s", (_, objects, facts, wanted) => expect(said(decide(objects, facts))).toBe(wanted));
});

describe("what isn't known is named, and only what matters", () => {
  test.each<readonly [Manifest, CallFacts, string]>([
    [to("methods: [GET], paths: [/x]"), { protocol: "http" }, "unknown: the method, the path"],
    [to("methods: [PUT], paths: [/x]"), { protocol: "http", method: "GET" }, "deny 403 a spec"],
    [from("namespaces: [shop]", DENY), { protocol: "http" }, "unknown: the peer's identity"],
    [from("ipBlocks: [10.0.0.0/8]"), { protocol: "http", sourceIp: "?" }, "unknown: the peer's address"],
    [to("ports: ['1']"), { port: 1 }, "allow a spec.rules[0]"],
    [to("paths: [/x]"), { path: "/x" }, "unknown: the port's protocol"],
    [to("paths: [/x]"), { path: "/y" }, "deny ? a spec"],
  ])("%j", (it, facts, wanted) => expect(said(decide([it], facts))).toBe(wanted));

  test("who would refuse it is said", () => {
    expect(decide([to("paths: [/x]", DENY)], { protocol: "http" })).toMatchObject({
      verdict: "unknown",
      by: [{ stage: "deny", rule: 0, policy: { metadata: { name: "a" } } }],
    });
  });
});

describe("fields of HTTP where bytes are forwarded", () => {
  const bytes: CallFacts = { ...GET, protocol: "tcp" };
  test.each<readonly [string, Manifest, EnforcementPoint, string]>([
    ["ALLOW loses the rule", to("methods: [GET], ports: ['8080']"), sidecar, "deny closed a spec"],
    ["DENY loses the field alone", to("methods: [PUT], ports: ['8080']", DENY), sidecar, "deny closed a spec.rules[0]"],
    ["and takes everything where nothing is left", to("methods: [PUT]", DENY), sidecar, "deny closed a spec.rules[0]"],
    ["ztunnel: ALLOW loses the rule", to("methods: [GET], ports: ['8080']"), ztunnel, "deny closed a spec"],
    [
      "ztunnel: DENY loses the field alone",
      to("methods: [PUT], ports: ['8080']", DENY),
      ztunnel,
      "deny closed a spec.rules[0]",
    ],
    ["ztunnel: and nothing where nothing is left", to("methods: [PUT]", DENY), ztunnel, "allow"],
    ["ztunnel: a rule without conditions", auth("action: DENY, rules: [{}]"), ztunnel, "deny closed a spec.rules[0]"],
    [
      "ztunnel: a condition of HTTP",
      auth("action: DENY, rules: [{when: [{key: 'request.headers[x]', values: [y]}]}]"),
      ztunnel,
      "allow",
    ],
    [
      "ztunnel asks no external authorizer",
      auth("action: CUSTOM, provider: {name: opa}, rules: [{}]"),
      ztunnel,
      "allow",
    ],
    ["ztunnel: identities", from("principals: ['*/sa/web']"), ztunnel, "allow a spec.rules[0]"],
  ])("%s", (_, it, point, wanted) => expect(said(decide([it], bytes, point))).toBe(wanted));
});

describe("gateways and waypoints", () => {
  const target = (text: string, place = "shop/a") => auth(`targetRefs: [{${text}}]`, place);
  const GATEWAY = "group: gateway.networking.k8s.io, kind: Gateway, name";
  test.each<readonly [string, Manifest, EnforcementPoint, string]>([
    ["a waypoint by its name", target(`${GATEWAY}: waypoint`), waypoint, "deny 403 a spec"],
    ["a waypoint by the service", target("kind: Service, group: '', name: reviews"), waypoint, "deny 403 a spec"],
    ["not by another service", target("kind: Service, group: '', name: ratings"), waypoint, "allow"],
    ["not by another namespace's", target("kind: Service, group: '', name: reviews", "bank/a"), waypoint, "allow"],
    [
      "all waypoints by their class, from the root namespace",
      target("group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint", "istio-system/a"),
      waypoint,
      "deny 403 a spec",
    ],
    ["not by labels, and not by none", auth(""), waypoint, "allow"],
    ["a gateway by its name", target(`${GATEWAY}: public`, "edge/a"), gateway, "deny 403 a spec"],
    ["a gateway by labels", auth("selector: {matchLabels: {app: gw}}", "edge/a"), gateway, "deny 403 a spec"],
    ["not ztunnel", target(`${GATEWAY}: waypoint`), ztunnel, "allow"],
  ])("%s", (_, it, point, wanted) => expect(said(decide([it], GET, point))).toBe(wanted));
});
