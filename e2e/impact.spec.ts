import { AxeBuilder } from "@axe-core/playwright";
import { expect, open, test } from "./support/change.ts";

const DRAFT = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: e2e-impact-reviews, namespace: shop}
spec:
  selector: {matchLabels: {app: reviews}}
  action: DENY
  rules: [{from: [{source: {namespaces: [shop]}}]}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: e2e-impact-cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  action: DENY
  rules: [{to: [{operation: {paths: [/admin]}}]}]
`;

test("a plan says which calls it refuses, how sure that is, by which line, and asks to acknowledge it", async ({
  page,
  enter,
}) => {
  test.setTimeout(180_000);
  await enter("editor");
  await open(page, "/policies/new?clusters=west-1&namespaces=shop");
  const file = { name: "deny.yaml", mimeType: "application/yaml", buffer: Buffer.from(DRAFT) };
  await page.getByLabel("File to open").setInputFiles(file);
  const plan = page.getByRole("complementary", { name: "What would be written" });
  const impact = plan.getByRole("region", { name: "Impact on traffic seen" });
  const row = (target: string) =>
    impact.getByRole("listitem").filter({ hasText: "shop/storefront" }).filter({ hasText: target }).first();
  // A lab that has just begun has been seen to call nobody yet: then the plan is asked for again.
  await expect(async () => {
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await expect(row("shop/reviews-v1")).toBeVisible({ timeout: 20_000 });
    await expect(row("shop/cart")).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 120_000 });
  await expect(row("shop/reviews-v1")).toContainText(/[\d.]+ req\/s\s*●\s*certain/);
  await expect(row("shop/reviews-v1")).toContainText("spec.rules[0]");
  await expect(row("shop/reviews-v1").getByRole("link", { name: /e2e-impact-reviews/ })).toBeVisible();
  await expect(row("shop/cart")).toContainText(/0–[\d.]+ req\/s\s*◐\s*bounded/);
  await expect(row("shop/cart")).toContainText("Not known: the path");
  await expect(plan.getByLabel(/^Calls that were seen are refused/)).not.toBeChecked();
  await expect(plan.getByLabel(/^Not all of what this does to the traffic is known/)).not.toBeChecked();
  await expect(plan.getByRole("button", { name: "Apply 2 changes" })).toBeDisabled();
  const { violations } = await new AxeBuilder({ page }).include("aside").analyze();
  expect(violations.filter((each) => each.impact === "serious" || each.impact === "critical")).toEqual([]);
});
