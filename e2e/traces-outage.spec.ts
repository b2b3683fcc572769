import type { Page } from "@playwright/test";
import { startBeside } from "./support/beside.ts";
import { openGate } from "./support/gate.ts";
import { CHECKOUT, sendTrace } from "./support/spans.ts";
import { expect, test } from "./support/test.ts";
import { panel } from "./support/topology.ts";

const rows = (page: Page) => page.getByRole("treegrid", { name: "Timeline of spans" }).getByRole("row");

test("a backend is killed under open pages: what was read stays, what can't be had says why and since when, and it comes back", async ({
  page,
  demo,
  pageErrors,
}) => {
  test.setTimeout(180_000);
  pageErrors.expected.push(/50\d/);
  const id = await sendTrace(demo, CHECKOUT);
  const gate = await openGate(Number(new URL(demo.tracing ?? "").port));
  const own = await startBeside({ tracing: `http://127.0.0.1:${gate.port}` });
  const gone = /can't be reached.* It last answered at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./;
  try {
    await page.goto(`${own.url}/traces/${id}`);
    await expect(rows(page)).toHaveCount(CHECKOUT.length, { timeout: 30_000 });
    await gate.shut();
    await page.getByRole("button", { name: "Clocks corrected" }).click();
    await expect(page).toHaveURL(/skew=/);
    await expect(rows(page)).toHaveCount(CHECKOUT.length);
    await page.reload();
    await expect(page.getByRole("heading", { name: "The trace could not be read" })).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(gone)).toBeVisible();

    await page.goto(`${own.url}/topology?view=table&selected=west-1/shop/workload/cart`);
    await expect(panel(page).getByText(/^Its traces can’t be searched now\./)).toBeVisible({ timeout: 40_000 });
    await expect(panel(page).getByText(gone)).toBeVisible();
    await expect(panel(page).getByRole("link", { name: "Policies of shop" })).toBeVisible();
    await gate.open();
    await panel(page).getByRole("button", { name: "Retry now" }).click();
    await expect(panel(page).getByRole("link", { name: "Traces", exact: true })).toBeVisible({ timeout: 30_000 });
    await page.goBack();
    await expect(rows(page)).toHaveCount(CHECKOUT.length, { timeout: 30_000 });
  } finally {
    // A page that is open would miss its console.
    await page.goto("about:blank");
    await own.stop();
    await gate.shut();
  }
});
