import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, row } from "./support/topology.ts";

/** Findings that keep somebody out; minor ones are read in the report. */
async function serious(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

for (const scheme of ["dark", "light"] as const) {
  test.describe(`${scheme} theme`, () => {
    test.use({ colorScheme: scheme });

    test("has no serious finding of axe: drawing and palette", async ({ page }) => {
      await openTopology(page);
      expect(await serious(page), "drawing").toEqual([]);
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("option").first()).toBeVisible();
      expect(await serious(page), "palette").toEqual([]);
    });

    test("has no serious finding of axe: table, panel and help", async ({ page }) => {
      await openTopology(page, "?view=table");
      await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill("storefront → catalog");
      await row(page, "storefront → catalog").click();
      await expect(panel(page).getByRole("figure").first()).toBeVisible({ timeout: 20_000 });
      expect(await serious(page), "table and panel").toEqual([]);
      await page.getByRole("button", { name: "Keys" }).click();
      await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
      expect(await serious(page), "help").toEqual([]);
    });
  });
}

test("the theme follows the system until one is chosen, and the choice is in the first byte", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await openTopology(page);
  const light = await background(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await background(page);
  expect(dark).not.toBe(light);
  await page.getByRole("button", { name: "Theme: as the system" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  expect(await background(page)).toBe(light);
  const response = await page.reload();
  expect(await response?.text()).toContain('data-theme="light"');
});

test("the shell stands without the graph, on a narrow screen too", async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 700 });
  await openTopology(page);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(wider).toBe(false);
  await expect(page.getByRole("navigation", { name: "Places" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Search" })).toBeVisible();
});

test("nothing is drawn while nothing changes", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openTopology(page);
  await page.keyboard.press(".");
  await expect(page.getByRole("button", { name: /^Paused/ })).toBeVisible();
  const frames = await page.evaluate(async () => {
    let asked = 0;
    const real = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (call) => {
      asked += 1;
      return real(call);
    };
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return asked;
  });
  expect(frames).toBe(0);
});
