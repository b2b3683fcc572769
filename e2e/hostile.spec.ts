import type { Page } from "@playwright/test";
import type { Graph } from "#lib/graph/model.ts";
import { openReplay } from "./support/replay.ts";
import { expect, test } from "./support/test.ts";
import { panel, row } from "./support/topology.ts";

const IMAGE = "<img src=x onerror=alert(1)>";
const LONG = `${"a".repeat(250)}-v1`;
/** Hebrew with an override that turns round what follows. */
const TURNED = "\u202eשירות-אחד";

/** A few marks with names nobody chooses kindly, one of them in two clusters. */
function hostile(taken: Graph): Graph {
  const [node] = taken.nodes.filter(({ kind }) => kind === "workload");
  const [edge] = taken.edges.filter(({ protocol }) => protocol === "http");
  if (node === undefined || edge === undefined) throw new Error("the shop is empty");
  const workload = (name: string, cluster = "west-1") => ({
    ...node,
    id: `${cluster}/shop/workload/${encodeURIComponent(name)}`,
    cluster,
    namespace: "shop",
    workload: name,
    badges: [],
  });
  const nodes = [workload(IMAGE), workload(LONG), workload(TURNED), workload("cart"), workload("cart", "east-1")];
  const edges = nodes.slice(1).map((target, i) => {
    const source = nodes[i]?.id ?? "";
    return { ...edge, id: `${source}>${target.id}>http`, source, target: target.id };
  });
  return { ...taken, nodes: nodes.sort((a, b) => (a.id < b.id ? -1 : 1)), edges };
}

const HEBREW = TURNED.slice(1);

/** Every text that a canvas of the page has drawn. */
async function drawnTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (window as unknown as { drawnTexts: string[] }).drawnTexts);
}

test("endless names are cut where they stand and whole in their titles; right-to-left ones turn nothing beside them", async ({
  page,
  demo,
}) => {
  const replay = await openReplay(demo.console, hostile);
  await page.addInitScript(() => {
    const texts: string[] = [];
    Object.assign(window, { drawnTexts: texts });
    const draw = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
      texts.push(text);
      draw.call(this, text, ...at);
    };
  });
  try {
    await page.goto(`${replay.url}/topology`);
    await page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0);
    const texts = await drawnTexts(page);
    const turned = texts.filter((text) => text.includes("שירות"));
    expect(turned.length).toBeGreaterThan(0);
    expect(turned.filter((text) => text !== `\u2068${HEBREW}\u2069`)).toEqual([]);
    const long = texts.filter((text) => text.startsWith("aaa"));
    expect(long.length).toBeGreaterThan(0);
    expect(long.filter((text) => text.length > 60 || !/^a+…a*-?v?1$/.test(text))).toEqual([]);
    expect(texts.some((text) => text.startsWith("<img src"))).toBe(true);

    await page.goto(`${replay.url}/topology?view=table`);
    const endless = row(page, LONG);
    await expect(endless.locator("bdi")).toHaveAttribute("title", LONG);
    const cut = await endless.evaluate((link) => {
      const cell = link.closest("[role=cell]") as HTMLElement;
      return {
        line: link.getBoundingClientRect().height < 30,
        inside: link.getBoundingClientRect().right <= cell.getBoundingClientRect().right + 1,
      };
    });
    expect(cut).toEqual({ line: true, inside: true });
    // Who calls whom reads the same way round whatever the names are written in.
    await expect(row(page, `${LONG} → \u2068${HEBREW}\u2069`)).toBeVisible();
    await expect(row(page, `\u2068${HEBREW}\u2069 → cart`)).toBeVisible();
    await row(page, TURNED).click();
    await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText(TURNED);
    await expect(panel(page).getByRole("table", { name: "Called by" })).toBeVisible();
    expect(await unisolated(page)).toEqual([]);
    await row(page, `\u2068${HEBREW}\u2069 → cart`).click();
    await expect(panel(page).getByRole("heading", { level: 2 })).toContainText("cart");
    expect(await unisolated(page)).toEqual([]);
    await row(page, LONG).click();
    const heading = panel(page).getByRole("heading", { level: 2 });
    await expect(heading.locator("bdi")).toHaveAttribute("title", LONG);
    const [name, around] = await Promise.all([heading.boundingBox(), panel(page).boundingBox()]);
    expect((name?.x ?? 0) + (name?.width ?? 0)).toBeLessThanOrEqual((around?.x ?? 0) + (around?.width ?? 0));
  } finally {
    await replay.close();
  }
});

/** Texts of the page with the right-to-left name in them that neither an element nor a character isolates. */
function unisolated(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent ?? "";
      const element = node.parentElement;
      if (!text.includes("שירות") || element === null || element.closest("script, style") !== null) continue;
      if (/\u2068[^\u2069]*שירות[^\u2069]*\u2069/.test(text)) continue;
      const isolates = (at: Element | null): boolean =>
        at !== null &&
        at.textContent === text &&
        (/isolate|plaintext/.test(getComputedStyle(at).unicodeBidi) || isolates(at.parentElement));
      if (!isolates(element)) found.push(`${element.tagName}: ${element.parentElement?.textContent ?? text}`);
    }
    return found;
  });
}

test("hostile, endless and right-to-left names are drawn as text, and one name in two clusters is two marks", async ({
  page,
  demo,
}) => {
  const replay = await openReplay(demo.console, hostile);
  try {
    await page.goto(`${replay.url}/topology`);
    await page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0);
    const drawn = await page.evaluate(
      () => (performance.getEntriesByName("topology:painted") as PerformanceMark[])[0]?.detail as unknown,
    );
    expect(drawn).toEqual({ nodes: 5, edges: 4 });
    await expect(page.locator("img[src='x']")).toHaveCount(0);
    await page.goto(`${replay.url}/topology?view=table`);
    await expect(row(page, IMAGE)).toBeVisible();
    await expect(row(page, "cart")).toHaveCount(2);
    await row(page, IMAGE).click();
    await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText(IMAGE);
    await expect(page.locator("img[src='x']")).toHaveCount(0);
  } finally {
    await replay.close();
  }
});

const MARKS = 400;
const EDGES = 20_000;

/** So many edges that nobody can read them: everyone calls fifty others. */
function crowded(taken: Graph): Graph {
  const [node] = taken.nodes.filter(({ kind }) => kind === "workload");
  const [edge] = taken.edges.filter(({ protocol }) => protocol === "http");
  if (node === undefined || edge === undefined) throw new Error("the shop is empty");
  const id = (at: number) => `west-1/shop/workload/n${String(at % MARKS).padStart(4, "0")}`;
  const nodes = Array.from({ length: MARKS }, (_, at) => ({ ...node, id: id(at), workload: `n${at}`, badges: [] }));
  const edges = Array.from({ length: EDGES }, (_, at) => {
    const [source, target] = [id(at), id(at + 1 + Math.floor(at / MARKS))];
    return { ...edge, id: `${source}>${target}>http`, source, target };
  });
  return { ...taken, nodes, edges: edges.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

test("20,000 edges are drawn, every one, and the page goes on answering", async ({ page, demo }) => {
  test.setTimeout(120_000);
  const replay = await openReplay(demo.console, crowded);
  try {
    await page.goto(`${replay.url}/topology?detail=workloads`);
    await page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0, undefined, {
      timeout: 60_000,
    });
    const drawn = await page.evaluate(
      () => (performance.getEntriesByName("topology:painted") as PerformanceMark[])[0]?.detail as unknown,
    );
    expect(drawn).toEqual({ nodes: MARKS, edges: EDGES });
    await page.keyboard.press("t");
    await expect(page.getByRole("table", { name: "Nodes and edges" })).toBeVisible({ timeout: 30_000 });
  } finally {
    await replay.close();
  }
});
