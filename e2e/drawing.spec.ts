/** What is drawn over a picture of other numbers, on scenes without a console. */
import { expect, type Page, test } from "@playwright/test";
import { serveScenes } from "./scenes/server.ts";

interface Drawn {
  readonly pixels: string;
  /** How many steps have been said to be on the screen. */
  readonly deltas: number;
  readonly still: string | undefined;
}

/** What the canvas shows, as a number. Runs in the page. */
async function look(): Promise<Drawn> {
  const canvas = document.querySelector("canvas") as HTMLCanvasElement;
  const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(
    0,
    0,
    canvas.width,
    canvas.height,
  );
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  const deltas = performance.getEntriesByName("topology:delta").length;
  return { pixels: [...digest].join(), deltas, still: canvas.dataset["still"] };
}

async function open(page: Page, url: string, query: string): Promise<Drawn> {
  await page.goto(`${url}?${query}`);
  await page.waitForSelector("[data-ready=true]", { state: "attached", timeout: 60_000 });
  await page.waitForSelector("canvas[data-still=true]");
  return page.evaluate(look);
}

test.describe("new numbers over a thousand workloads", () => {
  let scenes: Awaited<ReturnType<typeof serveScenes>>;
  test.beforeAll(async () => {
    scenes = await serveScenes();
  });
  test.afterAll(() => void scenes.server.close());

  for (const [what, scene] of [
    ["the whole map", "scene=1000"],
    ["a part of it, near", "scene=1000&zoom=6"],
  ] as const)
    test(`are there at once, and in the end as if nothing had been there before: ${what}`, async ({ page }) => {
      const wanted = await open(page, scenes.url, `${scene}&every=7`);
      const before = await open(page, scenes.url, scene);
      expect(before.pixels).not.toBe(wanted.pixels);
      // In one task of the page: nothing is drawn in between.
      await page.evaluate("draw(7)");
      const over = await page.evaluate(look);
      expect(over.deltas).toBe(1);
      expect(over.pixels).not.toBe(before.pixels);
      await page.waitForSelector("canvas[data-still=true]");
      expect((await page.evaluate(look)).pixels).toBe(wanted.pixels);
    });
});
