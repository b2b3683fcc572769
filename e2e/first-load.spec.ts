import { gzipSync } from "node:zlib";
import type { Page, Response } from "@playwright/test";
import { CHECKOUT, sendTrace } from "./support/spans.ts";
import { expect, test } from "./support/test.ts";

/** Gzipped bytes of all scripts that a cold load requests until the page is painted, workers aside. */
const budget = 250_000;

type Demo = Parameters<typeof sendTrace>[0];

const marked = (mark: string) => (page: Page) =>
  page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);

const PAGES = [
  { name: "the topology", path: async () => "/topology", painted: marked("topology:painted") },
  {
    name: "the search for traces",
    path: async () => "/traces?service=storefront.shop",
    painted: (page: Page) => page.getByTestId("scatter").waitFor(),
  },
  {
    name: "where the time goes",
    path: async () => "/traces/analysis?service=storefront.shop",
    painted: (page: Page) => page.getByTestId("headline").or(page.getByText("No trace to analyse")).first().waitFor(),
  },
  {
    name: "one trace",
    path: async (demo: Demo) => `/traces/${await sendTrace(demo, CHECKOUT)}`,
    painted: marked("trace:painted"),
  },
];

for (const { name, path, painted } of PAGES)
  test(`${name}'s first load stays within its script budget`, async ({ page, demo }) => {
    const scripts: Promise<{ url: string; bytes: number }>[] = [];
    const take = (response: Response): void => {
      if (response.request().resourceType() !== "script") return;
      const size = response.body().then((body) => ({
        url: new URL(response.url()).pathname,
        bytes: gzipSync(body, { level: 9 }).length,
      }));
      scripts.push(size);
    };
    page.on("response", take);
    const workers = new Set<string>();
    page.on("worker", (worker) => workers.add(new URL(worker.url()).pathname));
    await page.goto(await path(demo));
    await painted(page);
    // What is asked for from here on isn't counted, and may not have come when the test ends.
    page.off("response", take);
    const loaded = (await Promise.all(scripts)).filter(({ url }) => !workers.has(url));
    const total = loaded.reduce((sum, { bytes }) => sum + bytes, 0);
    const largest = loaded.toSorted((a, b) => b.bytes - a.bytes).slice(0, 10);
    const report = largest.map(({ url, bytes }) => `${String(bytes).padStart(8)} ${url}`).join("\n");
    expect(loaded.length, "scripts were seen").toBeGreaterThan(0);
    expect(total, `gzipped bytes of ${loaded.length} scripts; the largest:\n${report}`).toBeLessThanOrEqual(budget);
  });

test("the graph is asked for while the page's styles are on their way", async ({ page }) => {
  const asked = page.waitForRequest(/\/api\/v1\/graph\/stream/);
  await page.route(/\.css$/, async (route) => {
    await asked;
    await route.continue();
  });
  await page.goto("/topology");
  await marked("topology:painted")(page);
});
