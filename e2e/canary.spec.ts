import type { Graph } from "#lib/graph/model.ts";
import { kubectl } from "./support/kubectl.ts";
import { expect, test } from "./support/test.ts";

const v1 = "west-1/shop/workload/reviews-v1";
const v2 = "west-1/shop/workload/reviews-v2";

/** Share of the calls to reviews that its second version gets, as the graph at 15 s says. */
async function share(console: string): Promise<number | null> {
  const graph = (await (await fetch(`${console}/api/v1/graph?window=15s&latency=off`)).json()) as Graph;
  const rate = (target: string) =>
    graph.edges.filter((edge) => edge.target === target).reduce((sum, edge) => sum + (edge.rate ?? 0), 0);
  const all = rate(v1) + rate(v2);
  return all > 0 ? rate(v2) / all : null;
}

function weights(first: number, second: number): string {
  const patch = [first, second].map((value, i) => ({ op: "replace", path: `/spec/http/0/route/${i}/weight`, value }));
  return JSON.stringify(patch);
}

test("weights that kubectl changes are the graph's within 30 s", async ({ demo }) => {
  test.setTimeout(120_000);
  const shift = (first: number, second: number) =>
    kubectl(demo, "patch", "virtualservice", "reviews", "-n", "shop", "--type=json", "-p", weights(first, second));
  await expect.poll(() => share(demo.console), { timeout: 30_000 }).toBeLessThan(0.25);
  try {
    await shift(20, 80);
    // About 300 calls in 15 s: three standard deviations of the share are 0.07.
    await expect.poll(() => share(demo.console), { timeout: 30_000 }).toBeGreaterThan(0.72);
  } finally {
    await shift(90, 10);
  }
  await expect.poll(() => share(demo.console), { timeout: 30_000 }).toBeLessThan(0.18);
});
