import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { parse, stringify } from "yaml";
import { startBeside } from "./support/beside.ts";
import { openGate } from "./support/gate.ts";
import { marksAtRest, pointOf } from "./support/marks.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, ready, row } from "./support/topology.ts";

const table = (page: Page) => page.getByRole("table", { name: "Traces" });
const rows = (page: Page) => table(page).getByRole("link");
const plot = (page: Page) => page.getByTestId("scatter");
const count = (page: Page) => page.getByRole("status").filter({ hasText: /traces?, \d+ with errors/ });

async function open(page: Page, query: string, base = ""): Promise<void> {
  await page.goto(`${base}/traces${query}`);
  await ready(page);
}

/** Dots of the plot; each is a trace of the answer. */
const dots = (page: Page) => plot(page).locator("svg .dot");

/** Waits until the store has so many traces that answer a search: a lab that has just begun has none of a rare kind. */
async function stored(page: Page, search: string, least: number): Promise<void> {
  const asked = async () => {
    const answer = await page.request.get(`/api/v1/traces?${search}`);
    return ((await answer.json()) as { items: unknown[] }).items.length;
  };
  await expect.poll(asked, { timeout: 90_000 }).toBeGreaterThanOrEqual(least);
}

test("traces are searched by keys alone: service, tags, what can't be read, sorted, and opened", async ({ page }) => {
  test.setTimeout(150_000);
  await stored(page, "service=cart.shop&tags=response_flags%3DUH", 2);
  await open(page, "");
  await expect(page.getByRole("button", { name: "cart.shop" })).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("combobox", { name: "Service (needed)" })).toBeFocused();
  await page.keyboard.type("cart.shop");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/service=cart\.shop/);
  await expect(rows(page).first()).toBeVisible();
  const before = await count(page).textContent();

  await page.getByRole("textbox", { name: "Tags" }).focus();
  await page.keyboard.type("a=b =c");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: /can't be read/ })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Tags" })).toHaveAttribute("aria-invalid", "true");
  await expect(page).not.toHaveURL(/tags=/);
  expect(await count(page).textContent()).toBe(before);

  await page.keyboard.press("Control+a");
  await page.keyboard.type("response_flags=UH");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/tags=response_flags%3DUH/);
  await expect(count(page)).toContainText(/^(\d+) traces?, \1 with errors/);

  await page.getByRole("button", { name: "Duration", exact: true }).press("Enter");
  await expect(page).toHaveURL(/sort=-duration/);
  await expect(page.getByRole("columnheader", { name: "Duration" })).toHaveAttribute("aria-sort", "descending");
  await rows(page).first().focus();
  await page.keyboard.press("ArrowDown");
  await expect(rows(page).nth(1)).toBeFocused();
  await expect(rows(page).nth(1)).toHaveAttribute("href", /^\/traces\/[0-9a-f]{32}\?backend=jaeger$/);
  await page.goBack();
  await expect(page).not.toHaveURL(/sort=/);
});

test("an area marked in the plot filters the rows, its time becomes a search, and Back undoes both", async ({
  page,
}) => {
  await open(page, "?service=storefront.shop&limit=100&lookback=15m");
  await expect(dots(page).nth(5)).toBeVisible();
  const all = await dots(page).count();
  const box = await plot(page).boundingBox();
  if (box === null) throw new Error("the plot has no place");
  await page.mouse.move(box.x + 60, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 30, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/brush=/);
  await expect(count(page)).toContainText(new RegExp(`^\\d+ of ${all} traces`));
  await expect(dots(page)).toHaveCount(all);
  await page.reload();
  await expect(count(page)).toContainText(/^\d+ of \d+ traces/);
  await page.getByRole("button", { name: "Search this time" }).click();
  await expect(page).toHaveURL(/start=.*end=.*brush=/);
  await page.goBack();
  await expect(page).not.toHaveURL(/start=/);
  await expect(page).toHaveURL(/brush=/);
  await page.goBack();
  await expect(page).not.toHaveURL(/brush=/);
});

test("the plot is walked and marked by keys, and says where one stands", async ({ page, pageErrors }) => {
  test.setTimeout(150_000);
  await stored(page, "service=storefront.shop&limit=50", 50);
  await open(page, "?service=storefront.shop&limit=50");
  const spoken = plot(page).locator("[aria-live=polite]");
  await plot(page).focus();
  await page.keyboard.press("Home");
  await expect(spoken).toContainText(/\d+ spans?, \d+ services?, (no errors|\d+ failed)/);
  const first = await spoken.textContent();
  await page.keyboard.press("Space");
  await expect(spoken).toContainText("Marking begins here");
  await page.keyboard.press("End");
  await expect(spoken).not.toHaveText(first ?? "");
  await page.keyboard.press("Space");
  await expect(page).toHaveURL(/brush=/);
  await expect(count(page)).toContainText(/^\d+ of 50 traces/);
  await page.keyboard.press("Escape");
  await expect(page).not.toHaveURL(/brush=/);
  // The trace's own page has tests of its own.
  pageErrors.expected.push(/RSC payload/);
  const body = "<!doctype html><html lang=en><title>A trace</title></html>";
  await page.route("**/traces/*?backend=*", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/traces\/[0-9a-f]{32}\?backend=jaeger/);
});

test("errors have a shape of their own, and percentiles of all requests stand behind the dots", async ({ page }) => {
  test.setTimeout(150_000);
  await stored(page, "service=cart.shop&tags=response_flags%3DUH", 1);
  await open(page, "?service=cart.shop&limit=200");
  await expect(dots(page).first()).toBeVisible();
  const failed = plot(page).locator("svg path.dot[data-kind=failed]");
  await expect(failed.first()).toBeAttached();
  await expect(plot(page).locator("svg circle.dot[data-kind=failed]")).toHaveCount(0);
  const section = page.getByRole("region", { name: "Durations over time" });
  await expect(section).toContainText(/all requests that ingress\.istio-ingress sends.*begin/);
  await expect(section).toContainText(/p50 [\d.,]+ m?s.*p95 [\d.,]+ m?s.*p99 [\d.,]+ m?s/);
  await expect(plot(page).locator("[data-band=p95] path")).toHaveAttribute("d", /^M/);
  // These traces begin at the gateway: of the found ones those stay that take longer.
  const found = Number(/^(\d+) traces/.exec((await count(page).textContent()) ?? "")?.[1]);
  await section.getByRole("button", { name: /^p50/ }).press("Enter");
  await expect(page).toHaveURL(/brush=/);
  await expect(count(page)).toContainText(new RegExp(`^\\d+ of ${found} traces`));
});

test("new traces are followed, and a link reproduces the search", async ({ page, browser }) => {
  await open(page, "?service=storefront.shop");
  await page.getByRole("button", { name: "Follow" }).click();
  await expect(page).toHaveURL(/tail=on/);
  const newest = await rows(page).first().getAttribute("href");
  await expect(rows(page).first()).not.toHaveAttribute("href", newest ?? "", { timeout: 20_000 });

  const end = new Date(Date.now() - 15_000).toISOString();
  const address = `/traces?service=storefront.shop&errors=only&sort=-errors&lookback=5m&end=${end}`;
  await open(page, address.slice("/traces".length));
  const seen = await rows(page).evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  const other = await (await browser.newContext()).newPage();
  await open(other, address.slice("/traces".length), new URL(page.url()).origin);
  expect(await rows(other).evaluateAll((links) => links.map((link) => link.getAttribute("href")))).toEqual(seen);
  await expect(other.getByRole("button", { name: "Errors only" })).toHaveAttribute("aria-pressed", "true");
  await other.context().close();
});

test("nothing found says so, with what to let go of", async ({ page }) => {
  await open(page, "?service=storefront.shop&tags=http.status_code%3D418&errors=only");
  await expect(page.getByRole("heading", { name: "No trace fits" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("only sampled calls leave traces");
  await expect(page.getByRole("main")).toContainText(
    /Prometheus counted about [\d,]+ requests to it \(.* failed\).*none of them left a trace that fits/,
  );
  await page.getByRole("button", { name: "Search by the service alone" }).click();
  await expect(rows(page).first()).toBeVisible();
  await expect(page).not.toHaveURL(/tags=|errors=/);
});

test("listed traces are saved as a file that others read", async ({ page }) => {
  await open(page, "?service=storefront.shop&limit=20");
  await page.getByRole("button", { name: "Download" }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Jaeger" }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe("traces-jaeger-20.json");
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const { data } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { data: { spans: unknown[] }[] };
  expect(data).toHaveLength(20);
  expect(data.every(({ spans }) => spans.length > 0)).toBe(true);
});

test("one backend that is down is named, and the other's traces are there; with none the page says so", async ({
  page,
  demo,
  pageErrors,
}) => {
  test.setTimeout(120_000);
  pageErrors.expected.push(/50\d/);
  if (demo.tracing === null) throw new Error("the lab has no trace store");
  const [good, bad] = await Promise.all([openGate(Number(new URL(demo.tracing).port)), openGate(1)]);
  await bad.shut();
  const own = await startBeside({ tracing: `http://127.0.0.1:${good.port}` }, (yaml) => {
    const settings = parse(yaml) as { tracing: object[] };
    const gone = { name: "attic", kind: "zipkin", url: `http://127.0.0.1:${bad.port}` };
    return stringify({ ...settings, tracing: [...settings.tracing, gone] });
  });
  try {
    await open(page, "?service=storefront.shop&limit=20", own.url);
    await expect(page.getByText(/^Traces of attic are missing\./)).toBeVisible();
    await expect(rows(page)).toHaveCount(20);
    await expect(table(page).getByRole("columnheader", { name: "Backend" })).toBeVisible();
    await good.shut();
    await page.getByRole("button", { name: "Find traces" }).click();
    await expect(page.getByText("Not refreshed.")).toBeVisible({ timeout: 20_000 });
    await expect(rows(page)).toHaveCount(20);
    await page.reload();
    await expect(page.getByRole("heading", { name: "The traces could not be read" })).toBeVisible({ timeout: 20_000 });
    await good.open();
    await page.getByRole("button", { name: "Retry now" }).first().click();
    await expect(rows(page)).toHaveCount(20, { timeout: 20_000 });
  } finally {
    // A page that is open would miss its console.
    await page.goto("about:blank");
    await own.stop();
    await good.shut();
  }
});

test("without a tracing backend the page says what to do, and the graph offers no traces", async ({ page }) => {
  test.setTimeout(120_000);
  const own = await startBeside({ tracing: null });
  try {
    await open(page, "", own.url);
    await expect(page.getByRole("heading", { name: "No tracing backend is configured" })).toBeVisible();
    await page.goto(`${own.url}/topology?view=table&selected=west-1/shop/workload/cart`);
    await expect(panel(page).getByRole("link", { name: "Policies of shop" })).toBeVisible({ timeout: 30_000 });
    await expect(panel(page).getByRole("link", { name: /Traces/ })).toHaveCount(0);
  } finally {
    // A page that is open would miss its console.
    await page.goto("about:blank");
    await own.stop();
  }
});

test("a red edge leads to the failed spans of its caller, a node to its traces, in one click each", async ({
  page,
}) => {
  await openTopology(page, "?view=table&namespaces=shop");
  await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill("cart → coupons");
  await row(page, "cart → coupons").click();
  const link = panel(page).getByRole("link", { name: "UH", exact: true });
  await link.click();
  await expect(page).toHaveURL(/\/traces\?service=cart\.shop/);
  await expect(page.getByRole("combobox", { name: "Operation" })).toHaveValue(/^coupons\.shop\.svc\.cluster\.local:80/);
  await expect(page.getByRole("textbox", { name: "Tags" })).toHaveValue(
    "response_flags=UH istio.canonical_revision=v1",
  );
  await expect(count(page)).toContainText(/^(\d+) traces?, \1 with errors/);
  await page.goBack();
  await panel(page).getByRole("link", { name: "cart", exact: true }).first().click();
  await panel(page).getByRole("link", { name: "Traces", exact: true }).click();
  await expect(page).toHaveURL(/\/traces\?service=cart\.shop$/);
});

test("a mark's menu leads to its traces", async ({ page }) => {
  await openTopology(page, "?selected=west-1/shop/workload/catalog");
  await expect(panel(page).getByRole("link", { name: "Traces", exact: true })).toBeVisible();
  const at = pointOf(await marksAtRest(page), "catalog");
  await page.mouse.click(at.x, at.y, { button: "right" });
  await page.getByRole("menuitem", { name: "Traces" }).click();
  await expect(page).toHaveURL(/\/traces\?service=catalog\.shop/);
});

const LOOKS = [
  { name: "before the first search", query: "" },
  { name: "with dots and rows", query: "?service=cart.shop&limit=50" },
  { name: "with what can't be read", query: "?service=cart.shop&tags=%3D" },
  { name: "with nothing found", query: "?service=nobody.shop" },
];

for (const theme of ["light", "dark"] as const)
  for (const { name, query } of LOOKS)
    test(`${name}, the page has no serious finding in ${theme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme });
      await open(page, query);
      if (query.includes("limit")) await dots(page).first().waitFor();
      const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    });

test("two of the found traces are chosen, and compared", async ({ page }) => {
  await open(page, "?service=storefront.shop");
  const boxes = table(page).getByRole("checkbox");
  await boxes.nth(0).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("One chosen; choose another to compare")).toBeVisible();
  await boxes.nth(2).check();
  await page.getByRole("link", { name: "Compare the two" }).click();
  await expect(page).toHaveURL(/\/traces\/compare\?a=[0-9a-f]+&b=[0-9a-f]+&backends=/);
  await expect(page.getByRole("table", { name: "Paths of both traces" })).toBeVisible();
});
