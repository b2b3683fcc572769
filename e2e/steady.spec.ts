import type { Page } from "@playwright/test";
import type { Graph, GraphDelta } from "#lib/graph/model.ts";
import { perSecond } from "#lib/units.ts";
import { type At, marks, nodesAt, pointOf } from "./support/marks.ts";
import type { Replay } from "./support/replay.ts";
import { expect, test } from "./support/test.ts";
import { panel, ready } from "./support/topology.ts";

const REFRESHES = 100;
/** The rate of every edge after the last refresh: when the page shows it, the page has seen them all. */
const LAST_RATE = 777;

/** A refresh in which every number is another one and some nodes change their state, but nothing comes or goes. */
function refresh(graph: Graph, seq: number): GraphDelta {
  const at = new Date(Date.parse(graph.at) + seq * 5_000).toISOString();
  const { window, latencyAt, configurationAt } = graph;
  return {
    seq,
    at,
    window,
    latencyAt,
    configurationAt,
    removed: { nodes: [], edges: [] },
    nodes: graph.nodes.map((node, i) => ({ ...node, health: (i + seq) % 7 === 0 ? "degraded" : node.health })),
    edges: graph.edges.map((edge, i) => ({
      ...edge,
      rate: perSecond(seq === REFRESHES ? LAST_RATE : 50 * (1 + Math.sin(seq + i))),
      health: (i + seq) % 11 === 0 ? "failing" : edge.health,
    })),
  };
}

async function refreshAll(page: Page, replay: Replay): Promise<void> {
  for (let seq = 1; seq <= REFRESHES; seq += 1) {
    replay.send(refresh(replay.graph, seq));
    // Every tenth is waited for, so that refreshes are drawn and not only the last of them.
    if (seq % 10 !== 0) continue;
    const drawn = await deltas(page);
    if (seq < REFRESHES) await expect.poll(() => deltas(page)).toBeGreaterThanOrEqual(drawn);
  }
}

const deltas = (page: Page) => page.evaluate(() => performance.getEntriesByName("topology:delta").length);

/** Points two pixels apart along lines through every mark: what is at them tells a shift of two pixels of any. */
function crosshairs(found: ReadonlyMap<string, At>): readonly At[] {
  const reach = 30;
  return [...found.values()].flatMap(({ x, y }) => [
    ...Array.from({ length: reach }, (_, i) => ({ x: x - reach + 2 * i, y })),
    ...Array.from({ length: reach }, (_, i) => ({ x, y: y - reach + 2 * i })),
  ]);
}

test("a hundred refreshes move nothing: places, camera, selection, pointer, scroll and focus stay", async ({
  page,
  replay,
}) => {
  test.setTimeout(120_000);
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  const { x, y } = pointOf(await marks(page), "catalog");
  await page.mouse.click(x, y);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
  await page.mouse.move(x - 300, y);
  await page.mouse.wheel(0, -120);
  const found = await marks(page);
  const points = crosshairs(found);
  const before = await nodesAt(page, points);
  const scroller = panel(page).locator(".overflow-auto").first();
  // What the panel asks for comes after what it has.
  await expect
    .poll(() => scroller.evaluate((element) => element.scrollHeight - element.clientHeight))
    .toBeGreaterThan(0);
  // As far as there is anything to scroll.
  const scrolled = await scroller.evaluate((element) => {
    element.scrollTop = 60;
    return element.scrollTop;
  });
  expect(scrolled).toBeGreaterThan(0);
  const pointed = pointOf(found, "cart");
  await page.mouse.move(pointed.x, pointed.y);
  const tip = page.getByTestId("graph").locator("canvas + div");
  await expect(tip).toContainText(/^cart, /);
  await page.getByTestId("graph").focus();

  await refreshAll(page, replay);
  await expect(panel(page)).toContainText(String(LAST_RATE));

  await expect(tip).toContainText(/^cart, /);
  await expect(page.getByTestId("graph")).toBeFocused();
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(scrolled);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
  expect(await nodesAt(page, points)).toEqual(before);
});

test("a hundred refreshes take neither the focus nor the scroll of the table", async ({ page, replay }) => {
  await page.goto(`${replay.url}/topology?view=table`);
  await ready(page);
  const table = page.getByRole("table", { name: "Nodes and edges" });
  const link = table.getByRole("link", { name: "storefront", exact: true });
  await link.focus();
  const scroller = page.locator(".overflow-auto").filter({ has: table });
  await scroller.evaluate((element) => {
    element.scrollTop = 200;
  });
  await refreshAll(page, replay);
  await expect(table).toContainText(String(LAST_RATE));
  await expect(link).toBeFocused();
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(200);
});
