import { expect, test } from "./support/test.ts";
import { openTopology, panel, ready, row } from "./support/topology.ts";

/** Workloads of the shop that are always called. */
const SHOP = ["storefront", "catalog", "reviews-v1", "cart", "checkout", "payments"];
const EDGE = "storefront → catalog";

test("the shop's workloads are there, drawn and as rows", async ({ page }) => {
  await openTopology(page);
  const drawn = await page.evaluate(() => {
    const mark = performance.getEntriesByName("topology:painted")[0] as PerformanceMark;
    return mark.detail as { nodes: number; edges: number };
  });
  expect(drawn.nodes).toBeGreaterThanOrEqual(SHOP.length);
  expect(drawn.edges).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Table" }).click();
  for (const name of SHOP) {
    await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill(name);
    await expect(row(page, name)).toBeVisible();
  }
});

test("an edge shows its numbers with units and what they rest on, and its address brings it back", async ({ page }) => {
  await openTopology(page, "?view=table");
  await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill(EDGE);
  await row(page, EDGE).click();
  const details = panel(page);
  await expect(details.getByRole("heading", { level: 2 })).toContainText("storefront");
  await expect(details.getByText(/last \d+ [smh] · seen by .+ · about [\d,]+ requests/).first()).toBeVisible();
  await expect(details.locator("dl").first()).toContainText(/Rate\s*[\d.,]+k?req\/s/);
  await expect(details.locator("dl").first()).toContainText(/p95\s*[\d.,]+m?s/);
  await expect(details.getByRole("table", { name: "Responses" })).toContainText(/200.+%/);
  await expect(details.getByRole("table", { name: "Evidence of each observer" })).toContainText(/Requests.*req\/s/);
  await expect(details.getByText("Mutual TLS")).toBeVisible();

  const address = page.url();
  expect(new URL(address).searchParams.get("selected")).toMatch(/storefront>.*catalog>http$/);
  await page.goto(address);
  await ready(page);
  await expect(panel(page).getByRole("heading", { level: 2 })).toContainText("catalog");
});

test("a node names its callers, and each of them leads on; Back retraces the steps", async ({ page }) => {
  await openTopology(page, "?view=table");
  await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill("catalog");
  await row(page, "catalog").click();
  const heading = panel(page).getByRole("heading", { level: 2 });
  await expect(heading).toHaveText("catalog");
  await panel(page).getByRole("table", { name: "Called by" }).getByRole("link", { name: "storefront" }).first().click();
  await expect(heading).toContainText("→");
  await page.goBack();
  await expect(heading).toHaveText("catalog");
  await page.goBack();
  await expect(panel(page)).toHaveCount(0);
});

test("the charts of the last hour come with the panel, each with its table", async ({ page }) => {
  await openTopology(page, "?view=table");
  await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill(EDGE);
  await row(page, EDGE).click();
  const figure = panel(page).getByRole("figure").first();
  await expect(figure.getByRole("img", { name: /Requests and failures/ })).toBeVisible({ timeout: 20_000 });
  await figure.getByText("As a table").click();
  await expect(figure.getByRole("table")).toContainText(/\d\d:\d\d:\d\d/);
});

test("another window is in the address and in what is said", async ({ page }) => {
  await openTopology(page);
  await page.getByRole("button", { name: /last 1 m/ }).click();
  await page.getByRole("dialog", { name: "Time" }).getByRole("button", { name: "5 m", exact: true }).click();
  await expect(page).toHaveURL(/window=5m/);
  await expect(page.getByRole("button", { name: /last 5 m/ })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("button", { name: /last 1 m/ })).toBeVisible();
});

test("namespaces are searched, chosen and kept in the address", async ({ page }) => {
  await openTopology(page);
  await page.getByRole("button", { name: /^Namespaces/ }).click();
  const picker = page.getByRole("dialog", { name: "Namespaces" });
  await picker.getByRole("searchbox").fill("shop");
  await picker
    .getByRole("checkbox", { name: /^shop\b/ })
    .first()
    .check();
  await expect(page).toHaveURL(/namespaces=shop/);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Namespaces shop" })).toBeFocused();
});

test("paused means paused: the graph stands still and its age grows", async ({ page }) => {
  await openTopology(page);
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
  await page.keyboard.press(".");
  await expect(page.getByRole("button", { name: /^Paused/ })).toBeVisible();
  const age = page.getByTestId("data-age");
  const at = await age.getAttribute("title");
  await expect(age).toHaveText(/data (1\d|[2-9]\d) s old/, { timeout: 30_000 });
  expect(await age.getAttribute("title")).toBe(at);
  await page.keyboard.press(".");
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
  await expect(age).toHaveText(/data \d s old/, { timeout: 20_000 });
});

test("a scope that has nothing says so, with the way out", async ({ page }) => {
  await openTopology(page, "?namespaces=no-such-place&view=table");
  await expect(page.getByRole("heading", { name: "Nothing in this scope" })).toBeVisible();
  await page.getByRole("button", { name: "Show all namespaces" }).click();
  await expect(page).not.toHaveURL(/namespaces/);
  await expect(row(page, "storefront")).toBeVisible();
});

test("a link to what isn't in view says so", async ({ page }) => {
  await openTopology(page, "?selected=west-1/shop/workload/never-there");
  await expect(panel(page).getByText("It is not in this view")).toBeVisible();
});
