import type { Page } from "@playwright/test";
import type { Graph } from "#lib/graph/model.ts";
import { openReplay } from "./support/replay.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, ready } from "./support/topology.ts";

const CATALOG = "west-1/shop/workload/catalog";

/** What the last frame drew. */
const painted = (page: Page) =>
  page.evaluate(() => {
    const frames = [
      ...performance.getEntriesByName("topology:painted"),
      ...performance.getEntriesByName("topology:delta"),
    ] as PerformanceMark[];
    return frames.at(-1)?.detail as { nodes: number; edges: number };
  });

test("f focuses what is selected, the rest stays dimmed in its place, and Back returns", async ({ page, replay }) => {
  await page.goto(`${replay.url}/topology?selected=${CATALOG}`);
  await ready(page);
  await expect(panel(page)).toBeVisible();
  const whole = await painted(page);
  await page.keyboard.press("f");
  await expect(page).toHaveURL(/focus=west-1\/shop\/workload\/catalog/);
  const bar = page.getByTestId("focus-bar");
  await expect(bar).toContainText(/Around catalog\d+ marks/);
  expect(await painted(page)).toEqual(whole);
  await bar.getByRole("button", { name: "One step fewer" }).click();
  await expect(page).toHaveURL(/steps=1/);
  await bar.getByRole("button", { name: "Only these" }).click();
  await expect.poll(async () => (await painted(page)).nodes).toBeLessThan(whole.nodes);
  await page.goBack();
  await expect.poll(() => painted(page)).toEqual(whole);
  await page.goBack();
  await expect(bar).toHaveCount(0);
});

test("a namespace collapses into one mark in its place and opens again, and the address says so", async ({ page }) => {
  await openTopology(page, `?selected=${CATALOG}`);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("catalog");
  const whole = await painted(page);
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/fold=shop/);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("shop");
  await expect.poll(async () => (await painted(page)).nodes).toBeLessThan(whole.nodes);
  await page.keyboard.press("c");
  await expect(page).not.toHaveURL(/fold=/);
  await expect.poll(async () => (await painted(page)).nodes).toBe(whole.nodes);
});

test("protocols, boxes and what edges say are chosen at once and kept in the address", async ({ page, replay }) => {
  const tcp = replay.graph.edges.filter(({ protocol }) => protocol === "tcp").length;
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  await page.getByRole("button", { name: "Display" }).click();
  const display = page.getByRole("dialog", { name: "How it is drawn" });
  for (const name of ["HTTP", "gRPC"]) await display.getByLabel(name, { exact: true }).click();
  await expect(page).toHaveURL(/protocols=tcp/);
  await expect.poll(async () => (await painted(page)).edges).toBe(tcp);
  await display.getByLabel("Apps", { exact: true }).click();
  await display.getByLabel("p95", { exact: true }).click();
  await display.getByLabel("mTLS share", { exact: true }).click();
  await expect(page).toHaveURL(/boxes=cluster,namespace,app/);
  await expect(page).toHaveURL(/edgeLabels=p95,mtls/);
  await page.reload();
  await ready(page);
  await expect.poll(async () => (await painted(page)).edges).toBe(tcp);
});

const callOfCatalog = ({ edges }: Graph) => edges.find(({ target, half }) => target === CATALOG && half === undefined);

/** All is well but for one call, so that what must be drawn follows from the graph alone. */
function oneSick(taken: Graph): Graph {
  const call = callOfCatalog(taken);
  if (call === undefined) throw new Error("nobody calls catalog");
  const [failing, healthy] = ["failing", "healthy"] as const;
  return {
    ...taken,
    nodes: taken.nodes.map((node) => ({ ...node, health: node.id === CATALOG ? failing : healthy })),
    edges: taken.edges.map((edge) => ({ ...edge, health: edge.id === call.id ? failing : healthy })),
  };
}

test("only what is unhealthy and its neighbours", async ({ page, demo }) => {
  // A demo that has just begun has counted nothing twice yet.
  await expect
    .poll(async () => callOfCatalog((await (await fetch(`${demo.console}/api/v1/graph`)).json()) as Graph))
    .toBeDefined();
  const replay = await openReplay(demo.console, oneSick);
  try {
    const { nodes, edges } = replay.graph;
    // The call is sick, so that its caller is too; and what lies one call from either of them.
    const caller = edges.find(({ health }) => health === "failing")?.source ?? "";
    const sick = new Set([CATALOG, caller]);
    const near = new Set([
      ...sick,
      ...edges.flatMap(({ source, target }) => (sick.has(source) ? target : sick.has(target) ? source : [])),
    ]);
    expect(near.size).toBeGreaterThan(sick.size);
    expect(near.size).toBeLessThan(nodes.length);
    await page.goto(`${replay.url}/topology?show=trouble`);
    await ready(page);
    await expect.poll(async () => (await painted(page)).nodes).toBe(near.size);
    const well = { health: "healthy" } as const;
    const all = await openReplay(demo.console, () => ({
      ...replay.graph,
      nodes: nodes.map((node) => ({ ...node, ...well })),
      edges: edges.map((edge) => ({ ...edge, ...well })),
    }));
    try {
      await page.goto(`${all.url}/topology?show=trouble`);
      await ready(page);
      await expect(page.locator("[data-notice=all-well]")).toContainText("Nothing is unhealthy");
      await page.getByRole("button", { name: "Show everything" }).click();
      await expect.poll(async () => (await painted(page)).nodes).toBe(nodes.length);
    } finally {
      await all.close();
    }
  } finally {
    await replay.close();
  }
});

/** Animation frames that the page asks for while a timer of it runs twenty times. */
const framesMeanwhile = (page: Page) =>
  page.evaluate(async () => {
    const ask = window.requestAnimationFrame;
    let asked = 0;
    window.requestAnimationFrame = (call) => {
      asked += 1;
      return ask.call(window, call);
    };
    for (let tick = 0; tick < 20; tick++) await new Promise((resolve) => window.setTimeout(resolve, 16));
    window.requestAnimationFrame = ask;
    return asked;
  });

test("traffic moves when it is asked to, and nothing is drawn when nothing happens or motion is unwelcome", async ({
  page,
  replay,
}) => {
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  await expect.poll(() => framesMeanwhile(page)).toBe(0);
  await page.goto(`${replay.url}/topology?animate=on`);
  await ready(page);
  await expect.poll(() => framesMeanwhile(page)).toBeGreaterThan(3);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.reload();
  await ready(page);
  await expect.poll(() => framesMeanwhile(page)).toBe(0);
});

test("the minimap comes when there is more than can be seen, and a press on it goes there", async ({
  page,
  replay,
}) => {
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  const map = page.getByTestId("minimap");
  await expect(map).toBeHidden();
  await page.getByTestId("graph").focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press("+");
  await expect(map).toBeVisible();
  const box = await map.boundingBox();
  if (box === null) throw new Error("no minimap");
  const view = map.locator("div");
  const left = async () => (await view.boundingBox())?.x ?? Number.NaN;
  await page.mouse.click(box.x + 20, box.y + box.height / 2);
  const before = await left();
  await page.mouse.click(box.x + box.width - 20, box.y + box.height / 2);
  expect(await left()).toBeGreaterThan(before + box.width / 2);
});
