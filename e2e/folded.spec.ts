import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, row } from "./support/topology.ts";

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Find a workload/ })).toBeFocused();
}

test("three letters find a workload inside a group; Enter draws it, and Back returns to the groups", async ({
  page,
}) => {
  await openTopology(page, "?detail=groups");
  await expect(page.getByTestId("detail")).toContainText(/showing \d+ groups/);
  await openPalette(page);
  await page.keyboard.type("cat");
  const hit = page.getByRole("option", { name: /catalog/ }).first();
  await expect(hit).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
  await expect(panel(page).getByRole("table", { name: "Called by" })).toBeVisible();
  await expect(page).toHaveURL(/detail=workloads&selected=west-1\/shop\/workload\/catalog/);
  await page.goBack();
  await expect(page.getByTestId("detail")).toContainText(/showing \d+ groups/);
  await expect(panel(page)).toHaveCount(0);
});

test("the table finds what is inside a group, and its link leads there", async ({ page }) => {
  await openTopology(page, "?detail=groups&view=table");
  const search = page.getByRole("searchbox", { name: "Filter the rows by name" });
  await search.fill("storefront → cart");
  const link = row(page, "storefront → cart");
  await expect(link).toBeVisible();
  await expect(link).toHaveAttribute("href", /detail=workloads/);
  await link.click();
  await expect(panel(page).getByRole("heading", { level: 2 })).toContainText("cart");
  await expect(
    panel(page)
      .getByText(/last \d+ [smh] · seen by/)
      .first(),
  ).toBeVisible();
  await page.goBack();
  await expect(page).not.toHaveURL(/detail=workloads/);
});

test("letters typed one by one ask once for what the groups hold", async ({ page }) => {
  await openTopology(page, "?detail=groups");
  const asked: string[] = [];
  page.context().on("request", (request) => {
    if (new URL(request.url()).pathname === "/api/v1/graph") asked.push(request.url());
  });
  await openPalette(page);
  await page.keyboard.type("catalog", { delay: 30 });
  await expect(page.getByRole("option", { name: /catalog/ }).first()).toBeVisible();
  expect(asked).toHaveLength(1);
});
