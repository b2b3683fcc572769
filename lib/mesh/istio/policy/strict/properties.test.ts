import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { ObservedCall } from "../impact/calls.ts";
import { call, impact, worldOf } from "../impact/impact.test-support.ts";
import type { Change } from "../impact/sides.ts";
import { policy } from "../world.test-support.ts";
import { strictPath } from "./path.ts";
import type { SeenCalls } from "./seen.ts";

const mode = fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE", "UNSET");
const policyOf = (kind: string, where: string, spec: object): Manifest => policy(kind, where, spec as JsonObject);
const wide = fc
  .record({ where: fc.constantFrom("shop/wide", "bank/wide", "istio-system/wide"), mode })
  .map((each) => policyOf("PeerAuthentication", each.where, { mtls: { mode: each.mode } }));
const close = fc.record({ app: fc.constantFrom("reviews", "db", "cart"), mode, port: mode }).map((each) =>
  policyOf("PeerAuthentication", `shop/${each.app}`, {
    selector: { matchLabels: { app: each.app } },
    mtls: { mode: each.mode },
    portLevelMtls: { 8080: { mode: each.port } },
  }),
);
const tls = fc
  .record({
    where: fc.constantFrom("shop/r", "bank/r", "istio-system/r"),
    host: fc.constantFrom("*.shop.svc.cluster.local", "reviews.shop.svc.cluster.local", "*"),
    tls: fc.constantFrom({ mode: "DISABLE" }, { mode: "SIMPLE" }, { mode: "ISTIO_MUTUAL" }, {}),
  })
  .map((each) => policyOf("DestinationRule", each.where, { host: each.host, trafficPolicy: { tls: each.tls } }));
const objects = fc.uniqueArray(fc.oneof(wide, close, tls), {
  maxLength: 6,
  selector: ({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`,
});
const calls: fc.Arbitrary<readonly ObservedCall[]> = fc.uniqueArray(
  fc
    .record({
      from: fc.constantFrom("shop/web", "bank/teller", "outside/till", "?", "shop/cart", "shop/gone"),
      to: fc.constantFrom("shop/reviews-v1", "shop/db", "bank/ledger", "shop/cart", "shop/missing"),
      rate: fc.constantFrom(0, 1, 10),
      share: fc.constantFrom(0, 0.5, 1, 1, null),
      basis: fc.constantFrom("server" as const, "peer" as const),
    })
    .map(({ from, to, rate, share, basis }) =>
      call(from, to, rate, { mtls: { share, basis: share === null ? "unknown" : basis } }),
    ),
  { maxLength: 6, selector: ({ ids }) => `${ids.source}>${ids.target}` },
);
const found = (
  all: readonly Manifest[],
  seen: readonly ObservedCall[],
  scraped: SeenCalls["scraped"] = () => "throughout",
) =>
  strictPath({
    ...{ namespace: null, visible: () => true, world: worldOf(all) },
    seen: { calls: seen, whole: true, coverage: () => ({ reporting: 1, pods: 1 }), scraped },
  });
/** The namespace's own object as the plan of it would write it. */
function strictOf(all: readonly Manifest[], namespace: string): Change {
  const before = all.find(({ metadata }) => metadata.namespace === namespace && metadata.name === "wide") ?? null;
  const after = policyOf("PeerAuthentication", `${namespace}/wide`, { mtls: { mode: "STRICT" } });
  return { before, after };
}
const STRICT_OWN = (all: readonly Manifest[], app: string) =>
  all.some(({ kind, metadata }) => kind === "PeerAuthentication" && metadata.name === app);

test("a namespace is ready only where its plan’s impact lets no connection break, not even perhaps", () => {
  let ready = 0;
  fc.assert(
    fc.property(objects, calls, (all, seen) => {
      for (const { namespace, state } of found(all, seen).namespaces.filter((each) => each.state === "ready")) {
        ready += 1;
        const into = seen.filter(({ target }) => target.namespace === namespace);
        const items = impact([strictOf(all, namespace)], into, all).items.flat();
        expect([state, items.filter(({ verdict }) => verdict === "breaks")]).toEqual(["ready", []]);
      }
    }),
    // Few of them are ready: that takes a call that is proven, and none that isn't.
    { numRuns: 600 },
  );
  expect(ready).toBeGreaterThan(10);
});

test("a namespace is never ready while the mutual TLS of any pair isn’t known, unless the server keeps its own mode", () => {
  fc.assert(
    fc.property(objects, calls, (all, seen) => {
      const path = found(all, seen);
      for (const { target, mtls } of seen) {
        const { state, pairs } = path.namespaces.find(({ namespace }) => namespace === target.namespace) ?? {};
        if (mtls.share !== null || STRICT_OWN(all, target.name.replace(/-v1$/, ""))) continue;
        expect(state).not.toBe("ready");
        expect(state).not.toBe("open");
        if (state === "blocked")
          expect((pairs?.unknown ?? 0) + (pairs?.plaintext ?? 0) + (pairs?.nameless ?? 0)).toBeGreaterThan(0);
      }
    }),
    { numRuns: 120 },
  );
});

test("no call is lost: what is proven and what isn’t are the pair’s rate", () => {
  fc.assert(
    fc.property(objects, calls, (all, seen) => {
      const { items } = found(all, seen).pairs;
      for (const each of seen) {
        const rows = items.filter(({ source, target }) => source === each.ids.source && target === each.ids.target);
        const sum = rows.reduce((total, { rate }) => total + rate, 0);
        expect(sum).toBeLessThanOrEqual(each.rate + 1e-9);
        // Proven mutual TLS alone may be missing from the rows.
        expect(sum).toBeGreaterThanOrEqual(each.rate * (1 - (each.mtls.share ?? 0)) - 1e-9);
      }
    }),
    { numRuns: 120 },
  );
});

test("the order is the same whatever order the evidence comes in", () => {
  fc.assert(
    fc.property(objects, calls, (all, seen) => {
      const names = (path: ReturnType<typeof found>) =>
        path.namespaces.map(({ namespace, state }) => [namespace, state]);
      expect(names(found(all, seen.toReversed()))).toEqual(names(found(all, seen)));
    }),
    { numRuns: 100 },
  );
});

test("a namespace is never ready while one of its workloads isn’t known to have been scraped all the week, and no pilot is one that nobody called", () => {
  const { inventory } = worldOf([]);
  const names = [...inventory.workloads.keys()];
  fc.assert(
    fc.property(objects, calls, fc.subarray(names, { minLength: 1 }), (all, seen, blind) => {
      const path = found(all, seen, ({ namespace, name }) =>
        blind.includes(`${namespace}/${name}`) ? { since: null, missed: 1 } : "throughout",
      );
      const before = found(all, seen);
      for (const { namespace, state, pilot } of path.namespaces) {
        const own = blind.filter((each) => each.startsWith(`${namespace}/`));
        const enforces = own.some((each) => inventory.workloads.get(each)?.dataplane === "sidecar");
        if (enforces) expect(state).not.toBe("ready");
        if (own.length === 0) expect(state).toBe(before.namespaces.find((each) => each.namespace === namespace)?.state);
        for (const name of pilot?.workloads ?? []) {
          const called = seen.some(({ target }) => target.namespace === namespace && target.name === name);
          expect([name, called || !own.includes(`${namespace}/${name}`)]).toEqual([name, true]);
        }
      }
    }),
    { numRuns: 200 },
  );
});
