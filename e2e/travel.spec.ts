import { type Graph, LENSES } from "#lib/graph/model.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel } from "./support/topology.ts";

for (const lens of LENSES) {
  test(`by keys alone through lens ${lens}: from mark to mark, onto a call, and into the details of both`, async ({
    page,
    request,
  }) => {
    const { nodes, edges } = (await (await request.get(`/api/v1/graph?lens=${lens}`)).json()) as Graph;
    await openTopology(page, `?lens=${lens}&detail=workloads`);
    const graph = page.getByRole("application", { name: "Service graph" });
    const spoken = graph.locator("[aria-live=polite]");
    const heading = panel(page).getByRole("heading", { level: 2 });
    const name = async () => (await spoken.textContent())?.split(",")[0] ?? "";
    await graph.focus();
    await page.keyboard.press("ArrowDown");
    await expect(spoken).toContainText(/\d+ in, \d+ out/);
    const first = await name();
    expect(first).not.toBe("");
    await page.keyboard.press("Enter");
    await expect(heading).toHaveText(first);
    await page.keyboard.press("Enter");
    await expect(page.locator("[data-panel-body]")).toBeFocused();
    await graph.focus();

    // Wherever it began, in one of four directions there is another mark.
    expect(nodes.length).toBeGreaterThan(1);
    const seen = new Set([first]);
    for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
      await page.keyboard.press(`Shift+${key}`);
      seen.add(await name());
    }
    expect(seen.size).toBeGreaterThan(1);

    if (!edges.some(({ source, target }) => source !== target)) return;
    // From a mark that has no call to one side, on to the next.
    const onCall = async () => (await spoken.textContent())?.includes(" calls ") === true;
    const steps = ["ArrowRight", "ArrowLeft", "Shift+ArrowDown", "ArrowRight", "ArrowLeft", "Shift+ArrowRight"];
    for (let step = 0; step < 6 * steps.length && !(await onCall()); step += 1) {
      await page.keyboard.press(steps[step % steps.length] ?? "");
    }
    await expect(spoken).toContainText(" calls ");
    await page.keyboard.press("Enter");
    await expect(heading).toContainText("→");
    await page.keyboard.press("Escape");
    await expect(panel(page)).toHaveCount(0);
  });
}
