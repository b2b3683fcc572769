import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { auth, DENY, decide, from, GET, jwt, said, sidecar, to, WEB, when } from "./calls.test-support.ts";
import type { CallFacts } from "./facts.ts";

describe("what a rule asks", () => {
  const yes = "allow a spec.rules[0]";
  const no = "deny 403 a spec";
  const table: readonly (readonly [Manifest, CallFacts, string])[] = [
    [from(`principals: [${WEB}]`), GET, yes],
    [from(`principals: ['spiffe://${WEB}']`), GET, no],
    [from("principals: ['*/sa/web']"), GET, yes],
    [from("principals: ['cluster.local/ns/shop/*']"), GET, yes],
    [from("principals: ['*']"), { ...GET, principal: null }, no],
    [from("notPrincipals: ['*']"), { ...GET, principal: null }, yes],
    [from("namespaces: [shop]"), GET, yes],
    [from("namespaces: ['s*p']"), GET, yes],
    [from("namespaces: [sho]"), GET, no],
    [from("notNamespaces: [shop]"), GET, no],
    [from("serviceAccounts: [web]"), GET, yes],
    [from("serviceAccounts: [bank/web]"), GET, no],
    [from("trustDomains: [cluster.local]"), GET, yes],
    [from("ipBlocks: [10.0.0.0/8]"), GET, yes],
    [from("ipBlocks: [10.0.0.9], notIpBlocks: [10.0.0.0/24]"), GET, no],
    [from("remoteIpBlocks: [203.0.113.0/24]"), GET, yes],
    [from("ipBlocks: [nonsense, 10.0.0.0/8]"), GET, no],
    [from("ipBlocks: [nonsense]", DENY), GET, "deny 403 a spec.rules[0]"],
    [to("hosts: ['REVIEWS:*']"), GET, yes],
    [to("hosts: [reviews]"), GET, no],
    [to("methods: [get]"), GET, no],
    [to("methods: [GET], paths: ['/a*']"), GET, yes],
    [to("methods: [GET], notPaths: ['/a*']"), GET, no],
    [to("paths: ['*b']"), GET, yes],
    [to("paths: ['/{*}/b']"), GET, yes],
    [to("paths: ['/{*}']"), GET, no],
    [to("paths: ['/{**}']"), GET, yes],
    [to("paths: ['/a/*']"), { ...GET, path: "/a/../b", normalization: "BASE" }, no],
    [to("paths: ['/b']"), { ...GET, path: "/a/../b", normalization: "BASE" }, yes],
    [to("paths: ['/b']"), { ...GET, path: "/a/../b" }, "unknown: how the mesh normalizes paths"],
    [to("ports: ['8080']"), GET, yes],
    [to("notPorts: ['8080']"), GET, no],
    [to("ports: ['99999']"), GET, no],
    [when("request.headers[X-User]", "values: [a*]"), GET, yes],
    [when("request.headers[x-none]", "notValues: ['*']"), GET, yes],
    [when("request.headers[x-other]", "values: [a]"), GET, "unknown: header x-other"],
    [when("request.headers[constructor]", "values: ['*']"), GET, "unknown: header constructor"],
    [when("request.headers[__proto__]", "notValues: ['*']"), GET, "unknown: header __proto__"],
    [when("source.namespace", "values: [shop], notValues: [shop]"), GET, no],
    [when("destination.port", "values: ['8080']"), GET, yes],
    [when("destination.ip", "values: [10.0.0.1]"), GET, yes],
    [when("connection.sni", "values: [x]"), GET, no],
    [when("experimental.envoy.filters.x[y]", "values: [z]"), GET, "unknown: experimental.envoy.filters.x[y]"],
    [when("nobody.knows", "values: [z]"), GET, no],
    [auth("action: DENY, rules: [{when: [{key: nobody.knows, values: [z]}]}]"), GET, "allow"],
    [
      auth(
        "rules: [{from: [{source: {namespaces: [x]}}, {source: {namespaces: [shop]}}], to: [{operation: {methods: [PUT]}}]}]",
      ),
      GET,
      no,
    ],
    [
      auth("rules: [{from: [{source: {namespaces: [x]}}]}, {to: [{operation: {methods: [GET]}}]}]"),
      GET,
      "allow a spec.rules[1]",
    ],
  ];
  test.each(table)("%j", (it, facts, wanted) => expect(said(decide([it], facts))).toBe(wanted));

  const token = {
    valid: true,
    issuer: "https://a/b",
    subject: "sub",
    audiences: ["x", "y"],
    presenter: "p",
    claims: {
      ...{
        group: ["admin"],
        "a][b": ["c"],
        scope: ["read write"],
        permission: ["x y", "z"],
        "a][scope": ["read write"],
      },
      ...{ own: ["one  two"], other: ["one two"] },
    },
  };
  test.each([
    ["request.auth.principal", "https://a/b/sub", yes],
    ["request.auth.principal", "*/sub", yes],
    ["request.auth.principal", "https://a/b/*", yes],
    ["request.auth.principal", "https://a/*", no],
    ["request.auth.principal", "*", yes],
    ["request.auth.principal", "*ub", yes],
    ["request.auth.principal", "https:*", yes],
    ["request.auth.principal", "http", no],
    ["request.auth.audiences", "y", yes],
    ["request.auth.presenter", "p*", yes],
    ["request.auth.claims[group]", "admin", yes],
    ["request.auth.claims[a][b]", "c", yes],
    ["request.auth.claims[nobody]", "c", "unknown: the JWT's claim nobody"],
    ["request.auth.claims[constructor]", "*", "unknown: the JWT's claim constructor"],
    ["request.auth.claims[scope]", "read", yes],
    ["request.auth.claims[scope]", "write", yes],
    ["request.auth.claims[scope]", "read write", no],
    // A list stands as it is.
    ["request.auth.claims[permission]", "x", no],
    ["request.auth.claims[a][scope]", "read", no],
    ["request.auth.claims[own]", "two", yes],
    ["request.auth.claims[own]", "", no],
    ["request.auth.claims[other]", "one two", yes],
  ])("%s %s of a JWT", (key, value, wanted) => {
    const objects = [
      jwt("jwtRules: [{issuer: 'https://a/b', spaceDelimitedClaims: [own]}]"),
      when(key, `values: ['${value}']`),
    ];
    expect(said(decide(objects, { ...GET, token }))).toBe(wanted);
  });
});

describe("trust domains", () => {
  const old = from("principals: [old/ns/shop/sa/web]");
  test("an alias stands for the mesh's own, and cluster.local for all of them", () => {
    const facts = { ...GET, principal: "new/ns/shop/sa/web" };
    expect(said(decide([old], facts, sidecar, ["new", "old"]))).toBe("allow a spec.rules[0]");
    expect(said(decide([from(`principals: [${WEB}]`)], facts, sidecar, ["new", "old"]))).toBe("allow a spec.rules[0]");
    expect(said(decide([old], facts, sidecar, ["new"]))).toBe("deny 403 a spec");
  });
  test("where the mesh's own isn't read it is named", () => {
    expect(said(decide([old], GET, sidecar, null))).toBe("unknown: the mesh's trust domains");
    expect(said(decide([from("principals: [old/ns/bank/sa/web]")], GET, sidecar, null))).toBe("deny 403 a spec");
  });
});
