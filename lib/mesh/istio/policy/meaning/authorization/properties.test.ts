import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import { decide, GET, sidecar, WEB, ztunnel } from "./calls.test-support.ts";
import type { CallFacts } from "./facts.ts";

describe("for any policies and calls", () => {
  const values = fc.constantFrom(
    "*",
    "GET",
    "/a",
    "/a*",
    "shop",
    "*b",
    WEB,
    "8080",
    "10.0.0.0/8",
    "x/y",
    "{",
    "",
    "/{**}",
  );
  const list = fc.array(values, { maxLength: 3 });
  const fields = (...names: string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, list])), { requiredKeys: [] });
  const source = fields(
    "principals",
    "notPrincipals",
    "namespaces",
    "ipBlocks",
    "notIpBlocks",
    "remoteIpBlocks",
    "requestPrincipals",
    "serviceAccounts",
  );
  const operation = fields("hosts", "methods", "notMethods", "paths", "notPaths", "ports", "notPorts");
  const rule = fc.record(
    {
      from: fc.array(fc.record({ source }), { maxLength: 2 }),
      to: fc.array(fc.record({ operation }), { maxLength: 2 }),
      when: fc.array(
        fc.record({
          key: fc.constantFrom("source.ip", "request.headers[x-user]", "destination.port", "z"),
          values: list,
          notValues: list,
        }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  );
  const policies = fc
    .array(
      fc.record(
        {
          action: fc.constantFrom("ALLOW", "DENY", "CUSTOM", "AUDIT"),
          provider: fc.constant({ name: "opa" }),
          rules: fc.array(rule, { maxLength: 3 }),
        },
        { requiredKeys: ["action", "provider"] },
      ),
      { maxLength: 4 },
    )
    .map((specs) =>
      specs.map((each, at) => policy("AuthorizationPolicy", `shop/p${at}`, each as unknown as JsonObject)),
    );
  const known: CallFacts = {
    ...GET,
    normalization: "BASE",
    external: { opa: "allow" },
    token: { issuer: "x", subject: "y", valid: true },
  };
  const facts = fc.constantFrom<CallFacts>(
    known,
    { ...known, protocol: "tcp" },
    { ...known, path: "/b/..//a" },
    { ...known, principal: null, method: "PUT" },
  );
  const points = fc.constantFrom(sidecar, ztunnel);

  test("with all facts there is a verdict; with fewer, the same or what is lacking, never the opposite", () => {
    fc.assert(
      fc.property(policies, facts, points, fc.subarray(Object.keys(known)), (objects, all, point, kept) => {
        const full = decide(objects, all, point);
        expect(full.verdict).not.toBe("unknown");
        const fewer = decide(objects, Object.fromEntries(kept.map((key) => [key, all[key as keyof CallFacts]])), point);
        if (fewer.verdict === "unknown") expect(fewer.lacks.length).toBeGreaterThan(0);
        else expect(fewer.verdict).toBe(full.verdict);
      }),
      { numRuns: 500 },
    );
  });

  test("one more DENY never lets more in, one more rule of an ALLOW policy never less", () => {
    fc.assert(
      fc.property(policies, facts, points, rule, (objects, all, point, more) => {
        const before = decide(objects, all, point).verdict;
        const denying = policy("AuthorizationPolicy", "shop/zz", {
          action: "DENY",
          rules: [more],
        } as unknown as JsonObject);
        if (before === "deny") expect(decide([...objects, denying], all, point).verdict).toBe("deny");
        const wider = objects.map((each) =>
          (each.spec?.["action"] ?? "ALLOW") === "ALLOW"
            ? {
                ...each,
                spec: { ...each.spec, rules: [...((each.spec?.["rules"] ?? []) as []), more] } as unknown as JsonObject,
              }
            : each,
        );
        if (before === "allow") expect(decide(wider, all, point).verdict).toBe("allow");
      }),
      { numRuns: 500 },
    );
  });

  test("whatever stands in an object, something is answered", () => {
    fc.assert(
      fc.property(fc.jsonValue(), facts, points, (it, all, point) => {
        const object = { ...policy("AuthorizationPolicy", "shop/a", {}), spec: it as JsonObject };
        expect(["allow", "deny", "unknown"]).toContain(decide([object], all, point).verdict);
      }),
    );
  });
});
