import { acknowledge, changedLines, expect, open, review, test, written } from "./support/change.ts";
import { openTopology, panel } from "./support/topology.ts";

test("who may call: a policy from the calls beside it, as a dry run, edited again from its text", async ({
  page,
  enter,
}) => {
  test.setTimeout(180_000);
  await enter("editor");
  await open(page, "/policies/authorization?clusters=west-1&namespaces=shop&workload=cart");
  const policy = page.getByRole("region", { name: "Form" });
  await policy.getByLabel("Calls to", { exact: true }).selectOption("workloads");
  await policy.getByLabel("Workloads with the label").first().fill("app=cart");
  // A lab that has just begun has been seen to call nobody yet.
  const name = policy.getByRole("button", { name: /^Name cluster\.local\/ns\/shop\/sa\// }).first();
  await expect(name).toBeVisible({ timeout: 120_000 });
  await name.click();
  await expect(policy.getByLabel("Identity")).toHaveValue(/^cluster\.local\/ns\/shop\/sa\//);
  await policy.getByLabel("Method").fill("GET");
  await expect(policy.getByRole("checkbox", { name: "As a dry run first" })).toBeChecked();
  await policy.getByRole("button", { name: "Put it in the draft" }).click();
  await expect(policy.getByRole("listitem").filter({ hasText: "method GET" }).first()).toContainText("allow-cart");
  await policy.getByRole("button", { name: "Edit rule 1 of allow-cart" }).click();
  await policy.getByLabel("Method").fill("GET, HEAD");
  await policy.getByRole("button", { name: "Put it in the draft" }).click();
  await review(page);
  const lines = await changedLines(page, "AuthorizationPolicy allow-cart");
  for (const line of ["+ action: ALLOW", "+ app: cart", "+ - HEAD", '+ istio.io/dry-run: "true"'])
    expect(lines).toContain(line);
});

test("deny by default: rules from who was seen, with their traffic, all in one plan", async ({ page, enter }) => {
  test.setTimeout(180_000);
  await enter("editor");
  await open(page, "/policies/authorization/deny-by-default?clusters=west-1&namespaces=shop");
  const rules = page.getByRole("table", { name: "Rules for reviews-v1" });
  const caller = rules.getByRole("row").filter({ hasText: "cluster.local/ns/shop/sa/" }).first();
  // Of a lab that has just begun the week may know a pair that no whole window does.
  const told = /req\/s\s*last hour/;
  await expect(async () => {
    if (!(await caller.isVisible()) || !told.test(await caller.innerText()))
      await page.getByRole("button", { name: "Read again" }).click();
    await expect(caller).toContainText(told, { timeout: 20_000 });
  }).toPass({ timeout: 120_000 });
  await expect(page.getByText("Callers that come less often than every 7 days")).toBeVisible();
  await page.getByRole("button", { name: /^Put \d+ policies in the draft$/ }).click();
  await review(page);
  await expect(written(page).getByText("✓ Server dry run passed").nth(1)).toBeVisible();
  const lines = await changedLines(page, "AuthorizationPolicy reviews-v1-callers");
  expect(lines.filter((line) => line.startsWith("+ - cluster.local/ns/"))).not.toEqual([]);
  expect(lines).toContain('+ istio.io/dry-run: "true"');
});

test("a dry run that denies: what it would deny is on the workload's page and on the edge of its only caller", async ({
  page,
  enter,
  keep,
}) => {
  test.setTimeout(300_000);
  await keep("authorizationpolicy/deny-cart");
  await enter("editor");
  await open(page, "/policies/authorization?clusters=west-1&namespaces=shop");
  const form = page.getByRole("region", { name: "Form" });
  await form.getByLabel("It", { exact: true }).selectOption("DENY");
  await form.getByLabel("Calls to", { exact: true }).selectOption("workloads");
  await form.getByLabel("Workloads with the label").first().fill("app=cart");
  await form.getByLabel("Method").fill("GET");
  await expect(form.getByRole("checkbox", { name: "As a dry run first" })).toBeChecked();
  await form.getByRole("button", { name: "Put it in the draft" }).click();
  await review(page);
  await acknowledge(page);
  await written(page)
    .getByRole("button", { name: /^Apply/ })
    .click();
  await expect(written(page).getByText("Desired = applied")).toBeVisible({ timeout: 30_000 });

  await open(page, "/policies/workloads/west-1/shop/cart");
  const results = page.locator("section").filter({ hasText: "What dry runs would deny" });
  await expect(results.getByText(/DENY ◣ ≥? ?[\d.]+ of [\d.]+ req\/s would be denied/)).toBeVisible({
    timeout: 120_000,
  });
  await expect(results.getByRole("link", { name: "AuthorizationPolicy shop/deny-cart" })).toBeVisible();
  await expect(results.getByRole("table", { name: "Whose calls it may be" })).toContainText("shop/storefront");

  const edge = "west-1/shop/workload/storefront>west-1/shop/workload/cart>http";
  await openTopology(page, `?view=table&selected=${encodeURIComponent(edge)}`);
  // A counter whose first value was no small one is "at least" for a whole window; then it's known to be all of the caller's.
  await expect(panel(page).getByText(/its only caller’s would be denied/)).toBeVisible({ timeout: 120_000 });
});
