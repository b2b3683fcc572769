import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import type { DemoState } from "../../scripts/demo/state.ts";
import { openReplay, type Replay } from "./replay.ts";

export { expect };

interface Fixtures {
  /** The running demo: where the console, Prometheus, the simulator's own counts and Kubernetes are. */
  readonly demo: DemoState;
  /** Fails a test whose pages logged an error or broke the content security policy. Tests that provoke errors add patterns to `expected`. */
  readonly pageErrors: { readonly expected: RegExp[] };
  /** The console with a stream that the test sends: nothing comes or goes unasked. */
  readonly replay: Replay;
}

/**
 * Playwright's test with the demo at hand; relative addresses are the console's. Every test fails when a page logs an error,
 * throws, or breaks the content security policy.
 */
export const test = base.extend<Fixtures>({
  demo: async ({}, provide) => {
    const dir = process.env.MESHSCOPE_E2E_DIR;
    if (dir === undefined) throw new Error("MESHSCOPE_E2E_DIR isn't set: the global setup didn't run.");
    await provide(JSON.parse(readFileSync(join(dir, "state.json"), "utf8")) as DemoState);
  },
  replay: async ({ demo }, provide) => {
    const replay = await openReplay(demo.console);
    await provide(replay);
    await replay.close();
  },
  baseURL: async ({ demo }, provide) => {
    await provide(demo.console);
  },
  pageErrors: [
    async ({ page }, provide) => {
      const found: string[] = [];
      const expected: RegExp[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") found.push(message.text());
      });
      page.on("pageerror", (error) => found.push(error.message));
      await provide({ expected });
      expect(found.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});
