import { describe, expect, it } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { call, gone, impact, lines, made, object, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const jwt = (rules: string) =>
  object("RequestAuthentication", "shop/j", `selector: {matchLabels: {version: v1}}, jwtRules: [${rules}]`);
const ISSUER = "{issuer: a.example, jwksUri: 'https://a.example/keys'}";
const needed = object(
  "AuthorizationPolicy",
  "shop/n",
  "selector: {matchLabels: {version: v1}}, rules: [{from: [{source: {requestPrincipals: ['*']}}]}]",
);
const custom = (provider: string) =>
  object(
    "AuthorizationPolicy",
    "shop/x",
    `selector: {matchLabels: {version: v1}}, action: CUSTOM, provider: {name: ${provider}}, rules: [{}]`,
  );
const CALLS = [call("shop/web", "shop/reviews-v1", 10), call("shop/web", "shop/reviews-v2", 5)];
const PAIR = "shop/web > shop/reviews-v1";

describe("tokens and external authorizers: no metric tells of them", () => {
  it.each<[string, readonly Change[], readonly string[], (readonly Manifest[])?]>([
    [
      "a new one may refuse whoever carries a token",
      [made(jwt(ISSUER))],
      [`denied 0–10 unknown ${PAIR} by j spec.jwtRules[0]: the JWT`],
    ],
    ["one that goes may let in", [gone(jwt(ISSUER))], [`allowed 0–10 unknown ${PAIR} by j spec.jwtRules[0]: the JWT`]],
    [
      "a token that is needed",
      [made(needed)],
      [`denied 0–10 unknown ${PAIR} by j spec.jwtRules[0]: the JWT`],
      [jwt(ISSUER)],
    ],
    [
      "an authorizer that comes",
      [made(custom("opa"))],
      [`denied 0–10 unknown ${PAIR} by x spec.rules[0]: what the external authorizer opa says`],
    ],
    ["rules without an issuer of theirs say nothing", [made(jwt(""))], []],
  ])("%s", (_, changes, expected, objects = []) => {
    const found = lines(impact(changes, CALLS, objects));
    expect(found).toEqual(expected);
  });

  it("another authorizer may refuse and let in", () => {
    const verdicts = impact([turned(custom("opa"), custom("own"))], CALLS).items.flat();
    expect(verdicts.map(({ verdict, certainty }) => `${verdict} ${certainty}`)).toEqual([
      "denied unknown",
      "allowed unknown",
    ]);
    expect(verdicts[0]?.closeWith).toContain("the authorizer’s own log");
  });

  it("another issuer may refuse whose token passed", () => {
    const verdicts = impact(
      [turned(jwt(ISSUER), jwt(ISSUER.replaceAll("a.example", "b.example")))],
      CALLS,
    ).items.flat();
    expect(verdicts.map(({ verdict, certainty }) => `${verdict} ${certainty}`)).toContain("denied unknown");
    expect(verdicts[0]?.closeWith).toContain("the server proxy’s jwt_authn statistics");
  });
});
