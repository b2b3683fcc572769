import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { INSTANT } from "./support/instant.ts";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

const SERVICE = "storefront.shop";
const STREAM = "**/api/v1/trace-analysis?*";
/** An analysis reads up to forty slices, from a lab that has other things to do. */
const LONG = { timeout: 60_000 };

const analysis = (page: Page) => page.getByTestId("analysis");
const table = (page: Page) => page.getByRole("table", { name: "Contributors" });
const rows = (page: Page) => table(page).getByRole("button");
const done = (page: Page) => expect(analysis(page)).toHaveAttribute("data-phase", "done", LONG);

/** A lab that has just begun has few traces. */
async function stored(page: Page): Promise<void> {
  const count = async () => {
    const answer = await page.request.get(`/api/v1/traces?service=${SERVICE}&limit=50`);
    return ((await answer.json()) as { items: unknown[] }).items.length;
  };
  await expect.poll(count, { timeout: 90_000 }).toBe(50);
}

async function seriousIn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

test("from a search to where the time of its service goes, to a trace that shows it, and back", async ({ page }) => {
  test.setTimeout(300_000);
  await stored(page);
  await page.goto(`/traces?service=${SERVICE}`);
  await ready(page);
  await page.getByRole("link", { name: "Where the time goes" }).click();
  await expect(page).toHaveURL(new RegExp(`/traces/analysis\\?service=${SERVICE}$`));
  await done(page);
  await expect(page.getByTestId("headline")).toHaveText(
    new RegExp(`^${SERVICE}’s (p95|mean) (is|rose|fell) [\\d.,]+ `),
  );
  await expect(page.getByRole("table", { name: "Duration of the whole" })).toContainText(/p95.*ms/);
  await expect(analysis(page)).toContainText(/of requests left a trace|sampling rate unknown/);
  await expect(
    page.getByRole("list", { name: new RegExp(`^Traces over time, ${INSTANT} – ${INSTANT}`) }),
  ).toBeVisible();

  await rows(page).first().focus();
  await page.keyboard.press("Enter");
  await expect(rows(page).first()).toHaveAttribute("aria-expanded", "true");
  await expect(table(page)).toContainText("Traces that show it");
  await page.keyboard.press("ArrowDown");
  await expect(rows(page).nth(1)).toBeFocused();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousIn(page)).toEqual([]);
  }

  await page.getByRole("button", { name: /^Against/ }).click();
  await page.getByRole("button", { name: "nothing", exact: true }).click();
  await expect(page).toHaveURL(/baseline=none/);
  await done(page);
  await expect(table(page).getByRole("columnheader", { name: "Change" })).toHaveCount(0);

  await rows(page).first().press("Enter");
  await table(page).getByRole("link").first().click();
  await expect(page).toHaveURL(/\/traces\/[0-9a-f]{32}\?backend=jaeger$/);
  await page.waitForFunction(() => performance.getEntriesByName("trace:painted").length > 0, undefined, LONG);
  await expect(page.getByRole("link", { name: "Where the time goes" })).toHaveAttribute("href", /service=/);
  await page.goBack();
  await expect(page).toHaveURL(/baseline=none/);
  await done(page);
});

test("an analysis is stopped, breaks, starts again, and says when there is nothing to analyse", async ({
  page,
  pageErrors,
}) => {
  test.setTimeout(300_000);
  pageErrors.expected.push(/ERR_FAILED/);
  await stored(page);
  let turn: "hold" | "cut" | "pass" = "hold";
  await page.route(STREAM, async (route) => {
    if (turn === "cut") await route.abort();
    else if (turn === "pass") await route.continue();
  });
  await page.goto(`/traces/analysis?service=${SERVICE}&baseline=none`);
  await ready(page);
  await expect(page.getByRole("progressbar", { name: "Progress of the analysis" })).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Nothing was read before that.")).toBeVisible();
  turn = "cut";
  await page.getByRole("button", { name: "Start again" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "ended before its time" })).toContainText("can't be reached");
  turn = "pass";
  await page.getByRole("button", { name: "Start again" }).click();
  await done(page);
  await expect(rows(page).first()).toBeVisible();

  await page.goto("/traces/analysis?service=nobody.shop&baseline=none");
  await done(page);
  await expect(page.getByRole("heading", { name: "No trace to analyse" })).toBeVisible();
  await page.goto("/traces/analysis");
  await ready(page);
  await expect(page.getByRole("heading", { name: "Whose time?" })).toBeVisible();
});
