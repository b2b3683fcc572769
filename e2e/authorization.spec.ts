import { changedLines, expect, open, review, test, written } from "./support/change.ts";

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
  await expect(async () => {
    if (!(await rules.isVisible())) await page.getByRole("button", { name: "Read again" }).click();
    await expect(rules).toBeVisible({ timeout: 20_000 });
  }).toPass({ timeout: 120_000 });
  await expect(rules.getByRole("row").filter({ hasText: "cluster.local/ns/shop/sa/" }).first()).toContainText(
    /req\/s\s*last hour/,
  );
  await expect(page.getByText("Callers that come less often than every 7 days")).toBeVisible();
  await page.getByRole("button", { name: /^Put \d+ policies in the draft$/ }).click();
  await review(page);
  await expect(written(page).getByText("✓ Server dry run passed").nth(1)).toBeVisible();
  const lines = await changedLines(page, "AuthorizationPolicy reviews-v1-callers");
  expect(lines.filter((line) => line.startsWith("+ - cluster.local/ns/"))).not.toEqual([]);
  expect(lines).toContain('+ istio.io/dry-run: "true"');
});
