import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { type SentSpan, sendTrace, spanId } from "./support/spans.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, ready, row } from "./support/topology.ts";

const bar = (page: Page) => page.getByRole("region", { name: "Trace on the map" });
/** As long as a lab may take to let calls and their numbers arrive. */
const ARRIVES = { timeout: 30_000 };

const proxy = (app: string) => ({
  "istio.cluster_id": "west-1",
  node_id: `sidecar~10.0.0.1~${app}-7d4b9c6f5d-x2k4z.shop~shop.svc.cluster.local`,
});

/** The storefront asks the cart in two attempts, and somebody whom the graph doesn't know. */
const VISIT: readonly SentSpan[] = [
  { id: 1, service: "storefront.shop", name: "GET /", kind: 2, at: 0, ms: 200, tags: proxy("storefront") },
  {
    id: 2,
    parent: 1,
    service: "storefront.shop",
    name: "ask the cart",
    kind: 3,
    at: 5,
    ms: 90,
    tags: proxy("storefront"),
  },
  {
    id: 3,
    parent: 2,
    service: "cart.shop",
    name: "GET /cart",
    kind: 2,
    at: 7,
    ms: 30,
    error: "503",
    tags: proxy("cart"),
  },
  { id: 4, parent: 2, service: "cart.shop", name: "GET /cart", kind: 2, at: 50, ms: 40, tags: proxy("cart") },
  { id: 5, parent: 1, service: "storefront.shop", name: "ask", kind: 3, at: 100, ms: 40, tags: proxy("storefront") },
  { id: 6, parent: 5, service: "nobody.shop", name: "GET /", kind: 2, at: 105, ms: 30, tags: proxy("nobody") },
];

test("a trace is drawn on the topology: what it went through is told, counted, linked both ways, and let go", async ({
  page,
  demo,
}) => {
  const id = await sendTrace(demo, VISIT);
  await page.goto(`/traces/${id}?backends=jaeger`);
  await ready(page);
  await page.getByRole("link", { name: "Show on the topology" }).click();
  await expect(page).toHaveURL(new RegExp(`/topology\\?trace=${id}&traceFrom=jaeger$`), ARRIVES);
  await expect(bar(page)).toContainText("storefront.shop", ARRIVES);
  await expect(bar(page)).toContainText("1 of its 2 calls is on this map. Not in this graph: nobody.", ARRIVES);
  expect((await new AxeBuilder({ page }).include("[data-testid=trace-bar]").analyze()).violations).toEqual([]);

  await page.keyboard.press("t");
  await expect(page).toHaveURL(/view=table.*trace=/);
  await expect(page.getByRole("row", { name: /storefront → cart.*in the trace/ })).toBeVisible(ARRIVES);
  await row(page, "storefront → cart").click();
  await expect(panel(page).getByRole("heading", { name: "In this trace" })).toBeVisible(ARRIVES);
  await expect(panel(page).getByText("Attempts")).toBeVisible();
  await expect(panel(page).getByRole("link", { name: "ask the cart" })).toHaveAttribute(
    "href",
    `/traces/${id}?backends=jaeger&span=${spanId(2)}`,
  );

  await bar(page).getByRole("button", { name: "Show the graph of then" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/[?&]at=/);
  await bar(page).getByRole("button", { name: "Stop showing" }).click();
  await expect(bar(page)).toBeHidden();
  await expect(page).not.toHaveURL(/trace/);
  await expect(page.getByText("in the trace", { exact: true })).toHaveCount(0, ARRIVES);
});

test("a trace that isn't there is said, and the graph is shown without it", async ({ page }) => {
  await openTopology(page, `?trace=${"e".repeat(32)}`);
  const notice = page.locator("[data-notice=trace-not-found]");
  await expect(notice).toContainText("The graph is shown without it.", ARRIVES);
  await notice.getByRole("button", { name: "Stop showing" }).click();
  await expect(notice).toBeHidden();
  await expect(page).toHaveURL(/\/topology$/);
});
