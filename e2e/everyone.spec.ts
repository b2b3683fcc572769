import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { marksAtRest, pointOf } from "./support/marks.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel } from "./support/topology.ts";

const CATALOG = "?selected=west-1/shop/workload/catalog";

/** Asks for the menu of what is selected, as a pointer does. */
async function menuOfSelected(page: Page): Promise<void> {
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
  const at = pointOf(await marksAtRest(page), "catalog");
  await page.mouse.click(at.x, at.y, { button: "right" });
  await expect(page.getByRole("menuitem", { name: "Details" })).toBeVisible();
}

async function serious(page: Page): Promise<readonly string[]> {
  // The menu library's guards have the focus for no longer than it takes to hand it on.
  const builder = new AxeBuilder({ page }).exclude("[data-base-ui-focus-guard]");
  const { violations } = await builder.options({ resultTypes: ["violations"] }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

test("the map is travelled by keys alone: over nodes, back, into the details, and the menu", async ({ page }) => {
  await openTopology(page);
  const graph = page.getByRole("application", { name: "Service graph" });
  const spoken = graph.locator("[aria-live=polite]");
  await graph.focus();
  await page.keyboard.press("ArrowDown");
  await expect(spoken).toContainText(/\d+ in, \d+ out/);
  const first = await spoken.textContent();
  const name = (text: string | null) => text?.split(",")[0] ?? "";
  for (const key of ["Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowLeft", "Shift+ArrowUp"]) {
    await page.keyboard.press(key);
    if (name(await spoken.textContent()) !== name(first)) break;
  }
  expect(name(await spoken.textContent())).not.toBe(name(first));
  const second = name(await spoken.textContent());
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText(second);
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-panel-body]")).toBeFocused();
  await graph.focus();
  await page.keyboard.press("Shift+F10");
  await expect(page.getByRole("menuitem", { name: "Details" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(graph).toBeFocused();
  await page.keyboard.press("Backspace");
  await expect(spoken).not.toContainText(second);
});

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("a mark's menu does what it says: focus, charts, logs, its namespace", async ({ page }) => {
  // The menu is asked for five times.
  test.setTimeout(120_000);
  await openTopology(page, CATALOG);
  await menuOfSelected(page);
  await page.getByRole("menuitem", { name: "Logs" }).click();
  await expect(panel(page).getByTestId("log")).toBeVisible();
  await expect(panel(page).getByRole("button", { name: "Close the log" })).toBeInViewport();
  await menuOfSelected(page);
  await page.getByRole("menuitem", { name: "Charts of the last hour" }).click();
  const charts = panel(page).locator("section[data-section='Last hour']");
  await expect(charts).toBeInViewport();
  await menuOfSelected(page);
  await page.getByRole("menuitem", { name: "Focus on its neighbours" }).click();
  await expect(page).toHaveURL(/focus=west-1\/shop\/workload\/catalog/);
  await menuOfSelected(page);
  await page.getByRole("menuitem", { name: "Let everything stand alike" }).click();
  await expect(page).not.toHaveURL(/focus=/);
  await menuOfSelected(page);
  await page.getByRole("menuitem", { name: "Only namespace shop" }).click();
  await expect(page).toHaveURL(/clusters=west-1&namespaces=shop/);
});

test("at 400 % everything is there: the page is read by scrolling one way", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 225 });
  await openTopology(page, "?window=5m");
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(wider).toBe(false);
  await page.getByRole("button", { name: "Table" }).scrollIntoViewIfNeeded();
  await expect(page.getByRole("button", { name: "Table" })).toBeInViewport();
  await page.locator("canvas").first().scrollIntoViewIfNeeded();
  await expect(page.locator("canvas").first()).toBeInViewport();
  expect((await page.locator("canvas").first().boundingBox())?.height).toBeGreaterThanOrEqual(200);
  await page.getByRole("button", { name: "Totals" }).click();
  await expect(panel(page).getByRole("heading", { level: 2 })).toBeVisible();
  await panel(page).getByRole("button", { name: "Close" }).click();
  await expect(panel(page)).toHaveCount(0);
});

test("at 400 % so are the time axis, an error of find, the legend and the table", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 225 });
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const reachable = async (what: Locator) => {
    await what.scrollIntoViewIfNeeded();
    await expect(what).toBeInViewport();
    const box = await what.boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= 361, (await what.textContent()) ?? "").toBe(
      true,
    );
  };
  await openTopology(page);
  await page.keyboard.press("h");
  const axis = page.getByTestId("time-axis");
  for (const control of [
    axis.getByRole("slider", { name: "Instant to look at" }),
    axis.getByRole("button", { name: "Replay", exact: true }),
    axis.getByRole("combobox", { name: "Length of the axis" }),
    axis.getByRole("button", { name: "Close the time axis" }),
  ]) {
    await reachable(control);
  }
  expect(await wider(), "time axis").toBeLessThanOrEqual(0);
  await axis.getByRole("button", { name: "Close the time axis" }).click();
  await expect(axis).toHaveCount(0);

  const find = page.getByRole("combobox", { name: "Find", exact: true });
  await find.scrollIntoViewIfNeeded();
  await find.fill("name = cart OR helthy");
  await find.blur();
  await reachable(page.getByRole("alert").filter({ hasText: "helthy" }));
  expect(await wider(), "error").toBeLessThanOrEqual(0);
  await find.fill("");
  await find.blur();

  const legend = page.getByRole("button", { name: "Legend" });
  await legend.scrollIntoViewIfNeeded();
  await legend.click();
  const marks = page.getByRole("dialog", { name: "Legend" });
  await reachable(marks.getByRole("listitem").first());
  await reachable(marks.getByRole("listitem").last());
  expect(await wider(), "legend").toBeLessThanOrEqual(0);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Table" }).click();
  const table = page.getByRole("table", { name: "Nodes and edges" });
  await expect(table).toBeVisible();
  const link = table.getByRole("link").first();
  await link.scrollIntoViewIfNeeded();
  await expect(link).toBeInViewport();
  // A table has two directions by its nature, and scrolls in itself.
  expect(await wider(), "table").toBeLessThanOrEqual(0);
  const inside = await table.evaluate((element) => {
    let scroller: Element | null = element;
    const scrolls = (at: Element) =>
      at.scrollWidth > at.clientWidth && /auto|scroll/.test(getComputedStyle(at).overflowX);
    while (scroller !== null && !scrolls(scroller)) scroller = scroller.parentElement;
    if (scroller === null) return 0;
    scroller.scrollLeft = scroller.scrollWidth;
    return scroller.scrollLeft;
  });
  expect(inside).toBeGreaterThan(0);
});

for (const scheme of ["dark", "light"] as const) {
  test.describe(`no serious finding of axe in the ${scheme} theme`, () => {
    test.use({ colorScheme: scheme });

    test("totals and time axis", async ({ page }) => {
      const at = new Date(Date.now() - 600_000).toISOString();
      const items = [{ at, kind: "restart", text: "catalog restarted" }];
      await page.route("**/api/v1/marks?*", (route) => route.fulfill({ json: { items, knownSince: [] } }));
      await openTopology(page, "?selected=graph");
      await page.keyboard.press("h");
      await expect(page.getByRole("button", { name: /catalog restarted/ })).toBeVisible({ timeout: 30_000 });
      expect(await serious(page)).toEqual([]);
    });

    test("sharing and saved views", async ({ page }) => {
      await openTopology(page);
      await page.getByRole("button", { name: "Share", exact: true }).click();
      await expect(page.getByRole("heading", { name: "Saved views" })).toBeVisible();
      expect(await serious(page)).toEqual([]);
    });

    test("a mark's menu", async ({ page }) => {
      await openTopology(page, CATALOG);
      await menuOfSelected(page);
      expect(await serious(page)).toEqual([]);
    });

    test("a wall", async ({ page }) => {
      await openTopology(page, "?kiosk=1");
      expect(await serious(page)).toEqual([]);
    });
  });
}
