import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { CHECKOUT, sendTrace } from "./support/spans.ts";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

const table = (page: Page) => page.getByRole("table", { name: "Traces" });
const timeline = (page: Page) => page.getByRole("treegrid", { name: "Timeline of spans" });
const soon = { timeout: 30_000 };

test("what was downloaded is opened again, survives a reload, and is compared with the stored trace", async ({
  page,
  demo,
}) => {
  test.setTimeout(150_000);
  const id = await sendTrace(demo, CHECKOUT);
  await page.goto(`/traces/${id}`);
  await ready(page);
  await page.getByRole("button", { name: "Download" }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Zipkin JSON" }).click();
  const path = await (await saved).path();

  await page.goto("/traces");
  await ready(page);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
  await page
    .getByLabel("File of traces")
    .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("<html>") });
  await expect(page.getByRole("alert").filter({ hasText: /“notes\.txt” can’t be read.*Expected is JSON/ })).toBeVisible(
    soon,
  );
  await expect(page).toHaveURL(/\/traces$/);
  await page.getByLabel("File of traces").setInputFiles(path);
  await expect(page.getByRole("status").filter({ hasText: "1 trace from a file, 1 with errors" })).toBeVisible(soon);
  await ready(page);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  await table(page)
    .getByRole("link", { name: /storefront\.shop/ })
    .click();
  await expect(timeline(page).getByRole("row")).toHaveCount(CHECKOUT.length, soon);
  expect(asked.filter((line) => line.includes(id) && line.includes("/api/"))).toEqual([]);
  await page.reload();
  await expect(timeline(page).getByRole("row")).toHaveCount(CHECKOUT.length, soon);
  await page.getByRole("link", { name: "Compare" }).click();
  await page.getByRole("textbox", { name: "Second trace" }).fill(id);
  await page.keyboard.press("Enter");
  await expect(page.getByText(/\d paths, all in both/)).toBeVisible(soon);

  await page.goto("/traces/file");
  await page.getByRole("button", { name: /^Forget / }).click();
  await expect(page.getByRole("heading", { name: "No file is open" })).toBeVisible(soon);
});

test("who signs out leaves no opened file behind", async ({ page, demo }) => {
  test.setTimeout(120_000);
  const span = { traceId: "a1".repeat(8), id: "b2".repeat(8), name: "pay", timestamp: 1_767_225_600_000_000 };
  const spans = [{ ...span, duration: 1000, localEndpoint: { serviceName: "till" } }];
  await page.goto("/traces");
  await ready(page);
  await page.getByRole("button", { name: "Sign in" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await dialog.getByLabel("Token").fill(demo.kubernetes.tokens.viewer);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  const menu = page.getByRole("button", { name: /^Signed in as/ });
  await expect(menu).toBeVisible(soon);
  await page
    .getByLabel("File of traces")
    .setInputFiles({ name: "till.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(spans)) });
  await expect(page.getByRole("heading", { name: "till.json" })).toBeVisible(soon);
  await page.goto("/traces/file");
  await expect(page.getByRole("link", { name: "till.json" })).toBeVisible(soon);
  await menu.click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "No file is open" })).toBeVisible(soon);
  await page.reload();
  await expect(page.getByRole("heading", { name: "No file is open" })).toBeVisible(soon);
});
