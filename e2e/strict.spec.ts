import { AxeBuilder } from "@axe-core/playwright";
import { changedLines, expect, open, test } from "./support/change.ts";

test("the way to strict: who still sends plaintext, why the namespace isn’t offered, and a workload as a plan", async ({
  page,
  enter,
}) => {
  test.setTimeout(240_000);
  await enter("editor");
  await open(page, "/policies/mtls?clusters=west-1");
  await page.getByRole("link", { name: "Way to strict of shop" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The way to strict: shop" })).toBeVisible();
  const step = (name: string) => page.getByRole("listitem", { name });
  const catalog = step("Who still sends plaintext").getByRole("listitem").filter({ hasText: "shop/catalog" });
  const pilot = page.getByRole("button", { name: /^Plan STRICT: One workload: / });
  // The till, outside the mesh, asks catalog for its prices. A lab that has just begun has been seen to call nobody yet.
  await expect(async () => {
    await page.reload();
    await expect(catalog.filter({ hasText: "plaintext, measured" }).first()).toBeVisible({ timeout: 20_000 });
    await expect(pilot).toBeEnabled({ timeout: 5_000 });
  }).toPass({ timeout: 150_000 });
  await expect(catalog.filter({ hasText: "plaintext, measured" }).first()).toContainText(/[\d.]+ req\/s/);
  await expect(step("What counts now")).toContainText(/shop.*PERMISSIVE/);
  await expect(step("Where it stands")).toContainText("calls would be refused, or may be");
  await expect(page.getByRole("button", { name: "Plan STRICT: The namespace shop" })).toBeDisabled();
  const { violations } = await new AxeBuilder({ page }).include("main").analyze();
  expect(violations.filter((each) => each.impact === "serious" || each.impact === "critical")).toEqual([]);
  await pilot.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Plan" });
  await expect(sheet.getByText("✓ Server dry run passed")).toBeVisible({ timeout: 30_000 });
  const object = await sheet
    .getByRole("region", { name: /^Difference of PeerAuthentication / })
    .getAttribute("aria-label");
  expect(await changedLines(page, object?.replace("Difference of ", "") ?? "")).toContain("+ mode: STRICT");
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
});
