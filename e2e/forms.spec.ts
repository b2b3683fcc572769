import { acknowledge, changedLines, expect, open, REVIEWS, review, test, written } from "./support/change.ts";
import { kubectl } from "./support/kubectl.ts";

const SEARCH = "/services/west-1/shop/search";

test("timeouts and retries: what they multiply to, and their fields in the plan", async ({ page, enter }) => {
  await enter("editor");
  await open(page, `${REVIEWS}/resilience`);
  await page.getByLabel("A call ends after").fill("2s");
  await page.getByLabel("Retries after the first try").fill("3");
  await page.getByLabel("Each try ends after").fill("500ms");
  await page.getByLabel("Back-off from").fill("50ms");
  await expect(page.getByText(/up to 4 tries/i).first()).toBeVisible();
  await review(page);
  const lines = await changedLines(page, "VirtualService reviews");
  for (const line of ["+ timeout: 2s", "+ attempts: 3", "+ perTryTimeout: 500ms", "+ backoff: 50ms"])
    expect(lines).toContain(line);
  // Field by field nothing but additions: lines may move.
  const fields = written(page).getByText("The 2 changes, by field").locator("..");
  await fields.locator("summary").click();
  await expect(fields.getByRole("listitem").filter({ hasText: "added:" })).toHaveCount(2);
});

test("a match by header goes before the rule that takes everything", async ({ page, enter }) => {
  await enter("editor");
  await open(page, `${REVIEWS}/match`);
  await page.getByLabel("Name of condition 1").fill("x-shop-group");
  await page.getByLabel("Value of condition 1").fill("beta");
  await page.getByLabel("goes to").selectOption("v2");
  await page.getByRole("button", { name: "Add the rule" }).click();
  const rules = page
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "Rules, in the order tried" }) });
  await expect(rules.getByRole("listitem").first()).toContainText("x-shop-group");
  await review(page);
  const lines = await changedLines(page, "VirtualService reviews");
  expect(lines).toContain("+ x-shop-group:");
  expect(lines).toContain("+ exact: beta");
  expect(lines).toContain("+ subset: v2");
});

test("removing all routing plans the deletion of what says nothing else", async ({ page, enter }) => {
  await enter("editor");
  await open(page, `${REVIEWS}/match`);
  await page.getByRole("button", { name: "Remove all routing" }).click();
  await review(page);
  await expect(written(page).getByText("Deletes", { exact: true })).toBeVisible();
  await expect(written(page).getByText("An object is deleted.")).toBeVisible();
});

test("mirroring copies a share of the calls to a version", async ({ page, enter }) => {
  await enter("editor");
  await open(page, `${REVIEWS}/mirror`);
  await page.getByLabel("Copies go to").selectOption("v2");
  await page.getByLabel("Calls copied, percent").fill("12.5");
  await expect(page.getByText(/◣ Mirrored calls are made for real/)).toBeVisible();
  await review(page);
  expect(await changedLines(page, "VirtualService reviews")).toContain("+ value: 12.5");
});

test("destination settings: ejection after five errors for 30 s, pools and locality", async ({ page, enter }) => {
  await enter("editor");
  await open(page, `${SEARCH}/destination`);
  await page.getByLabel("Connections at most").fill("64");
  await page.getByLabel("Eject endpoints that fail").selectOption("on");
  await review(page);
  const lines = await changedLines(page, "DestinationRule search");
  for (const line of ["+ maxConnections: 64", "+ consecutive5xxErrors: 5", "+ baseEjectionTime: 30s"])
    expect(lines).toContain(line);
  expect(lines.filter((line) => line.startsWith("-"))).toEqual([]);
});

test("a fault gets an end by itself, is in force until it, and is taken away from where it reminds", async ({
  page,
  demo,
  enter,
  keep,
}) => {
  test.setTimeout(120_000);
  await keep("virtualservice/reviews");
  await enter("editor");
  await open(page, `${REVIEWS}/fault`);
  await page.getByLabel("Calls delayed, percent").fill("1");
  await page.getByLabel("Delayed by").fill("200ms");
  await review(page);
  const lines = await changedLines(page, "VirtualService reviews");
  expect(lines).toContain("+ fixedDelay: 200ms");
  expect(lines.some((line) => /^\+ meshscope\.dev\/fault-until: /.test(line))).toBe(true);
  await acknowledge(page);
  await written(page)
    .getByRole("button", { name: /^Apply/ })
    .click();
  await expect(written(page).getByText("Desired = applied")).toBeVisible();
  const reminder = page
    .getByRole("region", { name: "Reminders" })
    .getByRole("status")
    .filter({ hasText: "VirtualService shop/reviews" });
  for (const path of ["/policies", "/policies/mtls", "/policies/changes", "/services", REVIEWS]) {
    await open(page, path);
    await expect(reminder, path).toContainText(/A fault is active on .* until .*200\s?ms/);
  }
  await reminder.getByRole("button", { name: "Remove now" }).click();
  const sheet = page.getByRole("dialog", { name: "Plan" });
  await expect(sheet.getByText("✓ Server dry run passed")).toBeVisible();
  await expect(sheet.getByRole("checkbox").first()).toBeVisible();
  for (const box of await sheet.getByRole("checkbox").all()) await box.check();
  await sheet.getByRole("button", { name: "Apply 1 change" }).click();
  await expect(sheet.getByText("Desired = applied")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(reminder).toHaveCount(0);
  const now = await kubectl(demo, "-n", "shop", "get", "virtualservice", "reviews", "-o", "yaml");
  expect(now).not.toContain("fault");
});

test("mutual TLS: a namespace, and a port of a workload, each by its own object", async ({ page, enter }) => {
  await enter("editor");
  await open(page, "/policies/mtls?clusters=west-1");
  // The editor doesn't see the root namespace: what the mesh declares isn't claimed.
  await expect(page.getByText("which you don’t see: it isn’t known here")).toBeVisible();
  await expect(page.getByLabel("Mode of the whole mesh")).toHaveCount(0);
  await page.getByLabel("Mode of shop", { exact: true }).selectOption("PERMISSIVE");
  await page.getByLabel("Workloads with the label").fill("app=cart");
  await page.getByLabel("On port").fill("8080");
  await page.getByLabel("Mode", { exact: true }).selectOption("DISABLE");
  await page.getByRole("button", { name: "Put it in the draft" }).click();
  await expect(page.getByRole("row").filter({ hasText: "port 8080" })).toBeVisible();
  await review(page);
  await expect(written(page).getByText("✓ Server dry run passed")).toHaveCount(2);
  expect(await changedLines(page, "PeerAuthentication default")).toContain("+ mode: PERMISSIVE");
  const port = await changedLines(page, "PeerAuthentication cart");
  expect(port).toContain("+ app: cart");
  expect(port.join("\n")).toMatch(/\+ portLevelMtls:\n\+ "?8080"?:\n\+ mode: DISABLE/);
});

test("strict is asked for twice while callers in plaintext are seen", async ({ page, enter }) => {
  await enter("editor");
  await open(page, "/policies/mtls?clusters=west-1");
  // The till, outside the mesh, asks catalog for its prices.
  await expect(page.getByRole("row").filter({ hasText: "shop" }).getByText(/^◣/)).toBeVisible({ timeout: 30_000 });
  await page.getByLabel("Mode of shop", { exact: true }).selectOption("STRICT");
  const alert = page.getByRole("alert").filter({ hasText: "Strict would refuse" });
  await expect(alert).toContainText("catalog");
  await expect(page.getByRole("button", { name: "Put strict in the draft" })).toBeDisabled();
  await alert.getByRole("textbox").fill("shop");
  await page.getByRole("button", { name: "Put strict in the draft" }).click();
  await review(page);
  expect(await changedLines(page, "PeerAuthentication default")).toContain("+ mode: STRICT");
});

test("a namespace's membership: the administrator plans it, the editor is told what is missing", async ({
  page,
  enter,
}) => {
  await enter("admin");
  await open(page, "/policies/membership?clusters=west-1");
  await page.getByLabel("Membership of orders").selectOption("ambient");
  await review(page);
  const lines = await changedLines(page, "Namespace orders");
  expect(lines).toContain("- istio-injection: enabled");
  expect(lines).toContain("+ istio.io/dataplane-mode: ambient");
  await enter("editor");
  page.once("dialog", (dialog) => void dialog.accept());
  await open(page, "/policies/membership?clusters=west-1");
  await expect(page.getByText("You have no right to patch namespaces of cluster west-1.")).toBeVisible();
  await expect(page.getByLabel("Membership of shop")).toBeDisabled();
});
