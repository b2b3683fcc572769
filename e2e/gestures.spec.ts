import type { Page } from "@playwright/test";
import { type At, marks, nodesAt, pointOf } from "./support/marks.ts";
import { expect, test } from "./support/test.ts";
import { panel, ready } from "./support/topology.ts";

test("a drag moves the map with the hand and selects nothing", async ({ page, replay }) => {
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  const { x, y } = pointOf(await marks(page), "catalog");
  const by = { x: -60, y: 40 };
  // Begun on a mark, so that a click would select it.
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by.x / 2, y + by.y / 2);
  await page.mouse.move(x + by.x, y + by.y);
  await page.mouse.up();
  expect(await nodesAt(page, [{ x: x + by.x, y: y + by.y }])).toEqual(["catalog"]);
  await expect(panel(page)).toHaveCount(0);
  await page.mouse.click(x + by.x, y + by.y);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
});

test("the wheel zooms around the pointer, with Shift it slides", async ({ page, replay }) => {
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  const before = await marks(page);
  const still = pointOf(before, "catalog");
  const other = pointOf(before, "storefront");
  await page.mouse.move(still.x, still.y);
  await page.mouse.wheel(0, -200);
  const after = await marks(page);
  expect(await nodesAt(page, [still])).toEqual(["catalog"]);
  const apart = (point: At) => Math.hypot(point.x - still.x, point.y - still.y);
  expect(apart(pointOf(after, "storefront"))).toBeGreaterThan(1.2 * apart(other));
  await page.keyboard.down("Shift");
  await page.mouse.wheel(0, 100);
  await page.keyboard.up("Shift");
  expect(await nodesAt(page, [{ x: still.x - 100, y: still.y }])).toEqual(["catalog"]);
});

test("the next gesture goes on from where the map was brought without a hand", async ({ page, replay }) => {
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  const { x, y } = pointOf(await marks(page), "catalog");
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -300);
  await page.keyboard.press("f");
  const { x: left, y: top } = pointOf(await marks(page), "catalog");
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(left + 20, top + 20);
  await page.mouse.move(left + 50, top + 30);
  await page.mouse.up();
  expect(await nodesAt(page, [{ x: left + 50, y: top + 30 }])).toEqual(["catalog"]);
});

test("an area is zoomed to: by a drag with Shift, by keys alone, and not after Esc", async ({ page, replay }) => {
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  const whole = await marks(page);
  const { x, y } = pointOf(whole, "catalog");
  const apart = (found: ReadonlyMap<string, At>) => {
    const [a, b] = [pointOf(found, "catalog"), pointOf(found, "storefront")];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  const area = page.getByTestId("area");
  await page.keyboard.down("Shift");
  await page.mouse.move(x - 90, y - 60);
  await page.mouse.down();
  await page.mouse.move(x - 40, y - 30);
  await expect(area).toBeFocused();
  await page.mouse.move(x + 90, y + 60);
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await expect(area).toHaveCount(0);
  const box = await page.locator("canvas").first().boundingBox();
  if (box === null) throw new Error("no drawing");
  const near = pointOf(await marks(page), "catalog");
  expect(Math.hypot(near.x - box.x - box.width / 2, near.y - box.y - box.height / 2)).toBeLessThan(60);

  // Nothing is selected: the whole map again.
  await page.keyboard.press("s");
  await expect.poll(async () => apart(await marks(page))).toBeCloseTo(apart(whole), -1);
  await page.keyboard.press("z");
  await expect(area).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Escape");
  await expect(area).toHaveCount(0);
  expect(apart(await marks(page))).toBeCloseTo(apart(whole), -1);
});

test("what is selected is moved by a drag, marks by keys too; it stays there after a reload, and is taken back", async ({
  page,
  replay,
}) => {
  await page.goto(`${replay.url}/topology?selected=west-1/shop/workload/catalog`);
  await ready(page);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
  /** Where catalog is, seen from storefront, in lengths of what doesn't move. */
  const place = async () => {
    await page.getByRole("button", { name: "Fit", exact: true }).click();
    const found = await marks(page);
    const [catalog, storefront, cart] = ["catalog", "storefront", "cart"].map((name) => pointOf(found, name));
    if (catalog === undefined || storefront === undefined || cart === undefined) throw new Error("no marks");
    const length = Math.hypot(cart.x - storefront.x, cart.y - storefront.y);
    return { at: catalog, x: (catalog.x - storefront.x) / length, y: (catalog.y - storefront.y) / length };
  };
  const before = await place();
  const { x, y } = before.at;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 20, y + 30);
  await expect(page.getByTestId("held")).toBeVisible();
  await page.mouse.move(x + 40, y + 90);
  await page.mouse.up();
  await expect(page.getByTestId("held")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Undo move" })).toBeVisible();
  const moved = await place();
  expect(Math.hypot(moved.at.x - x, moved.at.y - y)).toBeGreaterThan(12);
  await page.reload();
  await ready(page);
  const again = await place();
  expect(again.x).toBeCloseTo(moved.x, 0);
  expect(again.y).toBeCloseTo(moved.y, 0);

  const graph = page.getByRole("application", { name: "Service graph" });
  await graph.focus();
  await page.keyboard.press("Alt+ArrowDown");
  await expect(graph.locator("[aria-live=polite]")).toHaveText("catalog moved down.");
  await page.keyboard.press("u");
  await expect(page.getByRole("button", { name: "Undo move" })).toHaveCount(0);
  expect((await place()).y).toBeCloseTo(again.y, 1);
});

test("a link has what was moved by hand: a browser that has never been here shows the same map", async ({
  page,
  browser,
  context,
  replay,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const fitted = async (on: Page) => {
    await ready(on);
    await on.getByRole("button", { name: "Fit", exact: true }).click();
    return marks(on);
  };
  await page.goto(`${replay.url}/topology?selected=west-1/shop/workload/catalog`);
  const before = await fitted(page);
  const graph = page.getByRole("application", { name: "Service graph" });
  await graph.focus();
  for (const _ of [1, 2, 3]) {
    await page.keyboard.press("Alt+ArrowDown");
    await expect(graph.locator("[aria-live=polite]")).toHaveText("catalog moved down.");
  }
  const mine = await fitted(page);
  expect(pointOf(mine, "catalog")).not.toEqual(pointOf(before, "catalog"));
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(page.getByText(/What was moved by hand is in the link/)).toBeVisible();
  await page.getByRole("button", { name: "Copy the link" }).click();
  await expect(page.getByText("Link copied.")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const yours = await other.newPage();
    await yours.goto(link);
    const theirs = await fitted(yours);
    expect([...theirs.keys()].sort()).toEqual([...mine.keys()].sort());
    for (const [name, { x, y }] of mine) {
      const there = pointOf(theirs, name);
      expect(Math.hypot(there.x - x, there.y - y), name).toBeLessThan(15);
    }
  } finally {
    await other.close();
  }
});
