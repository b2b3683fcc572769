import { configDefaults, defineConfig } from "vitest/config";

/** Unit, property and embedded contract tests. Browser tests are Playwright's, tests on real components `npm run test:real`'s. */
export default defineConfig({
  test: {
    include: ["{app,lib,lab,server,cli,components,scripts,deploy,docs,e2e}/**/*.test.{ts,tsx}"],
    exclude: [...configDefaults.exclude, "**/*.real.test.ts"],
    environment: "node",
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
