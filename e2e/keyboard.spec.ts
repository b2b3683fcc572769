import { expect, test } from "./support/test.ts";
import { openTopology, panel, row } from "./support/topology.ts";

test("three letters find a workload, and Enter goes there", async ({ page }) => {
  await openTopology(page);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Find a workload/ })).toBeFocused();
  await page.keyboard.type("cat");
  await expect(page.getByRole("option").first()).toContainText("catalog");
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
  await page.keyboard.press("Escape");
  await expect(panel(page)).toHaveCount(0);
});

test("letters typed before the palette stands are its first text", async ({ page }) => {
  await openTopology(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("cat");
  await expect(page.getByRole("combobox", { name: /Find a workload/ })).toHaveValue("cat");
  await expect(page.getByRole("option").first()).toContainText("catalog");
});

test("the graph is walked by arrow keys and says where one stands", async ({ page }) => {
  await openTopology(page);
  const graph = page.getByRole("application", { name: "Service graph" });
  const spoken = graph.locator("[aria-live=polite]");
  await graph.focus();
  await page.keyboard.press("ArrowRight");
  await expect(spoken).toContainText(/\d+ in, \d+ out/);
  // From whatever node it starts on, one way or the other there is an edge.
  await page.keyboard.press("ArrowRight");
  if (!(await spoken.textContent())?.includes(" calls ")) await page.keyboard.press("ArrowLeft");
  await expect(spoken).toContainText(" calls ");
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toContainText("→");
});

test("everything on the way from the page to an edge is done by keys alone", async ({ page }) => {
  await openTopology(page);
  await page.keyboard.press("t");
  await page.getByRole("searchbox", { name: "Filter the rows by name" }).focus();
  await page.keyboard.type("storefront → cart");
  await expect(page.getByRole("status").filter({ hasText: /^1 row,/ })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(row(page, "storefront → cart")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toContainText("cart");
});

test("rows are walked by arrow keys", async ({ page }) => {
  await openTopology(page, "?view=table");
  const links = page.getByRole("table", { name: "Nodes and edges" }).getByRole("link");
  await links.first().focus();
  await page.keyboard.press("ArrowDown");
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(links.first()).toBeFocused();
});

test("single-letter keys can be switched off, and stay off", async ({ page }) => {
  await openTopology(page);
  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: "Single-letter keys act" }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await page.reload();
  await page.keyboard.press("t");
  await expect(page).not.toHaveURL(/view=table/);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Find a workload/ })).toBeFocused();
});
