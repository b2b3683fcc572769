import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { authorize } from "../meaning/authorization/decide.ts";
import { policy } from "../world.test-support.ts";
import type { ObservedCall } from "./calls.ts";
import { call, impact, made, meshWith, object } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const place = fc.constantFrom("shop/a", "shop/b", "bank/a", "istio-system/a");
const text = fc.constantFrom("/a", "GET", "shop", "web", "*", "8080", "cluster.local/ns/shop/sa/web", "*/sa/web");
const field = fc.constantFrom(
  "principals",
  "namespaces",
  "serviceAccounts",
  "notPrincipals",
  "notNamespaces",
  "ipBlocks",
);
const asked = fc.constantFrom("paths", "methods", "ports", "hosts", "notPaths");
const rule = fc.record(
  {
    from: fc.array(
      fc.record({ source: fc.dictionary(field, fc.array(text, { minLength: 1, maxLength: 2 }), { maxKeys: 2 }) }),
      { maxLength: 2 },
    ),
    to: fc.array(
      fc.record({ operation: fc.dictionary(asked, fc.array(text, { minLength: 1, maxLength: 2 }), { maxKeys: 2 }) }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
const policyOf = (kind: string, where: string, spec: object): Manifest => policy(kind, where, spec as JsonObject);
const authorization = fc
  .record({ where: place, action: fc.constantFrom("ALLOW", "DENY", "CUSTOM"), rules: fc.array(rule, { maxLength: 3 }) })
  .map(({ where, ...spec }) => policyOf("AuthorizationPolicy", where, spec));
const mode = fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE", "UNSET");
const peer = fc
  .record({ where: place, mode })
  .map((each) => policyOf("PeerAuthentication", each.where, { mtls: { mode: each.mode } }));
const tls = fc.record({ where: place, mode: fc.constantFrom("DISABLE", "ISTIO_MUTUAL", "SIMPLE") }).map((each) =>
  policyOf("DestinationRule", each.where, {
    host: "*.shop.svc.cluster.local",
    trafficPolicy: { tls: { mode: each.mode } },
    subsets: [{ name: "v1", labels: { version: "v1" } }],
  }),
);
const route = fc.record({
  host: fc.constantFrom("reviews", "nobody"),
  subset: fc.constantFrom("v1", "v9", ""),
  weight: fc.integer({ min: 0, max: 9 }),
});
const routes = fc
  .record({
    where: place,
    http: fc.array(
      fc.record({
        match: fc.constantFrom([], [{ uri: { prefix: "/a" } }]),
        route: fc.array(route, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ where, http }) =>
    policyOf("VirtualService", where, {
      hosts: ["reviews.shop.svc.cluster.local"],
      http: http.map(({ match, route: to }) => ({
        match,
        route: to.map(({ host, subset, weight }) => ({
          destination: { host: `${host}.shop.svc.cluster.local`, subset },
          weight,
        })),
      })),
    }),
  );
const anything = fc.oneof(authorization, peer, tls, routes);
const share = fc.constantFrom(0, 0.5, 1, null);
const calls: fc.Arbitrary<readonly ObservedCall[]> = fc.array(
  fc
    .record({
      from: fc.constantFrom("shop/web", "bank/teller", "outside/till", "?", "shop/cart", "shop/gone"),
      to: fc.constantFrom("shop/reviews-v1", "shop/reviews-v2", "bank/ledger", "shop/cart", "shop/missing"),
      rate: fc.constantFrom(0, 1, 10),
      share,
      basis: fc.constantFrom("server" as const, "peer" as const),
    })
    .map(({ from, to, rate, share: proven, basis }) =>
      call(from, to, rate, {
        mtls: { share: proven, basis: proven === null ? "unknown" : basis },
      }),
    ),
  { maxLength: 6 },
);
const world = fc.uniqueArray(anything, {
  maxLength: 6,
  selector: ({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`,
});
const nameOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.namespace}/${metadata.name}`;
const changeOf = (objects: readonly Manifest[], after: Manifest): Change => ({
  before: objects.find((each) => nameOf(each) === nameOf(after)) ?? null,
  after,
});

describe("for any objects and calls", () => {
  test("bounds lie within the pair's rate, and what is certain has one number", () => {
    fc.assert(
      fc.property(world, anything, calls, (objects, after, seen) => {
        for (const item of impact([changeOf(objects, after)], seen, objects).items.flat()) {
          expect(item.min).toBeGreaterThanOrEqual(0);
          expect(item.min).toBeLessThanOrEqual(item.max);
          expect(item.max).toBeLessThanOrEqual(item.rate + 1e-9);
          if (item.certainty === "certain") expect(item.min).toBeCloseTo(item.max, 9);
          else expect(item.blindSpots.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("of a plan that sends calls elsewhere as well no more are refused than are made", () => {
    const mesh = meshWith({});
    fc.assert(
      fc.property(world, routes, authorization, calls, (objects, route, policies, seen) => {
        const changes = [route, policies].map((after) => changeOf(objects, after));
        const all = seen.reduce((sum, { rate }) => sum + rate, 0);
        for (const { verdict, requests } of impact(changes, seen, objects, { mesh }).totals) {
          if (verdict !== "denied" && verdict !== "breaks") continue;
          expect(requests?.max ?? 0).toBeLessThanOrEqual(all + 1e-9);
          expect(requests?.min ?? 0).toBeLessThanOrEqual((requests?.max ?? 0) + 1e-9);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("where nothing changes, nothing happens", () => {
    fc.assert(
      fc.property(world, calls, (objects, seen) => {
        const changes = objects.map((each): Change => ({ before: each, after: structuredClone(each) }));
        const found = impact(changes, seen, objects);
        expect(found.items.flat()).toEqual([]);
        expect(found.gaps).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test("a fact more only narrows: what was certain stays, what had no item gets none", () => {
    const who = "spiffe://cluster.local/ns/shop/sa/web";
    fc.assert(
      fc.property(world, authorization, (objects, after) => {
        const less = call("shop/web", "shop/reviews-v1", 10, { callers: new Map() });
        const more = call("shop/web", "shop/reviews-v1", 10, { callers: new Map([[who, 1]]) });
        const of = (seen: ObservedCall) => impact([changeOf(objects, after)], [seen], objects).items.flat();
        const known = of(more);
        for (const item of of(less)) {
          const same = known.find(({ verdict }) => verdict === item.verdict);
          expect(same?.min ?? 0).toBeGreaterThanOrEqual(item.min);
        }
        for (const item of known) {
          const before = of(less).find(({ verdict }) => verdict === item.verdict);
          expect(before?.max ?? 0).toBeGreaterThanOrEqual(item.max);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("what really happens to a request lies within what was said, whatever it carries", () => {
    const request = fc.record({
      method: fc.constantFrom("GET", "POST"),
      path: fc.constantFrom("/a", "/b"),
      host: fc.constantFrom("shop", "web"),
      sourceIp: fc.constantFrom("10.0.0.1", "1.2.3.4"),
      external: fc.constantFrom<"allow" | "deny">("allow", "deny").map((said) => ({ "": said })),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(authorization, { maxLength: 5, selector: nameOf }),
        authorization,
        request,
        (objects, after, sent) => {
          const change = changeOf(objects, after);
          const facts = {
            ...sent,
            protocol: "http",
            port: 8080,
            principal: "cluster.local/ns/shop/sa/web",
            token: null,
          } as const;
          const point = { kind: "sidecar", namespace: "shop", labels: { app: "reviews", version: "v1" } } as const;
          const verdict = (all: readonly Manifest[]) =>
            authorize(
              {
                authorization: all,
                authentication: [],
                rootNamespace: "istio-system",
                trustDomains: ["cluster.local"],
              },
              point,
              facts,
            ).verdict;
          const others = objects.filter((each) => nameOf(each) !== nameOf(after));
          const [was, is] = [verdict(objects), verdict([...others, after])];
          if (was === "unknown" || is === "unknown") return;
          const found = impact([change], [call("shop/web", "shop/reviews-v1", 10)], objects).items.flat();
          const of = (name: string) => found.find((each) => each.verdict === name);
          const denied = was === "allow" && is === "deny";
          const allowed = was === "deny" && is === "allow";
          for (const [name, happens] of [
            ["denied", denied],
            ["allowed", allowed],
          ] as const) {
            if (happens) expect(of(name)?.max).toBe(10);
            else expect(of(name)?.min ?? 0).toBe(0);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("denying all refuses everybody who was let in with a proven identity, for certain", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 10, 100), (rate) => {
        const deny = made(object("AuthorizationPolicy", "istio-system/deny", ""));
        const found = impact(
          [deny],
          [call("shop/web", "shop/reviews-v1", rate), call("bank/teller", "bank/ledger", rate)],
        );
        expect(found.totals).toEqual([
          { verdict: "denied", pairs: 2, certain: 2, requests: { min: 2 * rate, max: 2 * rate }, connections: null },
        ]);
      }),
    );
  });

  test("of ten thousand policies those that count at a server are found once", () => {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      policy("AuthorizationPolicy", `ns-${i % 500}/p${i}`, { rules: [{ to: [{ operation: { paths: ["/a"] } }] }] }),
    );
    const seen = Array.from({ length: 3_000 }, (_, i) =>
      call("shop/web", "shop/reviews-v1", 1, { ids: { source: `s${i}`, target: "t" } }),
    );
    const found = impact([made(object("AuthorizationPolicy", "shop/deny", "action: DENY, rules: [{}]"))], seen, many);
    expect(found.totals[0]?.requests?.max).toBe(3_000);
  });
});
