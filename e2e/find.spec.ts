import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { type At, marksAtRest, nodesAt, pointOf } from "./support/marks.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, row } from "./support/topology.ts";

const field = (page: Page, name: "Find" | "Hide") => page.getByRole("combobox", { name, exact: true });
const summary = (page: Page) => page.getByTestId("find-summary");
const query = (of: Readonly<Record<string, string>>) => `?${new URLSearchParams(of)}`;

/** How much of a mark at a point of the page stands out from the ground, which is most of what is around it. */
function ink(page: Page, at: At): Promise<number> {
  return page
    .locator("canvas")
    .first()
    .evaluate((canvas, point) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no drawing");
      const box = canvas.getBoundingClientRect();
      const [x, y] = [Math.round(point.x - box.x) - 24, Math.round(point.y - box.y) - 24];
      const context = canvas.getContext("2d");
      if (context === null) throw new Error("no 2D canvas");
      const { data } = context.getImageData(x, y, 48, 48);
      const ground = [0, 1, 2, 3].map((channel) => {
        const values = data.filter((_, i) => i % 4 === channel).sort();
        return values[values.length / 2] ?? 0;
      });
      return data.reduce((sum, value, i) => sum + Math.abs(value - (ground[i % 4] ?? 0)), 0);
    }, at);
}

test("/ goes to the field, letters and Enter write an expression, and what it finds is counted", async ({ page }) => {
  await openTopology(page);
  await page.keyboard.press("/");
  await expect(field(page, "Find")).toBeFocused();
  await page.keyboard.type("lat");
  await expect(page.getByRole("option", { name: /^latency\.p95/ })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(field(page, "Find")).toHaveValue("latency.p95 ");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { selected: true })).toHaveText(/^>\s*more than/);
  await page.keyboard.press("Enter");
  await page.keyboard.type("0ms AND target.name = catalog");
  await page.keyboard.press("Enter");
  await expect(field(page, "Find")).toHaveValue("latency.p95 > 0ms AND target.name = catalog");
  await expect(summary(page)).toHaveText(/^\d+ edges? found$/);
  await expect(page).toHaveURL(/find=latency\.p95/);
  await page.keyboard.press("Escape");
  await expect(field(page, "Find")).toHaveValue("");
  await expect(summary(page)).toHaveText("");
  await expect(page).not.toHaveURL(/find=/);
});

test("values are those of the graph", async ({ page }) => {
  await openTopology(page);
  await field(page, "Find").fill("namespace = sh");
  await expect(page.getByRole("option", { name: /^shop\b/ })).toBeVisible();
  await page.getByRole("option", { name: /^shop\b/ }).click();
  await expect(field(page, "Find")).toHaveValue("namespace = shop ");
  await expect(field(page, "Find")).toBeFocused();
  await expect(summary(page)).toHaveText(/^\d+ nodes found$/);
});

test("what is found stays in ink, the rest steps back", async ({ page }) => {
  await openTopology(page);
  const places = await marksAtRest(page);
  const [found, other] = [pointOf(places, "catalog"), pointOf(places, "cart")];
  const before = { found: await ink(page, found), other: await ink(page, other) };
  await field(page, "Find").fill("name = catalog");
  await expect(summary(page)).toHaveText("1 node found");
  await field(page, "Find").blur();
  const kept = async (at: At, was: number) => (await ink(page, at)) / was;
  await expect.poll(() => kept(other, before.other)).toBeLessThan(0.4);
  // Around what is found edges fade too, and live numbers change; its own mark doesn't.
  expect(await kept(found, before.found)).toBeGreaterThan(2 * (await kept(other, before.other)));
});

test("what is hidden is left out, and nothing else moves; shown again, it stands where it stood", async ({ page }) => {
  await openTopology(page);
  const before = await marksAtRest(page);
  const places = [pointOf(before, "cart"), pointOf(before, "storefront")];
  await field(page, "Hide").fill("name = cart OR protocol = tcp");
  await expect(summary(page)).toHaveText(/^\d+ nodes? and \d+ edges hidden$/);
  await field(page, "Hide").blur();
  expect(await nodesAt(page, places)).toEqual(["", "storefront"]);
  await page.getByRole("button", { name: "Clear hide" }).click();
  await expect(summary(page)).toHaveText("");
  await expect.poll(() => nodesAt(page, places)).toEqual(["cart", "storefront"]);
});

test("an error stands under its character, and the last expression stays in force", async ({ page }) => {
  await openTopology(page);
  const find = field(page, "Find");
  await find.fill("name = cart");
  await expect(summary(page)).toHaveText("1 node found");
  await find.fill("name = cart OR helthy OR idle");
  await page.keyboard.press("Enter");
  await expect(find).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert").filter({ hasText: "helthy" })).toHaveText(
    "There is no operand 'helthy'. Did you mean healthy?",
  );
  await expect(find).toHaveAccessibleDescription(/Did you mean healthy/);
  await expect(summary(page)).toHaveText("1 node found");
  await find.fill("name = cart OR healthy OR idle");
  await expect(find).toHaveAttribute("aria-invalid", "false");
  await expect(summary(page)).toHaveText(/^\d+ nodes found$/);
});

test("the address brings find and hide back, and Back undoes them", async ({ page }) => {
  await openTopology(page, query({ find: "name = cart", hide: "name = catalog" }));
  await expect(field(page, "Find")).toHaveValue("name = cart");
  await expect(field(page, "Hide")).toHaveValue("name = catalog");
  await expect(summary(page)).toHaveText(/^1 node found, 1 node and \d+ edges hidden$/);
  await page.getByRole("button", { name: "Clear find" }).click();
  await expect(summary(page)).toHaveText(/^1 node and \d+ edges hidden$/);
  await page.goBack();
  await expect(field(page, "Find")).toHaveValue("name = cart");
  await expect(summary(page)).toHaveText(/^1 node found,/);
});

test("presets are a press away, and an own one is kept", async ({ page }) => {
  await openTopology(page);
  await page.getByRole("button", { name: "Presets" }).click();
  const presets = page.getByRole("dialog", { name: "Presets" });
  await presets.getByRole("button", { name: "Unhealthy nodes" }).click();
  await expect(field(page, "Find")).toHaveValue("NOT healthy");
  await expect(summary(page)).toHaveText(/found$/);
  await page.getByRole("button", { name: "Presets" }).click();
  await presets.getByRole("textbox", { name: "Name to save it under" }).fill("Morning round");
  await presets.getByRole("button", { name: "Save" }).click();
  await page.goto("/topology");
  await expect(field(page, "Find")).toHaveValue("");
  await page.getByRole("button", { name: "Presets" }).click();
  await presets.getByRole("button", { name: /^Morning round/ }).click();
  await expect(field(page, "Find")).toHaveValue("NOT healthy");
  await page.getByRole("button", { name: "Presets" }).click();
  await presets.getByRole("button", { name: "Forget Morning round" }).click();
  await expect(presets.getByRole("button", { name: /^Morning round/ })).toHaveCount(0);
});

test("the table lists what is found first and leaves out what is hidden; going to it by name shows it", async ({
  page,
}) => {
  await openTopology(page, query({ view: "table", find: "name = catalog", hide: "name = cart" }));
  const links = page.getByRole("table", { name: "Nodes and edges" }).getByRole("link");
  await expect(links.first()).toHaveText("catalog");
  await page.getByRole("searchbox", { name: "Filter the rows by name" }).fill("storefront →");
  await expect(row(page, "storefront → catalog")).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("cart");
  await expect(page.getByRole("option").first()).toContainText("hidden");
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("cart");
  await expect(field(page, "Hide")).toHaveValue("");
});

test("hiding everything says so, with the way back", async ({ page }) => {
  await openTopology(page);
  await field(page, "Hide").fill("cluster");
  await expect(page.getByRole("heading", { name: "Everything is hidden" })).toBeVisible();
  await page.getByRole("button", { name: "Show it again" }).click();
  await expect(summary(page)).toHaveText("");
  await expect(page.getByRole("heading", { name: "Everything is hidden" })).toHaveCount(0);
});

test("what the graph can't answer is said", async ({ page }) => {
  // What the shop's catalog is asked for is classified, and nobody there asks it.
  await openTopology(page, query({ find: "operation = get", clusters: "east-1" }));
  await expect(summary(page)).toContainText("nothing found");
  await expect(summary(page)).toContainText("No request here is classified, so operations are unknown");
});

test("what an expression speaks of is drawn for it, or offered, and can be left out", async ({ page }) => {
  await openTopology(page, query({ find: "latency.p95 > 0ms AND target.rank >= 1" }));
  const aids = page.getByTestId("find-aids");
  await expect(aids).toHaveText(/^Drawn for it: p95, Rank by callers/);
  await aids.getByRole("button", { name: "Leave out" }).click();
  await expect(page).toHaveURL(/aids=off/);
  await expect(aids).toHaveText(/^Not drawn for it: p95, Rank by callers/);
  await field(page, "Find").fill("kind = service");
  await page.keyboard.press("Enter");
  await expect(aids).toContainText(/services? .*marks? here/i);
  await aids.getByRole("button", { name: "Draw services" }).click();
  await expect(page).toHaveURL(/services=on/);
  await expect(aids).toHaveCount(0);
  await page.goBack();
  await expect(aids).toContainText(/services? .*marks? here/i);
});

test("labels are asked for when an expression names one", async ({ page }) => {
  await openTopology(page, query({ find: "label:app" }));
  await expect(summary(page)).toContainText(/\d nodes? found/);
});

for (const scheme of ["dark", "light"] as const) {
  test.describe(`${scheme} theme`, () => {
    test.use({ colorScheme: scheme });

    test("has no serious finding of axe: list, error, presets and help", async ({ page }) => {
      const serious = async () => {
        const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
        return violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
      };
      await openTopology(page);
      await field(page, "Find").fill("helthy AND ra");
      await expect(page.getByRole("option").first()).toBeVisible();
      expect(await serious(), "list and error").toEqual([]);
      await field(page, "Find").blur();
      await page.getByRole("button", { name: "Presets" }).click();
      await expect(page.getByRole("dialog", { name: "Presets" })).toBeVisible();
      expect(await serious(), "presets").toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "The language of find and hide" }).click();
      const help = page.getByRole("dialog", { name: "The language of find and hide" });
      await help.getByRole("searchbox", { name: "Search operands" }).fill("principal");
      await expect(help.getByRole("row")).toHaveCount(3);
      expect(await serious(), "help").toEqual([]);
    });
  });
}
