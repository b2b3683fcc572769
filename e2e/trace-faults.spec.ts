import { parse, stringify } from "yaml";
import { startBeside } from "./support/beside.ts";
import { type Gate, openGate } from "./support/gate.ts";
import { test as base, expect } from "./support/test.ts";
import { panel, ready } from "./support/topology.ts";

interface Faulty {
  /** A second console on the same lab, whose tracing backend is behind a gate of ours. */
  readonly behindGate: { readonly url: string; readonly gate: Gate };
}

const test = base.extend<Faulty>({
  behindGate: async ({ demo, page }, provide) => {
    if (demo.tracing === null) throw new Error("the lab has no trace store");
    const gate = await openGate(Number(new URL(demo.tracing).port));
    const own = await startBeside({ tracing: `http://127.0.0.1:${gate.port}` }, (yaml) =>
      stringify({ ...(parse(yaml) as object), limits: { upstreamTimeout: "4s" } }),
    );
    await provide({ url: own.url, gate });
    // A page that is open would miss its console.
    await page.goto("about:blank");
    await own.stop();
    await gate.shut();
  },
});

const LONG = { timeout: 60_000 };
const EDGE = encodeURIComponent("west-1/shop/workload/storefront>west-1/shop/workload/catalog>http");

test("a tracing backend that is gone or hangs is said beside charts and for an analysis, and both go on once it answers", async ({
  page,
  pageErrors,
  behindGate: { url, gate },
}) => {
  test.setTimeout(300_000);
  pageErrors.expected.push(/50\d/);
  await page.goto(`${url}/topology?view=table&selected=${EDGE}`);
  await ready(page);
  const dots = panel(page).getByRole("button", { name: "Calls as dots" });
  const latency = panel(page).getByRole("img", { name: /Latency/ });
  await expect(dots).toBeVisible(LONG);
  await gate.shut();
  await dots.press("Enter");
  await expect(panel(page).getByText(/^Jaeger "jaeger" can't be reached/)).toBeVisible(LONG);
  await expect(latency.first()).toBeVisible();
  await gate.open();
  gate.hang();
  await panel(page).getByRole("button", { name: "Retry now" }).click();
  await expect(panel(page).getByText(/^Jaeger "jaeger" didn't answer in time/)).toBeVisible(LONG);
  await expect(latency.first()).toBeVisible();
  await gate.open();
  await panel(page).getByRole("button", { name: "Retry now" }).click();
  await expect(panel(page).getByText(/^[\d,]+ of about [\d,]+ calls|in the newest traces|kept from/)).toBeVisible(LONG);

  await gate.shut();
  await page.goto(`${url}/traces/analysis?service=storefront.shop&baseline=none&sample=100`);
  await ready(page);
  const ended = page.getByRole("alert").filter({ hasText: "ended before its time" });
  await expect(ended).toContainText(`"jaeger" can't be reached`, LONG);
  await gate.open();
  await page.getByRole("button", { name: "Start again" }).click();
  await expect(page.getByTestId("analysis")).toHaveAttribute("data-phase", "done", LONG);
  await expect(ended).toHaveCount(0);
});
