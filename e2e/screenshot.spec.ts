import type { Graph } from "#lib/graph/model.ts";
import { expect, open, REVIEWS, review, test } from "./support/change.ts";
import { openTopology, panel } from "./support/topology.ts";

/** The README's pictures come from the demo, never by hand. Written only when asked for, so that a run leaves no trace. */
const wanted = process.env["MESHSCOPE_SCREENSHOTS"] === "1";
const edge = "west-1/shop/workload/storefront>west-1/shop/workload/cart>http";

const at = (name: string) => (wanted ? { path: `docs/screenshots/${name}.png` } : {});

for (const colorScheme of ["dark", "light"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the topology as the README shows it", async ({ page, request }) => {
      if (wanted) {
        test.setTimeout(240_000);
        // A mesh that has been running for the whole window, as a reader's has.
        const path = "/api/v1/graph?namespaces=shop&latency=off";
        const seen = async () => {
          const { edges } = (await (await request.get(path)).json()) as Graph;
          return edges.find(({ id }) => id === edge)?.requests ?? 0;
        };
        await expect.poll(seen, { timeout: 180_000 }).toBeGreaterThan(700);
      }
      await openTopology(page, `?clusters=west-1&namespaces=orders,shop&selected=${encodeURIComponent(edge)}`);
      await expect(panel(page).getByRole("figure").first()).toBeVisible({ timeout: 20_000 });
      // The whole graph beside the panel, wherever the link led.
      const fit = page.getByRole("button", { name: "Fit" });
      await fit.click();
      await fit.blur();
      await page.keyboard.press(".");
      await expect(page.getByRole("button", { name: /^Paused/ })).toBeVisible();
      await page.keyboard.press(".");
      await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
      const picture = await page.screenshot(at(`topology-${colorScheme}`));
      expect(picture.byteLength).toBeGreaterThan(20_000);
    });

    test("a shift that is read before it is written, as the README shows it", async ({ page, enter }) => {
      await enter("editor");
      await open(page, `${REVIEWS}/shift`);
      await page.getByRole("spinbutton", { name: "Share of v2 in percent" }).fill("25");
      await expect(page.locator("[data-share=wanted]")).toHaveText("75 / 25");
      await review(page);
      const picture = await page.screenshot(at(`shift-${colorScheme}`));
      expect(picture.byteLength).toBeGreaterThan(20_000);
    });
  });
}
