import { expect, test } from "vitest";
import type { JsonObject } from "#lib/policy/manifest.ts";
import type { Token } from "../authorization/facts.ts";
import { meets } from "./match.ts";

const TOKEN: Token = {
  ...{ valid: true, issuer: "https://id", subject: "ana", audiences: ["shop", "bank"] },
  claims: { groups: ["ops", "admin"], "realm_access][roles": ["reader"], "a.b": ["c"], empty: [], none: null },
};
const go = (name: string, match: JsonObject, token: Token | null | undefined = TOKEN, key = "headers") => {
  const found = meets({ [key]: { [name]: match } }, { headers: {}, ...(token === undefined ? {} : { token }) });
  return typeof found === "boolean" ? found : found.lacks.join("; ");
};

const table: readonly (readonly [string, JsonObject, boolean | string])[] = [
  ["@request.auth.claims.groups", { exact: "admin" }, true],
  ["@request.auth.claims.groups", { exact: "adm" }, false],
  ["@request.auth.claims.groups", { prefix: "adm" }, true],
  ["@request.auth.claims[groups]", { exact: "ops" }, true],
  ["@Request.Auth.Claims[groups]", { exact: "ops" }, true],
  ["@request.auth.claims.realm_access.roles", { exact: "reader" }, true],
  ["@request.auth.claims[realm_access][roles]", { exact: "reader" }, true],
  ["@request.auth.claims[a.b]", { exact: "c" }, true],
  ["@request.auth.claims.a.b", { exact: "c" }, "the JWT's claim a][b"],
  ["@request.auth.claims.sub", { exact: "ana" }, true],
  ["@request.auth.claims.iss", { prefix: "https://" }, true],
  ["@request.auth.claims.aud", { exact: "bank" }, true],
  ["@request.auth.claims.azp", { exact: "x" }, "the JWT's claim azp"],
  ["@request.auth.claims.other", { exact: "x" }, "the JWT's claim other"],
  ["@request.auth.claims.toString", { exact: "x" }, "the JWT's claim toString"],
  ["@request.auth.claims.empty", { exact: "x" }, false],
  ["@request.auth.claims.none", { exact: "x" }, false],
  ["@request.auth.claims.groups", { exact: "" }, false],
  ["@request.auth.claims.groups", { regex: "(a+)+$" }, false],
  ["@request.auth.claims.groups", { regex: "^(ops|dev)$" }, true],
  [
    "@request.auth.claims.groups",
    { regex: "*" },
    "whether * fits the JWT's claim groups (Istio takes no such expression)",
  ],
  ["@request.auth.claims.groups", { regex: ".*" }, true],
  ["@request.auth.claims.groups", {}, "what a match of the JWT's claim groups that asks for nothing does"],
  ["@request.auth.claims.groups", { prefix: "" }, "what a match of the JWT's claim groups that asks for nothing does"],
];

test.each(table)("%s %j: %s", (name, match, expected) => {
  expect(go(name, match)).toBe(expected);
});

test("withoutHeaders is the opposite, and unknown stays unknown", () => {
  const without = (token?: Token | null) =>
    go("@request.auth.claims.groups", { exact: "ops" }, token, "withoutHeaders");
  expect(without()).toBe(false);
  expect(without(null)).toBe(true);
  expect(go("@request.auth.claims.x", { exact: "y" }, TOKEN, "withoutHeaders")).toBe("the JWT's claim x");
});

test("without a verified token none is there; one that isn’t known is lacking", () => {
  expect(go("@request.auth.claims.groups", { exact: "ops" }, null)).toBe(false);
  expect(meets({ headers: { "@request.auth.claims.groups": { exact: "ops" } } }, { headers: {} })).toEqual({
    lacks: ["the JWT's claims"],
  });
});

test("a header or parameter that every object has by nature isn’t there", () => {
  for (const name of ["constructor", "__proto__", "hasOwnProperty"]) {
    const match = Object.fromEntries([[name, { prefix: "x" }]]);
    expect(meets({ headers: match }, { headers: {} })).toEqual({ lacks: [`header ${name}`] });
    expect(meets({ queryParams: match }, { query: {} })).toEqual({ lacks: [`query parameter ${name}`] });
  }
});

test("what names no claim is a header", () => {
  for (const name of [
    "@request.auth.claims",
    "@request.auth.claims.",
    "@request.auth.claims[]",
    "@request.auth.claimsx",
  ])
    expect(go(name, { exact: "ops" })).toBe(`header ${name}`);
});
