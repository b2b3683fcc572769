import type { SeriesAnswer } from "#lib/api/series.ts";
import type { Graph } from "#lib/graph/model.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel } from "./support/topology.ts";

/** As long as a lab may take to have a trace, and a busy machine to read it. */
const ARRIVES = { timeout: 60_000 };

test("the whole view has charts, whose newest point is the total of the graph of its instant", async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const series = async () =>
    (await (await request.get("/api/v1/series?whole=on&metrics=requests")).json()) as SeriesAnswer;
  // A lab that has just begun has no half minute behind it.
  await expect.poll(async () => (await series()).charts.length, ARRIVES).toBe(1);
  const { end, charts } = await series();
  const newest = charts[0]?.lines.reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0) ?? 0;
  const graph = (await (await request.get(`/api/v1/graph?latency=off&at=${end}`)).json()) as Graph;
  const total = graph.edges.reduce((sum, { rate }) => sum + (rate ?? 0), 0);
  expect(total).toBeGreaterThan(0);
  // What was scraped at that very instant may have come between the two readings.
  expect(Math.abs(newest - total) / total).toBeLessThan(0.02);

  await openTopology(page, "?view=table&selected=graph");
  const figure = panel(page).getByRole("figure").first();
  await expect(figure.getByRole("img", { name: /Requests and failures/ })).toBeVisible(ARRIVES);
  await figure.getByText("As a table").click();
  await expect(figure.getByRole("table")).toContainText(/\d\d:\d\d:\d\d/);
});

test("the calls that traces kept are dots of a latency chart, walked and opened by keys", async ({ page }) => {
  test.setTimeout(180_000);
  const edge = encodeURIComponent("west-1/shop/workload/storefront>west-1/shop/workload/catalog>http");
  await openTopology(page, `?view=table&selected=${edge}`);
  const dots = panel(page).getByRole("button", { name: "Calls as dots" });
  await expect(dots).toHaveAttribute("aria-pressed", "false", ARRIVES);
  await expect(panel(page).getByTestId("dotted-chart")).toBeHidden();
  await dots.press("Enter");
  await expect(panel(page).getByText(/^[\d,]+ of about [\d,]+ calls|in the newest traces/)).toBeVisible(ARRIVES);
  await expect(async () => {
    await panel(page).getByRole("button", { name: "Read again" }).click();
    await expect(panel(page).getByText("Calls as a table")).toBeVisible();
  }).toPass(ARRIVES);
  const chart = panel(page).getByTestId("dotted-chart");
  await chart.focus();
  await page.keyboard.press("End");
  await expect(panel(page).getByText(/^storefront\.shop catalog\.shop.* ms/)).toBeVisible();
  await panel(page).getByText("Calls as a table").click();
  const rows = panel(page).getByRole("table", { name: "Calls as a table" });
  await expect(rows.getByRole("link").first()).toHaveAttribute("href", /^\/traces\/[0-9a-f]{32}\?backends=.*&span=/);
  await chart.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/traces\/[0-9a-f]{32}\?backends=.*&span=/, ARRIVES);
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true", ARRIVES);
});
