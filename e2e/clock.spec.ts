import type { ChangesAnswer } from "#lib/api/plans.ts";
import { expect, open, ready, test } from "./support/change.ts";
import { openReplay } from "./support/replay.ts";

const HOUR = 3_600_000;

/** How many seconds an instant that was asked for lies from `ago` seconds before now, by this test's clock: the server's. */
const off = (asked: string | null, ago: number) => Math.abs(Date.now() / 1000 - ago - Number(asked ?? "nothing"));
/** What a page takes from an answer to its next question, and what a Date header is too coarse for. */
const CLOSE = 30;

for (const [how, wrong] of [
  ["ahead", HOUR],
  ["behind", -HOUR],
] as const) {
  test(`a browser whose clock is an hour ${how} says how old the graph really is, and its axis ends now`, async ({
    page,
    demo,
  }) => {
    // Nobody refreshes this graph: it is ten minutes old, and by the browser's own clock an hour more, or of the future.
    const replay = await openReplay(demo.console, (taken) => ({
      ...taken,
      at: `${new Date(Date.now() - 600_000).toISOString().slice(0, 19)}Z`,
    }));
    try {
      await page.clock.install({ time: Date.now() + wrong });
      await page.goto(`${replay.url}/topology`);
      await ready(page);
      await expect(page.getByTestId("data-age")).toHaveText(/^data 1[01] min( \d+ s)? old$/, { timeout: 30_000 });
      await page.keyboard.press("h");
      const slider = page.getByTestId("time-axis").getByRole("slider", { name: "Instant to look at" });
      const seconds = async () => Math.abs(Number(await slider.getAttribute("max")) - Date.now() / 1000);
      await expect.poll(seconds).toBeLessThan(60);
      // One window back of now, not of what the browser takes for now: the server refuses no such instant.
      await page.keyboard.press("[");
      await expect(page).toHaveURL(/at=20/);
      const at = Date.parse(new URL(page.url()).searchParams.get("at") ?? "");
      expect(Math.abs(Date.now() - 60_000 - at)).toBeLessThan(60_000);
    } finally {
      await replay.close();
    }
  });

  test(`a browser whose clock is an hour ${how} reads the last minutes of a log`, async ({ page }) => {
    await page.clock.install({ time: Date.now() + wrong });
    const asked = page.waitForRequest((request) => new URL(request.url()).pathname === "/api/v1/logs");
    await page.goto("/topology?detail=workloads&selected=west-1/shop/workload/storefront");
    const panel = page.getByTestId("panel");
    await panel.getByRole("button", { name: "Show what a pod wrote lately" }).click({ timeout: 40_000 });
    expect(off(new URL((await asked).url()).searchParams.get("start"), 300)).toBeLessThan(CLOSE);
    await expect(page.getByTestId("log")).toContainText(/level=(info|error|debug)/, { timeout: 40_000 });
    const again = page.waitForRequest((request) => new URL(request.url()).pathname === "/api/v1/logs");
    await panel.getByRole("combobox", { name: "Time up to now" }).selectOption("15");
    expect(off(new URL((await again).url()).searchParams.get("start"), 900)).toBeLessThan(120);
  });

  test(`a browser whose clock is an hour ${how} analyses the last hour`, async ({ page }) => {
    await page.clock.install({ time: Date.now() + wrong });
    const asked = page.waitForRequest((request) => new URL(request.url()).pathname === "/api/v1/trace-analysis");
    await page.goto("/traces/analysis?service=storefront.shop");
    const params = new URL((await asked).url()).searchParams;
    expect(off(params.get("end"), 0)).toBeLessThan(CLOSE);
    expect(off(params.get("start"), 3600)).toBeLessThan(CLOSE);
    expect(off(params.get("baselineEnd"), 3600)).toBeLessThan(CLOSE);
    await ready(page);
  });

  test(`a browser whose clock is an hour ${how} takes back the last 30 minutes`, async ({
    page,
    enter,
    pageErrors,
  }) => {
    pageErrors.expected.push(/status of 409/);
    const when = new Date(Date.now() - 600_000).toISOString();
    const object = {
      ...{ cluster: "west-1", group: "networking.istio.io", version: "v1", kind: "VirtualService" },
      ...{ namespace: "shop", name: "reviews" },
    };
    const items: ChangesAnswer["items"] = [
      { id: "a", when, object, who: "ana", source: "meshscope", op: "update", revertable: true },
    ];
    // A change of ten minutes ago, and a server that says when it answers; nothing is taken back.
    const headers = () => ({ date: new Date().toUTCString() });
    await page.route(/\/api\/v1\/changes(\?|$)/, (route) =>
      route.fulfill({ headers: headers(), json: { items, unread: [] } satisfies ChangesAnswer }),
    );
    await page.route("**/api/v1/changes/revert", (route) =>
      route.fulfill({ status: 409, headers: headers(), json: { code: "conflict", detail: "Not now." } }),
    );
    await enter("editor");
    await page.clock.install({ time: Date.now() + wrong });
    const asked = page.waitForRequest("**/api/v1/changes/revert");
    await open(page, "/policies/changes?clusters=west-1&namespaces=shop");
    await page.getByRole("button", { name: "Take back the last 30 minutes" }).click();
    const { since } = (await asked).postDataJSON() as { readonly since: string };
    expect(off(since, 1800)).toBeLessThan(60);
  });
}
