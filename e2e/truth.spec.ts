import { expect, test } from "./support/test.ts";
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
