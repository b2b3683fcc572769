import fc from "fast-check";
import { expect, it } from "vitest";
import type { GraphEdge } from "#lib/graph/model.ts";
import {
  callersOf,
  compareLatency,
  compareSuccess,
  follows,
  observedShares,
  pairOf,
  trafficByVersion,
  type VersionTraffic,
} from "./observed.ts";
import { boundText } from "./words.ts";

const service = { cluster: "west-1", namespace: "shop", name: "reviews" };
const versions = ["v1", "v2"].map((name) => ({ name, workloads: [`reviews-${name}`] }));

/** Edges as the graph has them, of which these functions read little. */
function edge(source: string, target: string, more: object = {}): GraphEdge {
  const [from, to] = [`west-1/shop/workload/${source}`, `west-1/shop/workload/${target}`];
  const usual = { rate: 2, requests: 600, errorRate: 0, latency: null };
  return { id: `${from}>${to}>http`, source: from, target: to, protocol: "http", ...usual, ...more } as GraphEdge;
}

const traffic = (version: string, edges: readonly GraphEdge[], requests: number): VersionTraffic => ({
  version,
  edges,
  requests,
  rate: requests / 300,
});

it("counts each version's own workloads, in this service's namespace and cluster alone", () => {
  const elsewhere = { ...edge("cart", "reviews-v1"), target: "west-1/orders/workload/reviews-v1" };
  const graph = { edges: [edge("storefront", "reviews-v1"), edge("cart", "reviews-v2", { rate: 1 }), elsewhere] };
  expect(trafficByVersion(graph, service, versions, 300).map(({ version, rate }) => [version, rate])).toEqual([
    ["v1", 2],
    ["v2", 1],
  ]);
});

it("counts connections where there are no requests", () => {
  const tcp = { protocol: "tcp", rate: null, requests: null, connections: { openedPerSecond: 0.5 } };
  const [one] = trafficByVersion({ edges: [edge("cart", "reviews-v1", tcp)] }, service, versions, 300);
  expect(one).toMatchObject({ rate: 0.5, requests: 150 });
});

it.each<[string, readonly number[], string, boolean | null]>([
  ["enough", [900, 100], "10 % ± 1.9", true],
  ["off by more than chance", [700, 300], "30 % ± 2.8", false],
  ["too few for a percentage", [24, 3], "3 of 27", null],
  ["none to the candidate: three in n", [1000, 0], "0 % ± 0.3", false],
  ["nothing at all", [0, 0], "no calls seen", null],
])("%s: %j is %s", (_, requests, text, verdict) => {
  const shares = observedShares(requests.map((count) => ({ requests: count })));
  expect(boundText(shares[1] ?? expect.fail("no second version"))).toBe(text);
  expect(follows(shares, [90, 10])).toBe(verdict);
});

it("shares of what was seen sum to one, each within 0 and 1", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 6 }), (counts) => {
      const shares = observedShares(counts.map((requests) => ({ requests })));
      if (counts.every((count) => count === 0)) {
        expect(shares.every(({ share }) => share === null)).toBe(true);
        return;
      }
      expect(shares.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1, 9);
      for (const { share, bound } of shares) {
        expect(share).toBeGreaterThanOrEqual(0);
        if (bound !== null) expect(bound).toBeGreaterThan(0);
      }
    }),
  );
});

it("calls a difference of success noise unless chance can't explain it, and says nothing of few", () => {
  const failing = (errors: number) => [edge("storefront", "reviews-v2", { errorRate: errors })];
  const stable = traffic("v1", [edge("storefront", "reviews-v1")], 3000);
  expect(compareSuccess(stable, traffic("v2", failing(0.001), 300))).toMatchObject({ worse: false, noise: true });
  expect(compareSuccess(stable, traffic("v2", failing(0.2), 300))).toMatchObject({ worse: true, noise: false });
  expect(compareSuccess(stable, traffic("v2", failing(0.2), 12))).toMatchObject({ few: true, difference: null });
});

it("compares latency as one caller sees both, and only where the tail has enough calls", () => {
  const latency = (p50: number, p99: number) => ({ latency: { mean: p50, p50, p95: p50 * 2, p99 } });
  const stable = traffic("v1", [edge("cart", "reviews-v1"), edge("storefront", "reviews-v1", latency(10, 80))], 600);
  const candidate = traffic("v2", [edge("storefront", "reviews-v2", { ...latency(20, 90), requests: 200 })], 200);
  const pair = pairOf(stable, candidate) ?? expect.fail("storefront calls both");
  expect(pair.caller).toBe("west-1/shop/workload/storefront");
  expect(compareLatency(pair, "p50")).toMatchObject({ difference: 10, worse: true, few: false });
  // 1 % of 200 calls are two: one slow call would decide.
  expect(compareLatency(pair, "p99")).toMatchObject({ candidate: null, difference: null, few: true });
  expect(pairOf(traffic("v1", [], 0), candidate)).toBeNull();
});

it("tells each caller what it sends now and would send, those that notice most first", () => {
  const all = trafficByVersion(
    {
      edges: [edge("cart", "reviews-v1", { rate: 1 }), edge("storefront", "reviews-v1", { rate: 9 })].concat(
        edge("storefront", "reviews-v2", { rate: 1 }),
      ),
    },
    service,
    versions,
    300,
  );
  const rows = callersOf({ nodes: [] }, all, "v2", 50, 300);
  expect(rows.map(({ id, now, after }) => [id, now, after])).toEqual([
    ["west-1/shop/workload/storefront", 1, 5],
    ["west-1/shop/workload/cart", 0, 0.5],
  ]);
});
