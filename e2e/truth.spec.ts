import type { Graph } from "#lib/graph/model.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel } from "./support/topology.ts";
import { compareWithTruth } from "./support/truth.ts";

test("the graph says what the simulator counted", async ({ demo }) => {
  test.setTimeout(240_000);
  // A burst at the window's edge may fall before one scrape and after another; a wrong number stays wrong in every window.
  await expect
    .poll(
      async () => {
        const { absent, invented, wrong, compared } = await compareWithTruth(demo, 60);
        return { absent, invented, wrong, enough: compared >= 5 };
      },
      { timeout: 200_000, intervals: [5_000] },
    )
    .toEqual({ absent: [], invented: [], wrong: [], enough: true });
});

test("a window is the asked one in every spelling, and another is refused by name", async ({ request }) => {
  const bodies = await Promise.all(
    ["60s", "1m"].map(async (window) => (await request.get(`/api/v1/graph?window=${window}`)).json()),
  );
  expect(bodies.map((body) => body.window)).toEqual(["1m", "1m"]);
  const refused = await request.get("/api/v1/graph?window=7s");
  expect(refused.status()).toBe(400);
  expect(await refused.json()).toMatchObject({ code: "bad_window", status: 400 });
});

const SHOP = "west-1/shop";
const PAYMENTS = "west-1/payments";

for (const { flag, what, edge, server, said } of [
  {
    flag: "UF",
    what: "refused connections",
    edge: `${PAYMENTS}/workload/payments>${PAYMENTS}/service/fraud>http`,
    server: `${PAYMENTS}/workload/fraud`,
    said: /for its service fraud never arrived\. The server's proxies \(2 pods\) saw 0 of these\./,
  },
  {
    flag: "NC",
    what: "a route to a subset that doesn't exist",
    edge: `${SHOP}/workload/storefront>${SHOP}/service/giftcards>http`,
    server: `${SHOP}/workload/giftcards`,
    said: /for its service giftcards never arrived\. The server's proxies \(1 pod\) saw 0 of these\./,
  },
  {
    flag: "UH",
    what: "a service without pods",
    edge: `${SHOP}/workload/cart>${SHOP}/service/coupons>http`,
    server: `${SHOP}/service/coupons`,
    said: /never arrived\. No workload that is drawn here is known behind this service: what its servers saw isn't known from this view\./,
  },
] as const) {
  test(`${flag}, ${what}: the lab's own edge is red, and its server's panel says what it saw of it`, async ({
    page,
    demo,
  }) => {
    test.setTimeout(240_000);
    // Fraud refuses for twenty seconds in every two minutes; a window of five has one whenever it begins.
    await expect
      .poll(
        async () => {
          const graph = (await (await fetch(`${demo.console}/api/v1/graph?window=5m`)).json()) as Graph;
          const found = graph.edges.find(({ id }) => id === edge);
          const flags = Object.keys(found?.flags ?? {});
          return { health: found?.health, flagged: flags.some((raw) => raw.split(",").includes(flag)) };
        },
        { timeout: 180_000, intervals: [3_000] },
      )
      .toEqual({ health: "failing", flagged: true });
    await openTopology(page, `?window=5m&selected=${encodeURIComponent(edge)}`);
    const details = panel(page);
    await expect(details.getByText("Failing.", { exact: true })).toBeVisible();
    await expect(details.getByText(new RegExp(`end with ${flag}`))).toBeVisible();
    await expect(details).toContainText(/never arrived\. /);
    await openTopology(page, `?window=5m&selected=${encodeURIComponent(server)}`);
    await expect(details).toContainText(said);
  });
}
