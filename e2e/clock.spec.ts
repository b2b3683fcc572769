import { openReplay } from "./support/replay.ts";
import { expect, test } from "./support/test.ts";
import { ready } from "./support/topology.ts";

const HOUR = 3_600_000;

for (const [how, off] of [
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
      await page.clock.install({ time: Date.now() + off });
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
}
