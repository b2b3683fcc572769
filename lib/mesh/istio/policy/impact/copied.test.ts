/** Copies of calls where they go: let in, refused, or nobody knows. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { rule, web } from "./behaving.test-support.ts";
import { impact, made, meshWith, object, said } from "./impact.test-support.ts";

const TO = "mirror: {host: ledger.bank.svc.cluster.local, port: {number: 80}}";
const MIRRORED = "mirrored 100 certain shop/web > bank/ledger by r spec.http[0]";
const policy = (spec: string) => object("AuthorizationPolicy", "bank/p", spec);
const STRICT = object("PeerAuthentication", "bank/strict", "mtls: {mode: STRICT}");
const PLAIN = object(
  "DestinationRule",
  "shop/plain",
  "host: ledger.bank.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}",
);
const asked = (objects: readonly Manifest[], mirrors = TO, calls = [web()]) => {
  const [item, ...others] = impact([made(rule(mirrors))], calls, objects, { mesh: meshWith({}) }).items.flat();
  if (item === undefined) throw new Error("no item");
  expect(others).toEqual([]);
  return { line: said(item), why: item.why, open: item.blindSpots };
};
const UNSAID = "whether copies are let in where they go";

describe("copies", () => {
  test("that are let in are said as ever", () => {
    for (const objects of [[], [policy("rules: [{from: [{source: {namespaces: [shop]}}]}]")]]) {
      const { line, why, open } = asked(objects);
      expect([line, open]).toEqual([MIRRORED, []]);
      expect(why).not.toContain("refused");
    }
  });

  test("that a policy refuses are no failure of the caller’s, and it is said", () => {
    const { line, why, open } = asked([policy("action: DENY, rules: [{}]")]);
    expect([line, open]).toEqual([MIRRORED, []]);
    expect(why).toMatch(/nobody waits for their answers\. All of them are refused there: Refused: /);
  });

  test("of whose caller no rule speaks are refused", () => {
    const only = policy("rules: [{from: [{source: {principals: ['cluster.local/ns/shop/sa/other']}}]}]");
    expect(asked([only]).why).toContain("All of them are refused there");
  });

  test("whose connection is refused don’t arrive", () => {
    const { line, why } = asked([STRICT, PLAIN]);
    expect(line).toBe("mirrored 0 certain shop/web > bank/ledger by r spec.http[0]");
    expect(why).toContain("All of them are refused there: The connection is refused");
  });

  test("that may be refused, by what a request has or who calls, are a blind spot", () => {
    for (const spec of [
      "rules: [{to: [{operation: {paths: ['/a']}}]}]",
      // A copy’s host is another than the call’s.
      "rules: [{to: [{operation: {hosts: ['reviews']}}]}]",
    ]) {
      const { line, open } = asked([policy(spec)]);
      expect(line).toBe(MIRRORED);
      expect(open).toEqual([UNSAID]);
    }
    const known = web({ request: { method: "GET", host: "reviews", port: 8080 } });
    const byHost = policy("rules: [{to: [{operation: {hosts: ['reviews']}}]}]");
    expect(asked([byHost], TO, [known]).open).toEqual([UNSAID]);
  });

  test("to several subsets are refused where one of them refuses", () => {
    const subsets = object(
      "DestinationRule",
      "shop/s",
      "host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]",
    );
    const shut = object(
      "AuthorizationPolicy",
      "shop/shut",
      "selector: {matchLabels: {version: v2}}, action: DENY, rules: [{}]",
    );
    const two = "mirrors: [{destination: {host: reviews, subset: v1}}, {destination: {host: reviews, subset: v2}}]";
    expect(asked([subsets, shut], two).why).toContain("50 % of them are refused there");
  });

  test("to a host outside aren’t asked about", () => {
    expect(asked([], "mirror: {host: api.card.example}").line).toBe(
      "mirrored 100 certain shop/web > api.card.example by r spec.http[0]",
    );
  });
});
