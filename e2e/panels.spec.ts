import type { Page } from "@playwright/test";
import type { GraphDelta, GraphEdge } from "#lib/graph/model.ts";
import { perSecond, ratio } from "#lib/units.ts";
import type { Replay } from "./support/replay.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, ready, row } from "./support/topology.ts";

test("the whole view has its totals, and they lead to what hurts", async ({ page }) => {
  await openTopology(page);
  await page.keyboard.press("i");
  const details = panel(page);
  await expect(details.getByRole("heading", { level: 2 })).toHaveText("The whole view");
  await expect(page).toHaveURL(/selected=graph/);
  await expect(details.getByRole("table", { name: "Traffic by direction and protocol" })).toContainText(/HTTP.*req\/s/);
  await expect(details.getByRole("table", { name: "Responses by direction and protocol" })).toContainText(/200.*%/);
  await expect(details.getByText(/\d+ of \d+ pods? reporting/).first()).toBeVisible();
  await page.keyboard.press("i");
  await expect(details).toHaveCount(0);
});

test("a node leads to its namespace, and its panel to the other places", async ({ page }) => {
  test.setTimeout(120_000);
  await openTopology(page, "?view=table");
  await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill("catalog");
  await row(page, "catalog").click();
  const details = panel(page);
  const traffic = details.getByRole("table", { name: "Traffic by direction and protocol" });
  await expect(traffic).toContainText(/In · .*req\/s/);
  await expect(details.getByRole("link", { name: "Policies of shop" })).toHaveAttribute(
    "href",
    "/policies?clusters=west-1&namespaces=shop",
  );
  await details.getByRole("link", { name: "shop · west-1" }).click();
  await expect(details.getByRole("heading", { level: 2 })).toHaveText("shop");
  await expect(details).toContainText(/Namespace · west-1 · \d+ marks/);
  await expect(traffic).toContainText("Inside · ");
  // A box has its history too, once the lab has run for a step of the chart.
  const chart = details.getByRole("img", { name: /^Requests and failures, inbound over the last hour/ });
  await expect(async () => {
    await page.reload();
    await expect(chart).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 90_000 });
});

/** The edge from storefront to catalog, changed. */
async function changed(page: Page, replay: Replay, change: (edge: GraphEdge) => GraphEdge): Promise<void> {
  const edge = replay.graph.edges.find(
    ({ source, target, protocol }) =>
      source.endsWith("/storefront") && target.endsWith("/catalog") && protocol === "http",
  );
  if (edge === undefined) throw new Error("the shop's first call is missing");
  await page.goto(`${replay.url}/topology?selected=${encodeURIComponent(edge.id)}`);
  await ready(page);
  const delta: GraphDelta = {
    ...replay.graph,
    seq: 1,
    at: new Date(Date.parse(replay.graph.at) + 1000).toISOString(),
    removed: { nodes: [], edges: [] },
    nodes: [],
    edges: [change(edge)],
  };
  await expect(panel(page).getByRole("heading", { level: 2 })).toContainText("catalog");
  replay.send(delta);
}

test("a failure that only the caller saw is red here and 0 at the server, with the limit that decided", async ({
  page,
  replay,
}) => {
  await changed(page, replay, (edge) => {
    const rate = edge.rate ?? 0;
    const lost = rate / 4;
    return {
      ...edge,
      health: "failing",
      errorRate: perSecond(lost),
      outcomes: {
        ...(edge.outcomes as NonNullable<GraphEdge["outcomes"]>),
        neverArrived: lost,
      } as GraphEdge["outcomes"],
      flags: { UF: perSecond(lost) },
      observers: { ...edge.observers, destination: { rate: perSecond(rate - lost), codes: {}, flags: {} } },
      limit: {
        direction: "inbound",
        outcomes: ["neverArrived", "server"],
        share: ratio(0.25),
        degraded: 0,
        failing: 10,
      },
    };
  });
  const details = panel(page);
  await expect(details.getByText("The server's proxy saw 0 of these.")).toBeVisible();
  await expect(details.getByText(/25 % never arrived or failed at the server\. .* failing from 10 % on/)).toBeVisible();
  await expect(details.getByText(/Upstream connection failure/).first()).toBeVisible();
});

test("a comparison is listed: what is new, and what fails more, with numbers then and now", async ({
  page,
  replay,
}) => {
  await changed(page, replay, (edge) => ({
    ...edge,
    change: "same",
    requests: 600,
    errorRate: perSecond(2),
    rate: perSecond(10),
    before: { ...edge, requests: 600, rate: perSecond(10), errorRate: perSecond(0) },
  }));
  await expect(panel(page).getByRole("table", { name: "Then and now" })).toContainText(/Errors.*20 %/);
  await page.keyboard.press("i");
  const list = panel(page).getByRole("table", { name: "Failing more" });
  await expect(list).toContainText("storefront → catalog");
  await list.getByRole("link").first().click();
  await expect(panel(page).getByRole("heading", { level: 2 })).toContainText("catalog");
});
