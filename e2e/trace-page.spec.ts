import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { CHECKOUT, type SentSpan, sendTrace, spanId } from "./support/spans.ts";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

const timeline = (page: Page) => page.getByRole("treegrid", { name: "Timeline of spans" });
const rows = (page: Page) => timeline(page).getByRole("row");
const span = (page: Page, name: RegExp) => timeline(page).getByRole("row", { name });
const panel = (page: Page) => page.getByTestId("span-panel");

async function openTrace(page: Page, id: string, query = ""): Promise<void> {
  await page.goto(`/traces/${id}${query}`);
  await ready(page);
}

test("a trace is drawn over time, with retries, failures, critical path and corrected clocks said in words", async ({
  page,
  demo,
}) => {
  const id = await sendTrace(demo, CHECKOUT);
  await openTrace(page, id);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("storefront.shop GET /checkout");
  await expect(rows(page)).toHaveCount(CHECKOUT.length);
  await expect(span(page, /storefront\.shop, pay, 130 ms.*failed/)).toContainText("2 attempts");
  await expect(span(page, /attempt 1 of 2/)).toContainText("attempt 1 of 2");
  await expect(
    span(page, /GET \/checkout/)
      .locator("[data-path]")
      .first(),
  ).toBeVisible();
  await expect(page.getByText(/Clocks disagree \(1 span\)/)).toBeVisible();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByText(/its clock disagrees with its caller's/)).toBeVisible();
  await page.waitForFunction(() => performance.getEntriesByName("trace:painted").length > 0);
});

test("a span says everything it has, leads to the topology, and has an address", async ({ page, demo }) => {
  const id = await sendTrace(demo, CHECKOUT);
  await openTrace(page, id);
  await span(page, /storefront\.shop, pay/).click();
  await expect(page).toHaveURL(new RegExp(`span=${spanId(4)}`));
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("pay");
  await expect(panel(page).getByText("Failed.")).toBeVisible();
  await expect(panel(page).getByText(/UT: Upstream timeout\./)).toBeVisible();
  await expect(panel(page).getByRole("table", { name: "Tags" })).toContainText("http.status_code");
  await expect(panel(page).getByRole("table", { name: "Process" })).toContainText("storefront.shop-0");
  await expect(panel(page).getByRole("link", { name: "Show on the topology" })).toHaveAttribute(
    "href",
    /\/topology\?detail=workloads&selected=west-1\/shop\/workload\/storefront/,
  );
  await openTrace(page, id, `?span=${spanId(6)}`);
  await expect(panel(page).getByText("card network asked")).toBeVisible();
  await expect(panel(page).getByRole("link", { name: new RegExp("d".repeat(32)) })).toHaveAttribute(
    "href",
    `/traces/${"d".repeat(32)}?span=00000000000000aa`,
  );
  await openTrace(page, id, `?span=${spanId(99)}`);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("This span is not there");
});

test("the keys of Jaeger's page walk, fold, zoom, pan, search and clear, and are listed", async ({ page, demo }) => {
  const id = await sendTrace(demo, CHECKOUT);
  await openTrace(page, id);
  await page.keyboard.press("f");
  await page.keyboard.press("f");
  await expect(page).toHaveURL(new RegExp(`span=${spanId(2)}`));
  await page.keyboard.press("b");
  await expect(page).toHaveURL(new RegExp(`span=${spanId(1)}`));
  await page.keyboard.press("e");
  await expect(page).toHaveURL(new RegExp(`span=${spanId(4)}`));
  await page.keyboard.press("Escape");
  await expect(panel(page)).toHaveCount(0);
  await page.keyboard.press("]");
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press("o");
  await expect(rows(page)).toHaveCount(4);
  await page.keyboard.press("[");
  await expect(rows(page)).toHaveCount(CHECKOUT.length);
  await page.keyboard.press("Shift+ArrowUp");
  await expect(page).toHaveURL(/zoom=50000000-150000000/);
  await page.keyboard.press("D");
  await expect(page).toHaveURL(/zoom=75000000-175000000/);
  await page.keyboard.press("Escape");
  await expect(page).not.toHaveURL(/zoom=/);
  await page.keyboard.press("Control+b");
  await page.keyboard.type("charge");
  await expect(page.getByText("2 found")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 of 2", { exact: true })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 of 2", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await timeline(page).focus();
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("POST /charge");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toContainText("Pan left");
  await expect(help).toContainText("On the rows of a trace");
});

test("dragging over the minimap shows a part, and the address brings it back", async ({ page, demo }) => {
  const id = await sendTrace(demo, CHECKOUT);
  await openTrace(page, id);
  const box = await page.getByTestId("minimap").boundingBox();
  if (box === null) throw new Error("no minimap");
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/zoom=/);
  await expect(page.getByText(/Shown: 50(\.\d)? ms to (99|100)(\.\d)? ms of 200 ms/)).toBeVisible();
  await page.reload();
  await ready(page);
  await expect(page.getByText(/Shown: /)).toBeVisible();
  await page.getByRole("button", { name: "Show all" }).click();
  await expect(page).not.toHaveURL(/zoom=/);
});

test("the same trace as a flame graph, in sums and as a table, each with its address", async ({ page, demo }) => {
  const id = await sendTrace(demo, CHECKOUT);
  await openTrace(page, id);
  await page.getByRole("tab", { name: "Timeline" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/tab=flame/);
  const pay = page.getByRole("group", { name: "Flame graph" }).getByRole("button", { name: /storefront\.shop pay/ });
  await pay.click();
  await expect(page).toHaveURL(new RegExp(`box=${spanId(4)}`));
  await expect(page.getByRole("group", { name: "Flame graph" }).getByRole("button")).toHaveCount(2);
  await page.getByRole("tab", { name: "Statistics" }).click();
  const charge = page.getByRole("table", { name: "Statistics" }).getByRole("row", { name: /POST \/charge/ });
  await expect(charge).toContainText(/✕ 1/);
  await expect(charge).toContainText("118 ms");
  // None is a number too, and has no mark of what isn't known.
  const rates = page.getByRole("table", { name: "Statistics" }).getByRole("row", { name: /GET \/rates/ });
  await expect(rates.getByRole("cell").nth(2)).toHaveText("0");
  await page.getByRole("tab", { name: "Spans" }).click();
  const table = page.getByRole("table", { name: "Spans" });
  await table.getByRole("button", { name: "Duration" }).click();
  await expect(page).toHaveURL(/tab=spans.*&sort=duration/);
  await expect(table.getByRole("row").nth(1)).toContainText("GET /checkout");
  await page.getByRole("searchbox", { name: "Search in the trace" }).fill("http.status_code=504");
  await expect(table.getByRole("row")).toHaveCount(2);
  await table.getByRole("button", { name: "pay" }).press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("pay");
});

test("a trace is saved as a file", async ({ page, demo }) => {
  const id = await sendTrace(demo, CHECKOUT);
  await openTrace(page, id);
  await page.getByRole("button", { name: "Download" }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Jaeger JSON" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe(`trace-${id}-jaeger.json`);
  const { data } = JSON.parse(await readFile(await download.path(), "utf8")) as { data: { traceID: string }[] };
  expect(data[0]?.traceID).toBe(id);
});

const IMAGE = "<img src=x onerror=alert(1)>";

test("two traces are compared path by path", async ({ page, demo }) => {
  const first = await sendTrace(demo, CHECKOUT);
  const second = await sendTrace(
    demo,
    CHECKOUT.filter(({ id }) => id !== 5).map((each) => (each.id === 3 ? { ...each, ms: 30 } : each)),
  );
  await openTrace(page, first);
  await page.getByRole("link", { name: "Compare" }).click();
  await page.getByRole("textbox", { name: "Second trace" }).fill(second);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`a=${first}&b=${second}`));
  const paths = page.getByRole("table", { name: "Paths of both traces" });
  await expect(paths.getByRole("row", { name: /GET \/cart/ })).toContainText("−6 ms");
  await expect(page.getByRole("region", { name: "Second trace" })).toContainText("✕ 1 failed");
  await paths.getByRole("button", { name: "Difference" }).click();
  await expect(paths.getByRole("columnheader", { name: /Difference/ })).toHaveAttribute("aria-sort", "descending");
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
});

test("the graph of calls joins spans, is walked by keys, marks what is found, and opens a span", async ({
  page,
  demo,
}) => {
  const id = await sendTrace(demo, CHECKOUT);
  await openTrace(page, id, "?tab=graph");
  const graph = page.getByRole("group", { name: "Graph of calls" });
  const first = graph.getByRole("button", { name: /storefront\.shop GET \/checkout · 1 span/ });
  await expect(first).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("table", { name: "Calls of the trace" }).getByRole("row")).not.toHaveCount(1);
  await first.focus();
  await page.keyboard.press("ArrowRight");
  await expect(first).not.toBeFocused();
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toBeVisible({ timeout: 20_000 });
  await expect(graph.locator('[aria-pressed="true"]')).toHaveCount(1);
  await page.keyboard.press("Control+b");
  await page.keyboard.type("charge");
  await expect(graph.getByRole("button", { name: /POST \/charge.* [1-9]\d* found/ })).toBeVisible({ timeout: 20_000 });
  await expect(graph.getByRole("button", { name: /GET \/cart .* 0 found/ })).toBeVisible({ timeout: 20_000 });
  await page.getByRole("button", { name: "service", exact: true }).click();
  await expect(page).toHaveURL(/by=service/);
  await expect(graph.getByRole("button", { name: /^storefront\.shop · / }).first()).toBeVisible({ timeout: 20_000 });
});

test("hostile texts are text, and nothing of them is a link", async ({ page, demo }) => {
  const id = await sendTrace(demo, [
    {
      ...{ id: 1, service: IMAGE, name: `${IMAGE}\u202eturned`, at: 0, ms: 10, error: IMAGE },
      tags: { [IMAGE]: IMAGE, "http.url": "javascript:alert(1)", long: "x".repeat(20_000), response_flags: IMAGE },
      events: [{ at: 1, name: IMAGE, tags: { [IMAGE]: IMAGE } }],
    },
  ]);
  await openTrace(page, id, `?span=${spanId(1)}`);
  await expect(panel(page).getByRole("table", { name: "Tags" })).toContainText("javascript:alert(1)");
  await panel(page).getByRole("button", { name: "Show all 20,000 characters" }).click();
  await expect(page.locator("img")).toHaveCount(0);
  await expect(panel(page).locator("a[href^='javascript']")).toHaveCount(0);
  for (const tab of ["flame", "graph", "statistics", "spans"]) {
    await openTrace(page, id, `?tab=${tab}`);
    await expect(page.getByRole("tabpanel").getByText(IMAGE).first()).toBeVisible({ timeout: 20_000 });
    await expect(page.locator("img")).toHaveCount(0);
    // However long a name is, it makes no page wider.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  }
});

test("a trace whose spans contradict each other is shown, with all that is wrong", async ({ page, demo }) => {
  const id = await sendTrace(demo, [
    { id: 1, parent: 77, service: "web", name: "orphan", at: 0, ms: 20 },
    { id: 2, parent: 3, service: "web", name: "circle one", at: 2, ms: 5 },
    { id: 3, parent: 2, service: "web", name: "circle two", at: 3, ms: 2 },
    { id: 4, parent: 1, service: "web", name: "backwards", at: 9, ms: -4 },
    { id: 5, parent: 1, service: "web", name: "tomorrow", at: 3 * 86_400_000, ms: 4 },
  ]);
  await openTrace(page, id);
  await expect(rows(page)).toHaveCount(5);
  const said = page.getByText(/Caller missing \(1 span\)/);
  for (const words of ["Calls in a circle", "Ends before it begins", "Far away in time", "Beginning missing"])
    await expect(said).toContainText(words);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByRole("button", { name: /backwards/ }).click();
  await expect(panel(page)).toContainText("ends 4 ms before it begins");
});

test("a trace that isn't there and an id that is none are said, with a way on", async ({ page, pageErrors }) => {
  pageErrors.expected.push(/404|400/);
  await openTrace(page, "e".repeat(32));
  await expect(page.getByRole("heading", { name: "There is no such trace" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Retry now" })).toBeVisible();
  await openTrace(page, "not-an-id");
  await expect(page.getByText(/That is no trace's id/)).toBeVisible();
});

test("5,000 spans are scrolled through by a few rows of the page, and folded at once", async ({ page, demo }) => {
  const many = Array.from({ length: 5_000 }, (_, i): SentSpan => {
    const at = i * 2;
    return {
      id: i + 1,
      service: `s${i % 9}`,
      name: `step ${i}`,
      at,
      ms: i === 0 ? 10_000 : 2,
      ...(i > 0 ? { parent: 1 } : {}),
    };
  });
  const id = await sendTrace(demo, many);
  await openTrace(page, id);
  await expect(timeline(page)).toHaveAttribute("aria-rowcount", "5000");
  expect(await rows(page).count()).toBeLessThan(80);
  await page.getByRole("searchbox", { name: "Search in the trace" }).fill("step 4711");
  await page.keyboard.press("Enter");
  await expect(span(page, /step 4711/)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("]");
  await expect(rows(page)).toHaveCount(1);
});

test("a box of a flame graph is no wider than its time, however narrow", async ({ page, demo }) => {
  const sliver = { parent: 1, service: "s", ms: 3 };
  const id = await sendTrace(demo, [
    { id: 1, service: "web", name: "all", at: 0, ms: 1_000 },
    ...Array.from({ length: 200 }, (_, i): SentSpan => ({ ...sliver, id: i + 2, name: `step ${i}`, at: 3 * i })),
  ]);
  await openTrace(page, id, "?tab=flame");
  const boxes = page.getByRole("group", { name: "Flame graph" }).getByRole("button");
  await expect(boxes).toHaveCount(201, { timeout: 20_000 });
  const widths = await boxes.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().width));
  const [whole = 0, ...slivers] = widths;
  // 3 of 1,000 ms, and a pixel at the least.
  expect(Math.max(...slivers)).toBeLessThanOrEqual(Math.max(1, whole * 0.003) + 0.5);
});

for (const theme of ["light", "dark"] as const) {
  test(`the page of a trace has no serious finding in ${theme}`, async ({ page, demo }) => {
    // Six views, each looked through whole.
    test.setTimeout(120_000);
    const id = await sendTrace(demo, CHECKOUT);
    await page.emulateMedia({ colorScheme: theme });
    const views = [
      `?span=${spanId(4)}`,
      "?tab=flame",
      "?tab=graph&q=charge",
      "?tab=statistics",
      "?tab=spans&q=charge",
      "?colour=depth&levels=1",
    ];
    for (const query of views) {
      await openTrace(page, id, query);
      await expect(page.getByText(/Adding up|Sorting|Drawing|^Reading/)).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(
        serious.map(({ id: rule, nodes }) => `${query} ${rule}: ${nodes.map(({ html }) => html).join(" ")}`),
      ).toEqual([]);
    }
  });
}
