import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

/** The drawing's pixels, once they stay. */
async function pixelsOf(page: Page): Promise<string> {
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
  return pixels;
}

/** How many pixels of two pictures differ, and by how much of 255 at the most. */
function differing(page: Page, one: string, other: string): Promise<{ readonly pixels: number; readonly by: number }> {
  return page.evaluate(
    async ([a, b]) => {
      const read = async (url: string) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context?.drawImage(image, 0, 0);
        return context?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
      };
      const [mine, yours] = [await read(a), await read(b)];
      if (mine.length !== yours.length) return { pixels: Number.POSITIVE_INFINITY, by: 255 };
      let [pixels, by] = [0, 0];
      for (let at = 0; at < mine.length; at += 4) {
        const most = Math.max(...[0, 1, 2].map((part) => Math.abs((mine[at + part] ?? 0) - (yours[at + part] ?? 0))));
        if (most > 0) pixels += 1;
        by = Math.max(by, most);
      }
      return { pixels, by };
    },
    [one, other] as const,
  );
}

/** What somebody with a browser that has never been here sees under an address: the drawing's pixels, and how many nodes. */
async function drawn(browser: Browser, url: string): Promise<{ readonly nodes: number; readonly pixels: string }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await ready(page);
    await page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0);
    await page.evaluate(() => document.fonts.ready);
    const pixels = await pixelsOf(page);
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

test.describe("somebody who zooms, pans and closes the axis", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("shares a link that shows exactly that to a browser that has never been here", async ({
    page,
    context,
    browser,
    demo,
  }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: demo.console });
    const at = new Date(Date.now() - 40_000).toISOString();
    const whole = `${demo.console}/topology?at=${encodeURIComponent(at)}`;
    await page.goto(whole);
    await ready(page);
    await page.evaluate(() => document.fonts.ready);
    const axis = page.getByTestId("time-axis");
    await expect(axis).toBeVisible();
    const all = await pixelsOf(page);
    await page.keyboard.press("h");
    await expect(axis).toHaveCount(0);
    /** A browser is done with a wheel's turn or a drag a moment after it was told of it. */
    const changedFrom = (before: string) => expect.poll(() => pixelsOf(page)).not.toBe(before);
    const closed = await pixelsOf(page);
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, -700);
    await changedFrom(closed);
    await page.mouse.move(900, 500);
    const zoomed = await pixelsOf(page);
    await page.mouse.down();
    await page.mouse.move(801, 437, { steps: 4 });
    await page.mouse.up();
    await changedFrom(zoomed);
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByRole("button", { name: "Copy the link" }).click();
    await expect(page.getByText("Link copied.")).toBeVisible();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await page.keyboard.press("Escape");
    await page.mouse.move(5, 5);
    const mine = await pixelsOf(page);
    expect(new URL(page.url()).searchParams.has("camera"), "not in the address").toBe(false);
    expect(new URL(link).searchParams.get("camera")).toMatch(/^-?[\d.]+,-?[\d.]+,[\d.]+$/);
    expect(mine).not.toBe(all);
    const yours = await drawn(browser, link);
    expect(await differing(page, mine, yours.pixels), "pixels that differ").toEqual({ pixels: 0, by: 0 });
    // A camera that isn't one is none, and so is one that sees nothing.
    const plain = await drawn(browser, whole);
    for (const camera of ["<img>", "1,2,0", "900000,900000,1"]) {
      const other = await drawn(browser, `${whole}&camera=${encodeURIComponent(camera)}`);
      expect(other.pixels === plain.pixels, camera).toBe(true);
    }
  });
});
