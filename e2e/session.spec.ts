import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { openTopology, row } from "./support/topology.ts";

const dialog = (page: Page) => page.getByRole("dialog", { name: "Sign in" });
const filter = (page: Page) => page.getByRole("searchbox", { name: "Filter the rows by name" });

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await dialog(page).getByLabel("Token").fill(token);
  await dialog(page).getByRole("button", { name: "Sign in" }).click();
}

test("a viewer sees the shop alone, and everything again after signing out", async ({ page, demo }) => {
  await openTopology(page, "?view=table");
  await filter(page).fill("orders-db");
  await expect(row(page, "orders-db").first()).toBeVisible();
  await signIn(page, demo.kubernetes.tokens.viewer);
  await expect(dialog(page)).toBeHidden();
  const menu = page.getByRole("button", { name: /^Signed in as/ });
  await expect(menu).toBeVisible();
  await expect(row(page, "orders-db")).toHaveCount(0);
  await filter(page).fill("storefront");
  await expect(row(page, "storefront")).toBeVisible();
  const answer = await page.request.get("/api/v1/graph");
  const graph = (await answer.json()) as { nodes: { kind: string; namespace: string }[] };
  const namespaces = graph.nodes.filter(({ kind }) => kind === "workload").map(({ namespace }) => namespace);
  expect(new Set(namespaces)).toEqual(new Set(["shop"]));
  expect(graph.nodes.some(({ kind }) => kind === "restricted")).toBe(true);
  expect((await page.request.get("/api/v1/graph?namespaces=orders")).status()).toBe(403);
  await menu.click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await filter(page).fill("orders-db");
  await expect(row(page, "orders-db").first()).toBeVisible();
});

test("a wrong token is refused in place, and nothing of it is kept", async ({ page, pageErrors }) => {
  pageErrors.expected.push(/status of 401/);
  await openTopology(page);
  await signIn(page, "not-a-token");
  await expect(dialog(page).getByRole("alert")).toContainText("kubectl create token");
  await expect(dialog(page).getByLabel("Token")).toHaveValue("not-a-token");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toContain("not-a-token");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
});

test("signing in and out works by keyboard alone", async ({ page, demo }) => {
  await openTopology(page);
  await page.getByRole("button", { name: "Sign in" }).focus();
  await page.keyboard.press("Enter");
  await dialog(page).getByLabel("Token").focus();
  await page.keyboard.insertText(demo.kubernetes.tokens.viewer);
  await page.keyboard.press("Enter");
  const menu = page.getByRole("button", { name: /^Signed in as/ });
  await expect(menu).toBeVisible();
  await menu.focus();
  await page.keyboard.press("Enter");
  const out = page.getByRole("button", { name: "Sign out" });
  await expect(out).toBeVisible();
  await out.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("a session whose time is over says so by itself, and whoever goes on finds the page as it was", async ({
  page,
  demo,
}) => {
  await page.clock.install();
  await openTopology(page, "?view=table");
  await signIn(page, demo.kubernetes.tokens.viewer);
  await expect(page.getByRole("button", { name: /^Signed in as/ })).toBeVisible();
  await filter(page).fill("storefront");
  // Its lifetime is twelve hours; the server would take its cookie no longer.
  await page.context().clearCookies();
  await page.clock.fastForward("12:00:01");
  await expect(dialog(page)).toContainText("The session has ended. Sign in again to go on");
  await dialog(page).getByLabel("Token").fill(demo.kubernetes.tokens.viewer);
  await dialog(page).getByRole("button", { name: "Sign in" }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByRole("button", { name: /^Signed in as/ })).toBeVisible();
  await expect(filter(page)).toHaveValue("storefront");
});

test("a scope without rights is a page that says so, shows nothing of it, and leads back", async ({
  page,
  demo,
  pageErrors,
}) => {
  pageErrors.expected.push(/status of 403/);
  await openTopology(page);
  await signIn(page, demo.kubernetes.tokens.viewer);
  await expect(page.getByRole("button", { name: /^Signed in as/ })).toBeVisible();
  await page.goto("/topology?namespaces=orders&selected=west-1/orders/workload/checkout");
  const notice = page.locator("[data-notice=forbidden]");
  await expect(notice).toContainText("Not yours to see");
  await expect(notice).toContainText("orders");
  for (const name of ["shipping", "orders-db", "payments"]) {
    await expect(page.getByText(name, { exact: true })).toHaveCount(0);
  }
  await page.getByRole("button", { name: "Table" }).click();
  await expect(page.getByRole("table", { name: "Nodes and edges" }).getByRole("link")).toHaveCount(0);
  await page.getByRole("button", { name: "Table" }).click();
  await notice.getByRole("button", { name: "Show what I may see" }).click();
  await expect(page).not.toHaveURL(/namespaces=/);
  await expect(notice).toHaveCount(0);
  await openTopology(page, "?view=table");
  await filter(page).fill("storefront");
  await expect(row(page, "storefront")).toBeVisible();
});
