import type { DemoState } from "../scripts/demo/state.ts";
import { expect, test } from "./support/test.ts";
import { openTopology } from "./support/topology.ts";

/** Streams that the console holds open, as it says itself. */
async function streams(demo: DemoState): Promise<number> {
  const text = await (await fetch(`${demo.console}/metrics`)).text();
  return Number(/^meshscope_streams (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

test("two tabs share one stream, and the one that stays takes it over", async ({ page, context, demo }) => {
  await expect.poll(() => streams(demo)).toBe(0);
  await openTopology(page);
  expect(await streams(demo)).toBe(1);
  const second = await context.newPage();
  await openTopology(second);
  await expect(second.getByRole("button", { name: /^Live/ })).toBeVisible();
  expect(await streams(demo)).toBe(1);
  await page.close();
  await expect.poll(() => streams(demo)).toBe(1);
  const age = second.getByTestId("data-age");
  const before = await age.getAttribute("title");
  await expect.poll(() => age.getAttribute("title"), { timeout: 20_000 }).not.toBe(before);
  await second.close();
  await expect.poll(() => streams(demo)).toBe(0);
});

test("a tab that nobody sees closes its stream, and opens it again when it is looked at", async ({ page, demo }) => {
  await expect.poll(() => streams(demo)).toBe(0);
  await openTopology(page);
  expect(await streams(demo)).toBe(1);
  // Headless Chromium shows every tab: the browser's own word for "hidden" is what is replaced here.
  const look = (state: "hidden" | "visible") =>
    page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => value });
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value === "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await look("hidden");
  await expect.poll(() => streams(demo)).toBe(0);
  await look("visible");
  await expect.poll(() => streams(demo)).toBe(1);
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
});
