import { defineConfig } from "vitest/config";

/** The contract tests on real components: npm run test:real builds these and says where they are (MESHSCOPE_KUBE_APISERVER, …). */
export default defineConfig({
  test: {
    include: ["**/*.real.test.ts"],
    environment: "node",
    // Each file starts servers of its own, hundreds of megabytes each.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
  },
});
