import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

/** Far from the server's, which has no idea what time it is for whoever looks. */
test.use({ timezoneId: "Asia/Kolkata" });

const CATALOG = encodeURIComponent("west-1/shop/workload/catalog");
const EDGE = encodeURIComponent("west-1/shop/workload/storefront>west-1/shop/workload/catalog>http");
const ago = (seconds: number) => new Date(Math.floor(Date.now() / 5000) * 5000 - seconds * 1000).toISOString();

/** What the server wrote must be what the browser's first rendering writes; the page says so as error 418 where it isn't. */
for (const [what, query] of [
  ["a node", () => `?selected=${CATALOG}`],
  ["an edge", () => `?selected=${EDGE}`],
  ["everything", () => "?selected=graph"],
  ["a node, as a table", () => `?view=table&selected=${CATALOG}`],
  ["a node at an instant", () => `?at=${ago(30)}&selected=${CATALOG}`],
  ["a comparison", () => `?at=${ago(10)}&compareAt=${ago(40)}&selected=graph`],
] as const) {
  test(`a link to ${what} is rendered alike by server and browser, whatever the zones of their clocks`, async ({
    page,
    pageErrors,
  }) => {
    await page.goto(`/topology${query()}`);
    await ready(page);
    await expect(page.getByTestId("panel").getByRole("heading", { level: 2 })).not.toHaveText("");
    expect(pageErrors.expected).toEqual([]);
  });
}
