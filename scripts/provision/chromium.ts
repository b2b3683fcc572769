import { join } from "node:path";
import { aptCandidate, aptInstall } from "./apt.ts";
import { isExecutable, onPath, run, say } from "./run.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const macApplications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * The path of a Chromium for the browser tests: MESHSCOPE_CHROMIUM, one on this machine, apt's, or the one that Playwright
 * downloads (into its own cache, outside the checkout).
 * @throws Error with the next step for the user
 */
export async function provisionChromium(): Promise<string> {
  const own = process.env.MESHSCOPE_CHROMIUM;
  if (own) {
    if (await runs(own)) return own;
    throw new Error(`MESHSCOPE_CHROMIUM=${own} doesn't run.`);
  }
  const tried: string[] = [];
  for (const climb of [fromMachine, fromApt, fromPlaywright]) {
    try {
      const path = await climb();
      if (path !== null) return path;
    } catch (error) {
      tried.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    [
      "No Chromium found, and none could be installed; the browser tests need one.",
      ...tried.map((line) => `  - ${line}`),
      "Next step: install Chromium or Google Chrome, then run the same command again, with MESHSCOPE_CHROMIUM=/path/to/it",
      "unless it is on PATH.",
    ].join("\n"),
  );
}

async function fromMachine(): Promise<string | null> {
  const found = (await Promise.all(names.map(onPath))).filter((path) => path !== null);
  const applications = process.platform === "darwin" ? macApplications : [];
  for (const path of [...found, ...applications]) {
    if (await runs(path)) return path;
  }
  return null;
}

async function fromApt(): Promise<string | null> {
  const version = await aptCandidate("chromium");
  if (version === null) return null;
  say(`installing Chromium ${version} with apt-get (to use your own instead: MESHSCOPE_CHROMIUM=path)`);
  return (await aptInstall("chromium")) ? fromMachine() : null;
}

async function fromPlaywright(): Promise<string | null> {
  const { chromium } = await import("@playwright/test");
  const path = chromium.executablePath();
  if (await isExecutable(path)) return path;
  say("installing Playwright's Chromium into its own cache (to use your own instead: MESHSCOPE_CHROMIUM=path)");
  const cli = join(import.meta.dirname, "..", "..", "node_modules", "@playwright", "test", "cli.js");
  const done = await run(process.execPath, [cli, "install", "chromium"], { timeout: 900_000 });
  if (done.code !== 0) throw new Error(`playwright install chromium failed: ${done.stderr.trim().split("\n").at(-1)}`);
  if (await runs(path)) return path;
  throw new Error(`${path} doesn't run; its libraries may be missing: npx playwright install-deps chromium`);
}

/** A snap wrapper or a binary without its libraries exists and yet doesn't start. */
async function runs(path: string): Promise<boolean> {
  return (await run(path, ["--version"], { timeout: 30_000 })).code === 0;
}
