import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";

const ready = (page: Page) => expect(page.locator("html[data-ready=true]")).toHaveCount(1);
const rows = (page: Page) => page.getByRole("table", { name: "Policies" }).getByRole("row");

test("policies are listed, filtered by keys, sorted, and opened", async ({ page }) => {
  await page.goto("/policies");
  await ready(page);
  await expect(page.getByRole("link", { name: "reviews" }).first()).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("virtualservice reviews");
  await expect(page).toHaveURL(/q=virtualservice/);
  await expect(rows(page).filter({ hasText: "reviews.shop" })).toHaveCount(1);
  await page.getByRole("button", { name: "Name", exact: true }).click();
  await expect(page).toHaveURL(/sort=name/);
  await rows(page).getByRole("link", { name: "reviews" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("reviews");
  await expect(page.locator(".cm-content")).toContainText("kind: VirtualService");
  await page.goBack();
  await expect(page.getByRole("searchbox", { name: "Filter the policies" })).toHaveValue(/virtualservice/);
});

test("a guest reads the YAML, can't change it, and is told why", async ({ page }) => {
  await page.goto("/policies/west-1/networking.istio.io/v1/VirtualService/shop/reviews");
  await ready(page);
  await expect(
    page.getByText(/no right to update or delete VirtualService objects in namespace shop/).first(),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Plan the change" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Plan deletion" })).toBeDisabled();
  await page.locator(".cm-content").click();
  await page.keyboard.type("x");
  await expect(page.locator(".cm-content")).not.toContainText("xapiVersion");
});

test("what is wrong with a text is said with its line, and Escape then Tab leaves the editor", async ({ page }) => {
  await page.goto("/policies/new");
  await ready(page);
  await page.getByRole("combobox", { name: "Add a template" }).selectOption("security.istio.io/PeerAuthentication");
  const editor = page.locator(".cm-content");
  await expect(editor).toContainText("mode: PERMISSIVE");
  await expect(page.getByRole("button", { name: "Plan", exact: true })).toBeEnabled();
  await editor.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\nkind: Twice");
  await expect(page.getByRole("status").filter({ hasText: /Line \d+, column \d+/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Plan", exact: true })).toBeDisabled();
  // The first closes the suggestions, if there are any.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(editor).not.toBeFocused();
});

test("a service's routing is drawn in the order tried, with the objects that say so", async ({ page }) => {
  await page.goto("/services/west-1/shop/reviews");
  await ready(page);
  const rules = page
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "Rules, in the order tried" }) });
  await expect(rules.getByRole("link", { name: "VirtualService shop/reviews" }).first()).toBeVisible();
  await expect(page.getByRole("table", { name: "Versions" })).toContainText("v1");
});

test("from a service to what a workload's security is in effect, to the object that decides", async ({ page }) => {
  await page.goto("/services/east-1/payments/ledger");
  await ready(page);
  await page.getByRole("link", { name: "ledger", exact: true }).press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Effective security of ledger");
  const table = page.getByRole("table", { name: "Mutual TLS by port" });
  await expect(table).toContainText("STRICT");
  await expect(page.getByText("No policy counts here: everyone may call.")).toBeVisible();
  await table.getByRole("link", { name: "PeerAuthentication payments/default" }).first().press("Enter");
  await expect(page.locator(".cm-content")).toContainText("mode: STRICT");
});

test("a simulated request answers from its address, and by its form", async ({ page }) => {
  await page.goto("/policies/simulate?cluster=east-1&from=outside&service=payments/ledger&port=80&method=GET");
  const verdict = page.getByRole("status", { name: "Verdict" });
  await expect(verdict).toContainText("No, it would not pass");
  await expect(verdict.getByRole("link", { name: "PeerAuthentication payments/default" }).first()).toBeVisible();
  const port = page.getByRole("textbox", { name: "Port of the service" });
  await port.fill("81");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/port=81/);
  // Whoever asks by keyboard goes on from where they are; the address of another question fills the form anew.
  await expect(port).toBeFocused();
  await expect(verdict).toContainText("It can’t be decided");
  await expect(verdict).toContainText("what listens on port 81");
  await page.goBack();
  await expect(port).toHaveValue("80");
  await expect(verdict).toContainText("No, it would not pass");
  await page.goForward();
  await expect(port).toHaveValue("81");
  // An address that was typed is no client's name.
  await page.getByRole("textbox", { name: "Its address" }).fill("203.0.113.9");
  await page.getByRole("combobox", { name: "Client is" }).selectOption("workload");
  await expect(page.getByRole("textbox", { name: "Client", exact: true })).toHaveValue("");
});

test("on a small screen the answer comes into view below the form that asked for it", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 500 });
  await page.goto("/policies/simulate?cluster=east-1&from=outside&service=payments/ledger&port=80&headers=a:+b");
  await ready(page);
  const heading = page.getByRole("heading", { name: /would not pass|can’t be decided/ });
  await expect(heading).not.toBeInViewport();
  await page.getByRole("button", { name: "Would it pass?" }).focus();
  await page.getByRole("textbox", { name: "Method" }).fill("GET");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/method=GET/);
  await expect(heading).toBeInViewport();
});

test("from a service to how each client reaches it, and to one client", async ({ page }) => {
  await page.goto("/services/west-1/shop/reviews");
  await ready(page);
  await page.getByRole("link", { name: "How each client reaches it" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("How clients reach reviews");
  const classes = page.getByRole("main").getByRole("region");
  await expect(classes.first()).toContainText("VirtualService shop/reviews");
  await page.getByRole("searchbox", { name: "Client" }).fill("shop/storefront");
  await expect(page).toHaveURL(/client=shop%2Fstorefront/);
  await expect(classes).toHaveCount(1);
  await expect(classes.getByRole("heading", { level: 2 })).toContainText("shop/storefront");
  await expect(classes).toContainText("v1");
  const sent = classes.getByRole("table", { name: "Mutual TLS of shop/storefront" });
  await expect(sent.getByRole("row").filter({ hasText: "shop/reviews-v1" })).toContainText("connects");
});

test("what a workload sends, host by host, as the services' own pages say it", async ({ page }) => {
  await page.goto("/policies/workloads/west-1/shop/storefront");
  await page.getByRole("link", { name: "What does it send?" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What storefront sends");
  const sent = page.getByRole("table", { name: "Mutual TLS of storefront" });
  await expect(sent.getByRole("row").filter({ hasText: "shop/reviews-v1" })).toContainText("connects");
  await page.getByRole("searchbox", { name: "Host" }).fill("reviews.shop");
  await expect(page.getByRole("status").filter({ hasText: "destination" })).toHaveText(/^\d destinations?$/);
  await expect(page).toHaveURL(/host=reviews\.shop/);
  await page.getByRole("searchbox", { name: "Host" }).fill("nobody.example");
  await expect(page.getByText("No host is called that.")).toBeVisible();
});

test("an object that doesn't exist says so", async ({ page, pageErrors }) => {
  pageErrors.expected.push(/404/);
  await page.goto("/policies/west-1/networking.istio.io/v1/VirtualService/shop/nobody");
  await expect(page.getByRole("heading", { name: "It doesn’t exist" })).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test(`the pages of policies and services have no serious finding in ${theme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: theme });
    for (const path of [
      "/policies",
      "/policies/new",
      "/policies/findings",
      "/policies/west-1/networking.istio.io/v1/VirtualService/shop/reviews",
      "/services",
      "/services/west-1/shop/reviews",
      "/services/west-1/shop/reviews/clients",
      "/policies/workloads/east-1/payments/ledger",
      "/policies/workloads/west-1/shop/storefront/sends",
      "/policies/simulate?cluster=east-1&from=outside&service=payments/ledger&port=80",
    ]) {
      await page.goto(path);
      await ready(page);
      const editor = /^\/policies\/(?:new$|west-1\/)/.test(path);
      if (editor) await page.locator(".cm-content").waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    }
  });
}
