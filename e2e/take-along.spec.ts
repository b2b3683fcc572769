import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import type { Graph } from "#lib/graph/model.ts";
import { startConsole } from "./support/console.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, ready } from "./support/topology.ts";

const share = (page: Page) => page.getByRole("button", { name: "Share", exact: true });

/** Presses a button of the menu and reads what the browser saved. */
async function saved(page: Page, name: string): Promise<{ readonly file: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  return { file: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test("the view is taken along as a picture, as vectors and as data", async ({ page }) => {
  await openTopology(page);
  await share(page).click();
  const png = await saved(page, "PNG");
  expect(png.file).toMatch(/^topology-all-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.png$/);
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  // Under the drawing is the room for time, scope and legend.
  const height = await page
    .locator("canvas")
    .first()
    .evaluate((canvas) => (canvas as HTMLCanvasElement).height);
  expect(png.bytes.readUInt32BE(20)).toBe(height + 70);

  const whole = await saved(page, "PNG, whole map");
  expect(whole.bytes.subarray(1, 4).toString()).toBe("PNG");
  const [width, tall] = [whole.bytes.readUInt32BE(16), whole.bytes.readUInt32BE(20)];
  await expect(page.getByText(`${width} × ${tall} pixels.`)).toBeVisible();
  // Wherever one looks, the whole map is the same.
  await page.keyboard.press("Escape");
  await page.locator("canvas").first().hover();
  await page.mouse.wheel(0, -600);
  await share(page).click();
  const again = await saved(page, "PNG, whole map");
  expect([again.bytes.readUInt32BE(16), again.bytes.readUInt32BE(20)]).toEqual([width, tall]);

  const svg = (await saved(page, "SVG")).bytes.toString();
  const parsed = await page.evaluate((text) => {
    const read = new DOMParser().parseFromString(text, "image/svg+xml");
    return {
      broken: read.querySelector("parsererror") !== null,
      edges: read.querySelectorAll("path[marker-end]").length,
    };
  }, svg);
  expect(parsed.broken).toBe(false);
  expect(svg).toContain(">catalog</text>");
  expect(svg).toContain("Clusters all");

  const { file, bytes } = await saved(page, "JSON");
  expect(file).toMatch(/\.json$/);
  const graph = JSON.parse(bytes.toString()) as Graph;
  expect(graph.edges.length).toBeGreaterThan(5);
  expect(graph.edges[0]).toHaveProperty("observers");
});

test("a link is offered frozen, and shows that instant", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.route("**/api/v1/marks?*", (route) => route.fulfill({ json: { items: [], knownSince: [] } }));
  await openTopology(page);
  await share(page).click();
  await page.getByRole("button", { name: "Freeze and copy" }).click();
  await expect(page.getByText("Frozen, and the link copied.")).toBeVisible();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.searchParams.get("at")).toMatch(/^20/);
  // A map that grew since it was laid out takes its places along; the page itself has them.
  link.searchParams.delete("moved");
  await expect(page).toHaveURL(link.href);
});

test("a view is saved under a name, opened again, and deleted", async ({ page }) => {
  await openTopology(page, "?view=table&window=5m");
  await share(page).click();
  await page.getByRole("textbox", { name: "Name of this view" }).fill("<b>Rows</b>");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Saved as <b>Rows</b>." })).toBeVisible();
  await openTopology(page);
  await share(page).click();
  await page.getByRole("link", { name: "<b>Rows</b>" }).click();
  await expect(page).toHaveURL(/window=5m.*view=table/);
  await ready(page);
  await share(page).click();
  await page.getByRole("button", { name: "Delete <b>Rows</b>" }).click();
  await expect(page.getByText("None yet. They stay in this browser.")).toBeVisible();
});

test("saved views go to another browser as a file; what is no view is left out", async ({ page }) => {
  await openTopology(page, "?view=table");
  await share(page).click();
  const list = [{ name: "Mine", search: "?window=5m" }, { name: 1 }, "x"];
  await page.getByLabel("File of saved views").setInputFiles({
    name: "views.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(list)),
  });
  await expect(page.getByText("1 view imported.")).toBeVisible();
  const { bytes } = await saved(page, "Export the list");
  expect(JSON.parse(bytes.toString())).toEqual([{ name: "Mine", search: "?window=5m" }]);
});

test("a wall shows the graph alone", async ({ page }) => {
  await openTopology(page, "?kiosk=1");
  await expect(page.getByTestId("graph")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Places" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Search" })).toHaveCount(0);
  const [box, view] = [await page.locator("canvas").first().boundingBox(), page.viewportSize()];
  expect(box).toEqual({ x: 0, y: 0, width: view?.width, height: view?.height });
});

test("the page fills the screen and comes back, by the palette and by the browser's own way out", async ({ page }) => {
  await openTopology(page);
  const full = () => page.evaluate(() => document.fullscreenElement !== null);
  const run = async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /Find a workload/ }).fill("Full screen");
    await page.getByRole("option", { name: /Full screen, or back/ }).click();
  };
  expect(await full()).toBe(false);
  await run();
  await expect.poll(full).toBe(true);
  await run();
  await expect.poll(full).toBe(false);
  await run();
  await expect.poll(full).toBe(true);
  await page.evaluate(() => document.exitFullscreen());
  await expect.poll(full).toBe(false);
  await run();
  await expect.poll(full).toBe(true);
});

/** A page of another origin that frames an address. */
async function frame(address: string): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Wall</title><iframe src="${address}" width="900" height="600"></iframe>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, server };
}

test("who is named may frame the graph, and nobody else", async ({ page, pageErrors, demo }) => {
  // A console of its own has to start.
  test.setTimeout(180_000);
  pageErrors.expected.push(/frame-ancestors|Refused to frame|Framing/);
  const dir = process.env.MESHSCOPE_E2E_DIR ?? "";
  const own = await startConsole(dir, { guest: "view" }, { frameAncestors: ["http://localhost:*"] });
  const frames = await Promise.all([own.url, demo.console].map((url) => frame(`${url}/topology?kiosk=1`)));
  try {
    await page.goto(frames[0]?.url ?? "");
    await expect(page.frameLocator("iframe").getByTestId("graph")).toBeVisible({ timeout: 60_000 });
    // Another origin than the one that is named, on the same console; and a console that names none.
    const elsewhere = (frames[0]?.url ?? "").replace("//localhost", "//127.0.0.1");
    for (const refused of [elsewhere, frames[1]?.url ?? ""]) {
      const said = page.waitForEvent("console", (message) => /frame-ancestors/.test(message.text()));
      await page.goto(refused);
      await expect(page.locator("iframe")).toBeVisible();
      await said;
      await expect(page.frameLocator("iframe").getByTestId("graph")).toHaveCount(0);
    }
  } finally {
    for (const { server } of frames) server.close();
    await own.stop();
  }
});
