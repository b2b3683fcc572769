/**
 * Draws every scene in both themes: `node e2e/scenes/shoot.ts DIR [CHROMIUM]`. For looking at; frame times of the large
 * ones are printed.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { serveScenes } from "./server.ts";

const SCENES = [
  "scene=shop",
  "scene=shop&select=ratings-v1",
  "scene=shop&stale",
  "scene=marks",
  "scene=marks&zoom=1.6",
  "scene=1000",
  "scene=1000&zoom=3",
  "scene=5000",
];

const [dir = "scenes", executablePath] = process.argv.slice(2);
await mkdir(dir, { recursive: true });
const { url, server } = await serveScenes();
const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
try {
  const page = await browser.newPage({ viewport: { width: 1100, height: 820 } });
  page.on("pageerror", (error) => console.log(`error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && console.log(message.text()));
  for (const theme of ["dark", "light"]) {
    for (const scene of SCENES) {
      await page.goto(`${url}?${scene}&theme=${theme}`);
      await page.waitForSelector("[data-ready=true]", { state: "attached", timeout: 60_000 });
      await page.screenshot({ path: join(dir, `${scene.replaceAll(/[^a-z0-9]+/gi, "-")}-${theme}.png`) });
      if (theme === "light" || !/=\d/.test(scene)) continue;
      const times = await page.evaluate("times");
      const gaps = (await page.evaluate<number[]>("pan(60)")).sort((a, b) => a - b);
      console.log(JSON.stringify({ scene, times, frame: { median: gaps[30], p95: gaps[56] } }));
    }
  }
} finally {
  await browser.close();
  server.close();
}
