import { startBeside } from "./support/beside.ts";
import { type Gate, openGate } from "./support/gate.ts";
import { INSTANT } from "./support/instant.ts";
import { test as base, expect } from "./support/test.ts";

interface Outage {
  /** A second console on the same lab, whose Prometheus is behind a gate of ours. */
  readonly behindGate: { readonly url: string; readonly gate: Gate };
}

const test = base.extend<Outage>({
  behindGate: async ({ demo }, provide) => {
    const gate = await openGate(Number(new URL(demo.prometheus).port));
    const console = await startBeside({ prometheus: `http://127.0.0.1:${gate.port}` });
    await provide({ url: console.url, gate });
    await console.stop();
    await gate.shut();
  },
});

test("Prometheus stops: the page says so within 10 s, keeps the graph with its age, and recovers by itself", async ({
  page,
  behindGate: { url, gate },
}) => {
  test.setTimeout(120_000);
  await page.goto(`${url}/topology?view=table`);
  const storefront = page.getByRole("link", { name: "storefront", exact: true });
  await expect(storefront).toBeVisible({ timeout: 30_000 });
  await gate.shut();
  const banner = page.locator("[data-notice]").filter({ hasText: "Prometheus" });
  await expect(banner).toContainText(new RegExp(`has not answered since ${INSTANT}`), { timeout: 10_000 });
  await expect(banner).toContainText(new RegExp(`The graph shows ${INSTANT}`));
  await expect(storefront).toBeVisible();
  // What is said stands over nothing of the table.
  const said = await banner.boundingBox();
  const field = await page.getByLabel("Filter the rows by name").boundingBox();
  expect(field?.y).toBeGreaterThanOrEqual((said?.y ?? 0) + (said?.height ?? 0));
  await gate.open();
  await expect(banner).toHaveCount(0, { timeout: 40_000 });
  await expect(storefront).toBeVisible();
});

test("Prometheus hangs: the page still opens at once and says what it waits for", async ({
  page,
  behindGate: { url, gate },
}) => {
  test.setTimeout(120_000);
  gate.hang();
  await page.goto(`${url}/topology`);
  await expect(page.getByRole("navigation").first()).toBeVisible({ timeout: 2_000 });
  const notice = page.locator("[data-notice]").filter({ hasText: "Prometheus" });
  await expect(notice).toContainText(/has not answered|answered nothing|did not answer/, { timeout: 15_000 });
  await gate.open();
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true", { timeout: 40_000 });
  await expect(notice).toHaveCount(0, { timeout: 40_000 });
});
