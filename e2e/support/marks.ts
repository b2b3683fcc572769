/** Where marks are on the page, found as a person finds them: by what the pointer is told. */
import { expect, type Page } from "@playwright/test";

export interface At {
  readonly x: number;
  readonly y: number;
}

/** The node under each of these points of the page, by what the pointer is told there; "" where there is none. */
export function nodesAt(page: Page, points: readonly At[]): Promise<readonly string[]> {
  return page.evaluate((all) => {
    const canvas = document.querySelector("canvas");
    const tip = canvas?.nextElementSibling;
    if (!(canvas instanceof HTMLCanvasElement) || !(tip instanceof HTMLElement)) throw new Error("no drawing");
    const names = all.map(({ x, y }) => {
      canvas.dispatchEvent(
        new PointerEvent("pointermove", { clientX: x, clientY: y, pointerId: 1, pointerType: "mouse" }),
      );
      const text = tip.hidden ? "" : (tip.textContent ?? "");
      return /\d+ in, \d+ out$/.test(text) ? (text.split(",")[0] ?? "") : "";
    });
    canvas.dispatchEvent(new PointerEvent("pointerleave", { pointerId: 1, pointerType: "mouse" }));
    return names;
  }, points);
}

const square = (from: At, to: At, step: number): At[] => {
  const points: At[] = [];
  for (let x = from.x; x < to.x; x += step) for (let y = from.y; y < to.y; y += step) points.push({ x, y });
  return points;
};

/** The middle of all hits: near a mark's own, and so on it at any zoom. */
function middle(points: readonly At[]): At {
  const mean = (values: readonly number[]) => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
  return { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
}

async function gridOver(page: Page): Promise<readonly At[]> {
  const box = await page.locator("canvas").first().boundingBox();
  if (box === null) throw new Error("no drawing");
  return square({ x: box.x + 2, y: box.y + 2 }, { x: box.x + box.width, y: box.y + box.height }, 14);
}

function middles(grid: readonly At[], names: readonly string[]): ReadonlyMap<string, At> {
  const hits = Map.groupBy(
    grid.map((at, i) => ({ at, name: names[i] ?? "" })).filter(({ name }) => name !== ""),
    ({ name }) => name,
  );
  return new Map([...hits].map(([name, all]) => [name, middle(all.map(({ at }) => at))]));
}

/** One point of every node that can be seen, where nothing flies: as right after the page was opened. */
export async function marksAtRest(page: Page): Promise<ReadonlyMap<string, At>> {
  const grid = await gridOver(page);
  return middles(grid, await nodesAt(page, grid));
}

/** One point of every node that can be seen, once nothing flies any more. */
export async function marks(page: Page): Promise<ReadonlyMap<string, At>> {
  const grid = await gridOver(page);
  let names: readonly string[] = [];
  await expect
    .poll(async () => {
      const before = names;
      names = await nodesAt(page, grid);
      return names.some((name) => name !== "") && names.join() === before.join();
    })
    .toBe(true);
  return middles(grid, names);
}

/** Where a node is. */
export function pointOf(found: ReadonlyMap<string, At>, name: string): At {
  const at = found.get(name);
  if (at === undefined) throw new Error(`${name} isn't in the drawing`);
  return at;
}
