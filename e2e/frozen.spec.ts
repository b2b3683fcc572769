import type { Browser } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

/** What somebody with a browser that has never been here sees under an address: the drawing's pixels, and how many nodes. */
async function drawn(browser: Browser, url: string): Promise<{ readonly nodes: number; readonly pixels: string }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await ready(page);
    await page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0);
    await page.evaluate(() => document.fonts.ready);
    const picture = () =>
      page
        .locator("canvas")
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    let pixels = "";
    await expect
      .poll(async () => {
        const before = pixels;
        pixels = await picture();
        return pixels === before;
      })
      .toBe(true);
    const nodes = await page.evaluate(() => {
      const mark = performance.getEntriesByName("topology:painted")[0] as PerformanceMark;
      return (mark.detail as { nodes: number }).nodes;
    });
    return { nodes, pixels };
  } finally {
    await context.close();
  }
}

test("an address with an instant looks the same to everybody, pixel by pixel", async ({ browser, demo }) => {
  // Far enough back that every scrape of that minute is stored.
  const at = new Date(Date.now() - 40_000).toISOString();
  const url = `${demo.console}/topology?at=${encodeURIComponent(at)}`;
  const mine = await drawn(browser, url);
  const yours = await drawn(browser, url);
  expect(mine.nodes).toBeGreaterThan(5);
  expect(yours.nodes).toBe(mine.nodes);
  expect(yours.pixels === mine.pixels, "the same pixels").toBe(true);
});

test("an address with an instant and a selection does too", async ({ browser, demo }) => {
  const at = new Date(Date.now() - 40_000).toISOString();
  const selected = "west-1/shop/workload/storefront";
  const url = `${demo.console}/topology?at=${encodeURIComponent(at)}&selected=${encodeURIComponent(selected)}`;
  const mine = await drawn(browser, url);
  const yours = await drawn(browser, url);
  expect(mine.nodes).toBeGreaterThan(5);
  expect(yours.pixels === mine.pixels, "the same pixels").toBe(true);
});
