import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AccessRule, AuthorizationIntent, Intent, RequestAuthenticationIntent } from "#lib/policy/intent.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { carry } from "../changes.test-support.ts";
import { made, written } from "../routing/worlds.test-support.ts";
import { readAccess, sameAccess } from "./access-rule.ts";

const PLACE = { cluster: "west", namespace: "shop", name: "reviews" };
const WEB = "cluster.local/ns/shop/sa/web";
const access = (more: Partial<AuthorizationIntent>): Intent => ({ kind: "authorization", ...PLACE, ...more });
const jwt = (more: Partial<RequestAuthenticationIntent>): Intent => ({
  ...{ kind: "request-authentication", ...PLACE, issuer: "https://id.example" },
  ...more,
});
const policy = (spec: JsonObject, annotations?: Record<string, string>): Manifest => ({
  ...made("AuthorizationPolicy", "reviews", spec, annotations === undefined ? {} : { annotations }),
  apiVersion: "security.istio.io/v1",
});
const specs = (intent: Intent, ...manifests: Manifest[]) =>
  carry(intent, ...manifests).manifests.map(({ spec }) => spec);
const why = (intent: Intent, ...manifests: Manifest[]): string => {
  try {
    carry(intent, ...manifests);
    return "carried out";
  } catch (thrown) {
    expect(thrown).toMatchObject({ problem: { code: "bad_intent" } });
    return (thrown as Error).message;
  }
};

const from = (source: JsonObject) => ({ from: [{ source }] });
const RULES: readonly JsonObject[] = [
  from({ principals: [WEB], notNamespaces: ["x"] }),
  { ...from({ namespaces: ["bank"] }), to: [{ operation: { methods: ["GET"], hosts: ["a"] } }], "x-unknown": [1] },
  { from: [{ source: { namespaces: ["a"] } }, { source: { namespaces: ["b"] } }] },
];

describe("an AuthorizationPolicy", () => {
  test("is made whole by one intent", () => {
    const done = carry(
      access({
        ...{ action: "ALLOW", dryRun: true, target: { level: "workloads", labels: { app: "reviews" } } },
        rule: { principals: [WEB], methods: ["GET"], paths: ["/a/*"], claims: { groups: ["admin", "ops"] } },
      }),
    );
    expect(done.manifests).toEqual([
      policy(
        {
          action: "ALLOW",
          selector: { matchLabels: { app: "reviews" } },
          rules: [
            {
              ...from({ principals: [WEB] }),
              to: [{ operation: { methods: ["GET"], paths: ["/a/*"] } }],
              when: [{ key: "request.auth.claims[groups]", values: ["admin", "ops"] }],
            },
          ],
        },
        { "istio.io/dry-run": "true" },
      ),
    ]);
    expect(done.notes.join("; ")).toContain("it never tests");
  });

  const before = policy({ rules: RULES, "x-kept": { a: null } }, { "istio.io/dry-run": "T", team: "a" });

  test.each<[string, Partial<AuthorizationIntent>, object]>([
    ["a dry run as it is written", { dryRun: true }, before],
    ["a dry run ended", { dryRun: false }, { ...before, metadata: { ...before.metadata, annotations: { team: "a" } } }],
    [
      "the end of a dry run",
      { until: "2030-01-01T00:00:00Z" },
      {
        ...before,
        metadata: {
          ...before.metadata,
          annotations: { "istio.io/dry-run": "T", team: "a", "meshscope.dev/until": "2030-01-01T00:00:00Z" },
        },
      },
    ],
    ["ALLOW that isn't written", { action: "ALLOW" }, before],
    ["another action", { action: "DENY" }, { ...before, spec: { ...before.spec, action: "DENY" } }],
    ["its namespace whole", { target: { level: "namespace" } }, before],
    [
      "a waypoint's Service",
      { target: { level: "targets", refs: [{ kind: "Service", name: "reviews" }] } },
      { ...before, spec: { ...before.spec, targetRefs: [{ group: "", kind: "Service", name: "reviews" }] } },
    ],
    [
      "one rule's field, all others kept",
      {
        replaces: { namespaces: ["bank"], methods: ["GET"] },
        rule: { namespaces: ["bank"], methods: ["GET", "HEAD"], ipBlocks: ["10.0.0.0/8"] },
      },
      {
        ...before,
        spec: {
          ...before.spec,
          rules: [
            RULES[0],
            {
              ...from({ namespaces: ["bank"], ipBlocks: ["10.0.0.0/8"] }),
              to: [{ operation: { methods: ["GET", "HEAD"], hosts: ["a"] } }],
              "x-unknown": [1],
            },
            RULES[2],
          ],
        },
      },
    ],
    [
      "a rule taken away",
      { remove: "rule", rule: { principals: [WEB] } },
      { ...before, spec: { ...before.spec, rules: RULES.slice(1) } },
    ],
    [
      "a rule beside one that asks for more",
      { rule: { principals: [WEB] } },
      { ...before, spec: { ...before.spec, rules: [...RULES, from({ principals: [WEB] })] } },
    ],
    ["a rule that isn't there taken away", { remove: "rule", rule: { ports: ["80"] } }, before],
  ])("changes: %s", (_, more, after) => {
    const done = carry(access(more), before);
    expect(done.manifests).toEqual(after === before ? [] : [after]);
    expect(carry(access(more), ...written([before], done)).manifests).toEqual([]);
  });

  const admins = { key: "request.auth.claims[groups]", values: ["admin"] };
  const europe = { key: "request.auth.claims[groups]", values: ["eu"] };
  const twice = policy({ rules: [{ when: [admins, europe] }] });

  test.each<[string, AccessRule, JsonObject]>([
    [
      "another field",
      { claims: { groups: ["admin"] }, methods: ["GET"] },
      { when: [admins, europe], to: [{ operation: { methods: ["GET"] } }] },
    ],
    ["the claim that is read", { claims: { groups: ["ops"] } }, { when: [{ ...admins, values: ["ops"] }, europe] }],
  ])("keeps a second condition on the same claim: %s", (_, rule, after) => {
    const wish = access({ replaces: { claims: { groups: ["admin"] } }, rule });
    const done = carry(wish, twice);
    expect(done.manifests).toEqual([policy({ rules: [after] })]);
    expect(carry(wish, ...written([twice], done)).manifests).toEqual([]);
  });

  test("goes whole where that is asked for, and isn't missed", () => {
    expect(carry(access({ remove: "policy" }), before).deletions).toMatchObject([PLACE]);
    expect(carry(access({ remove: "policy" })).deletions).toEqual([]);
    expect(carry(access({ remove: "rule", rule: {} })).manifests).toEqual([]);
  });

  test.each<[string, Partial<AuthorizationIntent>, string]>([
    ["an action that forms don't know", { action: "DENY", name: "custom" }, "action: it is CUSTOM"],
    ["accounts beside principals", { rule: { serviceAccounts: ["web"], principals: [WEB] } }, "rule.serviceAccounts"],
    ["an address that is none", { rule: { ipBlocks: ["10.0.0.300"] } }, "rule.ipBlocks: 10.0.0.300"],
    ["a star in the middle", { rule: { paths: ["/a*b"] } }, "rule.paths"],
    ["a scheme", { rule: { principals: [`spiffe://${WEB}`] } }, "rule.principals"],
    ["a rule that isn't there", { replaces: { ports: ["1"] }, rule: { ports: ["2"] } }, "replaces: no rule"],
    ["nothing in its place", { replaces: { principals: [WEB] } }, "rule: what takes its place"],
    ["no rule to remove", { remove: "rule" }, "rule: which one"],
    ["another cluster", { cluster: "east" }, "cluster"],
    ["no labels", { target: { level: "workloads", labels: {} } }, "target.labels"],
    [
      "a claim taken away that is asked for twice",
      { name: "twice", replaces: { claims: { groups: ["admin"] } }, rule: { methods: ["GET"] } },
      "rule.claims: several conditions ask for groups",
    ],
  ])("refuses %s", (_, more, text) => {
    const custom = {
      ...policy({ action: "CUSTOM", provider: { name: "a" } }),
      metadata: { name: "custom", namespace: "shop" },
    };
    const repeated = { ...twice, metadata: { ...twice.metadata, name: "twice" } };
    expect(why(access(more), before, custom, repeated)).toContain(text);
  });

  test("a dry run has an end, which goes with it", () => {
    const until = "2030-01-01T00:00:00Z";
    const begun = carry(access({ action: "DENY", dryRun: true, until }));
    const [made_] = begun.manifests;
    expect(made_?.metadata.annotations).toEqual({ "istio.io/dry-run": "true", "meshscope.dev/until": until });
    expect(begun.notes).toContain(`until ${until} it is a dry run: from then on the console offers its removal`);
    const ended = carry(access({ dryRun: false }), ...begun.manifests);
    expect(ended.manifests[0]?.metadata.annotations).toBeUndefined();
    expect(carry(access({ dryRun: true }), ...begun.manifests).manifests).toEqual([]);
    // What else is meant to end isn't a dry run's.
    const enforced = policy({}, { "meshscope.dev/until": until });
    expect(carry(access({ dryRun: false }), enforced).manifests).toEqual([]);
    expect(why(access({ until }), enforced)).toContain("until: ");
    const [endless] = carry(access({ dryRun: true, until: null }), ...begun.manifests).manifests;
    expect(endless?.metadata.annotations).toEqual({ "istio.io/dry-run": "true" });
    const fresh = carry(access({ action: "DENY", dryRun: true, until: null }));
    expect(fresh.manifests[0]?.metadata.annotations).toEqual({ "istio.io/dry-run": "true" });
    expect(fresh.notes).toContain("the dry run has no end: nothing will remind of it");
    expect(why(access({ dryRun: false, until }), ...begun.manifests)).toContain("until: ");
    expect(carry(access({ dryRun: true })).notes).toContain("the dry run has no end: nothing will remind of it");
  });

  test("says what follows for calls", () => {
    const notes = (more: Partial<AuthorizationIntent>, ...there: Manifest[]) =>
      carry(access(more), ...there).notes.join("; ");
    expect(notes({ action: "ALLOW" })).toContain("lets nothing in");
    expect(notes({ action: "DENY" })).toContain("nothing is denied");
    expect(notes({ action: "DENY", rule: {} })).toContain("denies every call");
    expect(notes({ rule: { ports: ["80"] } })).toContain("is refused there");
    expect(notes({ dryRun: true }, before)).toContain("before 1.29 enforces");
    expect(notes({ namespace: "istio-system", rule: {}, target: { level: "namespace" } })).toContain("the whole mesh");
  });
});

test("templates of paths may hold braces", () => {
  expect(why(access({ rule: { paths: ["/a/{*}/b", "/x/{**}"] } }))).toBe("carried out");
});

describe("any rule", () => {
  const texts = fc.uniqueArray(fc.constantFrom("a", "b", "c/ns/d/sa/e"), { minLength: 1, maxLength: 3 });
  const optional = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined });
  const rule: fc.Arbitrary<AccessRule> = fc
    .record({
      principals: optional(texts),
      namespaces: optional(texts),
      methods: optional(texts),
      ports: optional(fc.constant(["80"])),
      claims: optional(fc.dictionary(fc.constantFrom("sub", "a][b"), texts, { minKeys: 1 })),
    })
    .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)));
  const step = fc.oneof(
    fc.record({ rule }),
    fc.record({ rule, replaces: rule }),
    fc.record({ rule, remove: fc.constant("rule" as const) }),
    fc.record({ dryRun: fc.boolean(), action: fc.constantFrom("ALLOW" as const, "DENY" as const) }),
  );

  test("is read as it was written; wishes a second time change nothing", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        let objects: readonly Manifest[] = [];
        for (const wish of steps) {
          let done: ReturnType<typeof carry>;
          try {
            done = carry(access(wish), ...objects);
          } catch (thrown) {
            expect((thrown as Error).message).toMatch(/^(rule|replaces): /);
            continue;
          }
          objects = written(objects, done);
          expect(carry(access(wish), ...objects).manifests).toEqual([]);
          const read = (objects[0]?.spec?.["rules"] ?? []) as readonly JsonObject[];
          const there = "rule" in wish && read.some((one) => sameAccess(readAccess(one)?.access ?? {}, wish.rule));
          if ("rule" in wish) expect(there).toBe(!("remove" in wish) && objects.length > 0);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe("a RequestAuthentication", () => {
  const keys = made("RequestAuthentication", "reviews", {
    selector: { matchLabels: { app: "reviews" } },
    jwtRules: [
      { issuer: "a", jwks: "{}", "x-kept": 1 },
      { issuer: "https://id.example", audiences: ["x"] },
    ],
  });

  test("is made, edited by issuer, and goes with its last one", () => {
    expect(specs(jwt({ jwksUri: "https://id.example/keys", audiences: ["shop"] }))).toEqual([
      { jwtRules: [{ issuer: "https://id.example", audiences: ["shop"], jwksUri: "https://id.example/keys" }] },
    ]);
    expect(specs(jwt({ issuer: "a", jwksUri: "https://a/keys" }), keys)).toMatchObject([
      { jwtRules: [{ issuer: "a", jwksUri: "https://a/keys", "x-kept": 1 }, { audiences: ["x"] }] },
    ]);
    expect(JSON.stringify(specs(jwt({ issuer: "a", jwksUri: "https://a/keys" }), keys))).not.toContain('"jwks"');
    expect(specs(jwt({ audiences: null, fromHeaders: [{ name: "x-token" }] }), keys)).toMatchObject([
      { jwtRules: [{ issuer: "a" }, { issuer: "https://id.example", fromHeaders: [{ name: "x-token" }] }] },
    ]);
    const one = carry(jwt({ issuer: "a", remove: true }), keys);
    expect(one.manifests).toMatchObject([{ spec: { jwtRules: [{ issuer: "https://id.example" }] } }]);
    expect(carry(jwt({ remove: true }), ...written([keys], one)).deletions).toMatchObject([PLACE]);
    expect(carry(jwt({ remove: true })).deletions).toEqual([]);
  });

  test.each<[Partial<RequestAuthenticationIntent>]>([
    [{ audiences: ["x"] }],
    [{ audiences: null, jwksUri: "https://id.example/keys", forwardOriginalToken: true }],
    [{ issuer: "new", fromParams: ["t"], target: { level: "namespace" } }],
    [{ remove: true }],
  ])("the same a second time changes nothing: %j", (more) => {
    const done = carry(jwt(more), keys);
    const again = carry(jwt(more), ...written([keys], done));
    expect([again.manifests, again.deletions]).toEqual([[], []]);
  });

  test("says that a call without a token passes, and refuses what it can't tell apart", () => {
    expect(carry(jwt({})).notes.join("; ")).toContain("without a token passes");
    const twice = made("RequestAuthentication", "reviews", { jwtRules: [{ issuer: "a" }, { issuer: "a" }] });
    expect(why(jwt({ issuer: "a" }), twice)).toContain("issuer: several");
    expect(why(jwt({ cluster: "east" }))).toContain("cluster");
  });
});
