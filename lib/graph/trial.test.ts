import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { perSecond } from "#lib/units.ts";
import { inventory, l4, l7, merge, WHOLE, workload } from "./graph.test-support.ts";
import { viewGraph } from "./lens.ts";
import type { Lens } from "./model.ts";
import type { EdgeObservation } from "./observation.ts";
import { type TrialCount, withTrials } from "./trial.ts";
import { leastDenied, mayDenyMore, mostDenied } from "./trial-sum.ts";

const WORKLOADS = inventory(["shop/api", "shop/cart", "shop/web", "bank/ledger"].map((name) => workload(name)));
const count = (denied: number, more: Partial<TrialCount> = {}): TrialCount => ({
  ...{ cluster: "c", namespace: "shop", pod: "api-1", protocol: "http", action: "deny", result: "denied" },
  ...{ rate: perSecond(denied), newborn: false },
  ...more,
});
const web = l7("destination", "shop/web", "shop/api", { "200": 10 });

interface Given {
  readonly lens?: Lens;
  readonly fold?: readonly string[];
  readonly mayRead?: (cluster: string, namespace: string) => boolean;
}

function trials(
  seen: readonly EdgeObservation[],
  counts: readonly TrialCount[],
  { lens = "workload", ...more }: Given = {},
) {
  const graph = withTrials(merge(seen, { inventory: WORKLOADS }), counts, WORKLOADS);
  const { edges } = viewGraph(graph, { ...WHOLE, lens, ...more });
  return edges.map((edge) => ({
    edge: `${edge.source.split("/").at(-1)}>${edge.target.split("/").at(-1)} ${edge.protocol}`,
    told: edge.trials?.map(({ action, min, max }) => [action, min, max]),
  }));
}

describe("what dry runs would deny, on edges", () => {
  it("is certain where all calls to the workload are one edge's, each action by itself", () => {
    expect(trials([web], [count(4), count(1, { action: "allow" }), count(7, { result: "allowed" })])).toEqual([
      {
        edge: "web>api http",
        told: [
          ["allow", 1, 1],
          ["deny", 4, 4],
        ],
      },
    ]);
  });

  it("of several callers is none of it up to what each calls", () => {
    const seen = [web, l7("destination", "bank/ledger", "shop/api", { "200": 3 })];
    expect(trials(seen, [count(4)]).map(({ told }) => told)).toEqual([[["deny", 0, 3]], [["deny", 0, 4]]]);
  });

  it("of one caller by two protocols of requests isn't certain of either, and connections are counted apart", () => {
    const seen = [
      web,
      l7("destination", "shop/web", "shop/api", { "0": 2 }, { protocol: "grpc" }),
      l4("destination", "shop/web", "shop/api", { opened: 9 }),
    ];
    expect(trials(seen, [count(4), count(5, { protocol: "tcp" })])).toEqual([
      { edge: "web>api grpc", told: [["deny", 0, 2]] },
      { edge: "web>api http", told: [["deny", 0, 4]] },
      { edge: "web>api tcp", told: [["deny", 5, 5]] },
    ]);
  });

  it("adds up where an edge stands for calls to several workloads, and is certain of a group that makes all the calls", () => {
    const seen = [
      web,
      l7("destination", "shop/cart", "shop/api", { "200": 2 }),
      l7("destination", "shop/web", "shop/cart", { "200": 1 }),
    ];
    const counts = [count(4), count(1, { pod: "cart-1" })];
    expect(trials(seen, counts, { lens: "cluster" })).toEqual([]);
    const outside = seen.map((each) => ({
      ...each,
      source: { ...each.source, namespace: "bank", workload: "ledger" },
    }));
    expect(trials(outside, counts, { lens: "namespace" })).toEqual([
      { edge: "bank>shop http", told: [["deny", 5, 5]] },
    ]);
  });

  it("is 0 where a counter stands at 0, and absent where nothing is counted", () => {
    const seen = [web, l7("destination", "shop/web", "shop/cart", { "200": 1 })];
    expect(trials(seen, [count(0)])).toEqual([
      { edge: "web>api http", told: [["deny", 0, 0]] },
      { edge: "web>cart http", told: undefined },
    ]);
  });

  it("may be more where a pod counted that is gone and may have been the workload's, by its name", () => {
    const gone = (more: Partial<TrialCount>) => {
      const graph = withTrials(
        merge([web], { inventory: WORKLOADS }),
        [count(4), count(2, { pod: "api-9", ...more })],
        WORKLOADS,
      );
      return viewGraph(graph, WHOLE).edges[0]?.trials;
    };
    expect(gone({})).toEqual([{ action: "deny", min: 4, max: 4, atLeast: true }]);
    for (const more of [{ pod: "cart-9" }, { protocol: "tcp" }, { rate: perSecond(0) }] as const)
      expect(gone(more)).toEqual([{ action: "deny", min: 4, max: 4 }]);
    expect(gone({ action: "allow" })).toEqual([
      { action: "allow", min: 0, max: 0, atLeast: true },
      { action: "deny", min: 4, max: 4 },
    ]);
  });

  it("isn't none where pods counted that are gone, also where none counts that is there", () => {
    const more = { min: 0, max: 0, atLeast: true };
    for (const counts of [[count(0), count(2, { pod: "api-9" })], [count(2, { pod: "api-9" })]]) {
      const graph = withTrials(merge([web], { inventory: WORKLOADS }), counts, WORKLOADS);
      const edge = viewGraph(graph, WHOLE).edges[0];
      expect(edge?.trials).toEqual([{ action: "deny", ...more }]);
      expect([mayDenyMore(edge ?? {}), mostDenied(edge ?? {})]).toEqual([true, 0]);
    }
  });

  it("of pods that are gone is looked up by their names, however many there are", () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `shop/w${i}`);
    const many = inventory(names.map((name) => workload(name)));
    let looked = 0;
    class Counting<K, V> extends Map<K, V> {
      override get(key: K): V | undefined {
        looked++;
        return super.get(key);
      }
      override values() {
        looked += this.size;
        return super.values();
      }
    }
    const own = many.get("c");
    if (own === undefined) throw new Error("no inventory");
    const counting = new Map([["c", { ...own, workloads: new Counting(own.workloads) }]]);
    const counts = names.map((_, i) => count(1, { pod: `w${i}-gone-1` }));
    const graph = withTrials(merge([web], { inventory: many }), counts, counting);
    expect(graph.trials?.size).toBe(2_000);
    expect(looked).toBeLessThan(2_000 * 4);
  });

  it("isn't told of what may not be seen, of pods that are gone and of another cluster's", () => {
    expect(trials([web], [count(4)], { mayRead: () => false })).toEqual([]);
    const hidden = { mayRead: (_: string, namespace: string) => namespace === "shop" };
    const both = [web, l7("destination", "bank/ledger", "shop/api", { "200": 3 })];
    expect(trials(both, [count(4)], hidden).map(({ told }) => told)).toEqual([undefined, [["deny", 0, 4]]]);
    expect(trials([web], [count(4, { pod: "old-0" }), count(4, { cluster: "east" })])).toMatchObject([
      { told: undefined },
    ]);
  });

  it("never says more than was counted, nor more of a caller than it calls, whoever calls", () => {
    const rate = fc.double({ min: 0.01, max: 1000, noNaN: true });
    const callers = fc.uniqueArray(fc.constantFrom("shop/web", "shop/cart", "bank/ledger"), { minLength: 1 });
    fc.assert(
      fc.property(rate, callers, rate, (denied, names, calls) => {
        const seen = names.map((name) => l7("destination", name, "shop/api", { "200": calls }));
        for (const lens of ["workload", "app", "service"] as const) {
          const all = trials(seen, [count(denied)], { lens }).flatMap(({ told = [] }) => told);
          expect(all).toHaveLength(names.length);
          for (const [, min, max] of all) {
            expect(max).toBeLessThanOrEqual(denied);
            expect(min).toBe(names.length === 1 ? denied : 0);
            if (names.length > 1) expect(max).toBeLessThanOrEqual(calls * (1 + 1e-9));
          }
        }
      }),
    );
  });
});

it("ALLOW and DENY may deny the same calls or others: together they are bounded by the larger and by the sum", () => {
  const trial = (action: "allow" | "deny", min: number, max: number) => ({
    ...{ action, min: perSecond(min), max: perSecond(max) },
  });
  const both = { trials: [trial("allow", 1, 3), trial("deny", 2, 2)] };
  expect([leastDenied(both), mostDenied(both)]).toEqual([2, 5]);
  expect([leastDenied({}), mostDenied({})]).toEqual([0, 0]);
});
