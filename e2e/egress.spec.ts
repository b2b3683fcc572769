import { changedLines, expect, open, review, test, written } from "./support/change.ts";

test("the egress scope of a namespace: proposed from what was called, what leaving a host out breaks, one plan", async ({
  page,
  enter,
}) => {
  test.setTimeout(300_000);
  await enter("editor");
  await open(page, "/policies/egress?clusters=west-1&namespaces=shop");
  const entries = page.getByRole("table", { name: "Hosts to let clients know" });
  const own = entries.getByRole("checkbox", { name: "./*" });
  await expect(own).toBeChecked({ timeout: 60_000 });
  await expect(page.getByRole("table", { name: "What each proxy is told" }).getByRole("row").nth(1)).toContainText("→");

  await own.uncheck();
  // A lab that has just begun has been seen to call nobody yet: then it is looked at again.
  const breaks = page.locator("section").filter({ has: page.getByRole("heading", { name: "What it breaks" }) });
  const reviews = breaks.getByRole("listitem").filter({ hasText: "reviews.shop.svc.cluster.local" }).first();
  await expect(async () => {
    if (!(await reviews.isVisible())) {
      await page.reload();
      await expect(own).toBeChecked({ timeout: 20_000 });
      await own.uncheck();
    }
    await expect(reviews).toContainText("goes past the mesh", { timeout: 20_000 });
  }).toPass({ timeout: 120_000 });
  await own.check();
  await expect(reviews).toHaveCount(0, { timeout: 30_000 });

  await page.getByLabel("A further entry").fill("edge/*");
  await page.getByRole("button", { name: "Add the entry" }).click();
  await expect(entries.getByRole("checkbox", { name: "edge/*" })).toBeChecked();
  await page.getByRole("button", { name: "Put it in the draft" }).click();
  await review(page);
  await expect(written(page).getByRole("region", { name: "Impact on traffic seen" })).toBeVisible();
  const lines = (await changedLines(page, "Sidecar default")).join("\n");
  expect(lines).toContain("./*");
  expect(lines).toContain("edge/*");
});
