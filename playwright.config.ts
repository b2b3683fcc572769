import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { provisionChromium } from "./scripts/provision/chromium.ts";
import { quietBrowser } from "./scripts/provision/quiet-browser.ts";

// Workers read this file too, and inherit what its first reader found.
process.env.MESHSCOPE_CHROMIUM ||= await provisionChromium();

/** Browser tests against the production build and a lab that both start once (e2e/support/global-setup.ts). */
export default defineConfig({
  testDir: "e2e",
  // *.real.test.ts are the contract tests': vitest.real.config.ts.
  testMatch: "**/*.spec.ts",
  outputDir: "test-results",
  // The lab is one, and its clock is real.
  workers: 1,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  globalSetup: join(import.meta.dirname, "e2e/support/global-setup.ts"),
  reporter: process.env.MESHSCOPE_REPORT ? [["line"], ["json", { outputFile: process.env.MESHSCOPE_REPORT }]] : "list",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: process.env.MESHSCOPE_CHROMIUM, args: [...quietBrowser] },
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 1,
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "embedded", testIgnore: ["**/istiod.spec.ts"] },
    // npm run test:real: what depends on the control plane, unchanged, on kube-apiserver and etcd.
    {
      name: "real",
      testMatch: [
        "**/api/*.spec.ts",
        "**/canary.spec.ts",
        "**/istiod.spec.ts",
        "**/shift.spec.ts",
        "**/topology.spec.ts",
        "**/truth.spec.ts",
      ],
    },
  ],
});
