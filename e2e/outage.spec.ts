import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consoleConfig } from "../scripts/demo/config.ts";
import { freePort } from "../scripts/demo/port.ts";
import { startService } from "../scripts/demo/service.ts";
import { type LabState, writePrivate } from "../scripts/demo/state.ts";
import { root } from "../scripts/steps/tool.ts";
import { type Gate, openGate } from "./support/gate.ts";
import { test as base, expect } from "./support/test.ts";

interface Outage {
  /** A second console on the same lab, whose Prometheus is behind a gate of ours. */
  readonly behindGate: { readonly url: string; readonly gate: Gate };
}

const test = base.extend<Outage>({
  behindGate: async ({ demo }, provide) => {
    const dir = await mkdtemp(join(tmpdir(), "meshscope-outage-"));
    const lab = JSON.parse(await readFile(join(process.env.MESHSCOPE_E2E_DIR ?? "", "lab.json"), "utf8")) as LabState;
    const gate = await openGate(Number(new URL(demo.prometheus).port));
    const port = await freePort(0);
    const config = join(dir, "console.yaml");
    // The console of the demo made it.
    const sessionKeyFile = join(process.env.MESHSCOPE_E2E_DIR ?? "", "session.key");
    await writePrivate(
      config,
      consoleConfig({ ...lab, prometheus: `http://127.0.0.1:${gate.port}` }, { port, poll: 2, sessionKeyFile }),
    );
    const console = await startService({
      name: "The console behind a gate",
      args: [join(root, "server", "main.ts")],
      env: { MESHSCOPE_CONFIG: config, NODE_ENV: "production" },
      log: join(dir, "console.log"),
      signal: new AbortController().signal,
    });
    const url = `http://127.0.0.1:${port}`;
    await console.ready(async () => ((await fetch(`${url}/healthz`).catch(() => null))?.ok ? true : null), 30_000);
    await provide({ url, gate });
    await console.group.stop();
    await gate.shut();
    await rm(dir, { recursive: true, force: true });
  },
});

test("Prometheus stops: the page says so within 10 s, keeps the graph with its age, and recovers by itself", async ({
  page,
  behindGate: { url, gate },
}) => {
  test.setTimeout(120_000);
  await page.goto(`${url}/topology?view=table`);
  const storefront = page.getByRole("link", { name: "storefront", exact: true });
  await expect(storefront).toBeVisible({ timeout: 30_000 });
  await gate.shut();
  const banner = page.locator("[data-notice]").filter({ hasText: "Prometheus" });
  await expect(banner).toContainText(/has not answered since \d\d:\d\d:\d\d/, { timeout: 10_000 });
  await expect(banner).toContainText(/The graph shows \d\d:\d\d:\d\d/);
  await expect(storefront).toBeVisible();
  await gate.open();
  await expect(banner).toHaveCount(0, { timeout: 40_000 });
  await expect(storefront).toBeVisible();
});

test("Prometheus hangs: the page still opens at once and says what it waits for", async ({
  page,
  behindGate: { url, gate },
}) => {
  test.setTimeout(120_000);
  gate.hang();
  await page.goto(`${url}/topology`);
  await expect(page.getByRole("navigation").first()).toBeVisible({ timeout: 2_000 });
  const notice = page.locator("[data-notice]").filter({ hasText: "Prometheus" });
  await expect(notice).toContainText(/has not answered|answered nothing|did not answer/, { timeout: 15_000 });
  await gate.open();
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true", { timeout: 40_000 });
  await expect(notice).toHaveCount(0, { timeout: 40_000 });
});
