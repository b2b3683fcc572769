import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";

/** Gzipped bytes of all scripts that a cold load requests until the page is painted, workers aside. */
const budget = 250 * 1024;

const PAGES = [
  {
    name: "the topology",
    path: "/topology",
    painted: (page: Page) => page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0),
  },
  {
    name: "the search for traces",
    path: "/traces?service=storefront.shop",
    painted: (page: Page) => page.getByTestId("scatter").waitFor(),
  },
];

for (const { name, path, painted } of PAGES)
  test(`${name}'s first load stays within its script budget`, async ({ page }) => {
    const scripts: Promise<{ url: string; bytes: number }>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() !== "script") return;
      const size = response.body().then((body) => ({
        url: new URL(response.url()).pathname,
        bytes: gzipSync(body, { level: 9 }).length,
      }));
      scripts.push(size);
    });
    const workers = new Set<string>();
    page.on("worker", (worker) => workers.add(new URL(worker.url()).pathname));
    await page.goto(path);
    await painted(page);
    const loaded = (await Promise.all(scripts)).filter(({ url }) => !workers.has(url));
    const total = loaded.reduce((sum, { bytes }) => sum + bytes, 0);
    const largest = loaded.toSorted((a, b) => b.bytes - a.bytes).slice(0, 10);
    const report = largest.map(({ url, bytes }) => `${String(bytes).padStart(8)} ${url}`).join("\n");
    expect(loaded.length, "scripts were seen").toBeGreaterThan(0);
    expect(total, `gzipped bytes of ${loaded.length} scripts; the largest:\n${report}`).toBeLessThanOrEqual(budget);
  });
