#!/usr/bin/env node
// The first thing every npm script runs. Plain JavaScript without dependencies, because it must work in a fresh clone on
// an older Node (20 and up), before a single package is installed. It makes sure that the npm packages are there, finds a
// Node that runs our TypeScript directly (24 and up; a package pins one), and hands over to the real step under that Node.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { handOver } from "./bootstrap/handover.js";
import { findNode } from "./bootstrap/node.js";
import { installPackages } from "./bootstrap/packages.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each subcommand hands over to. The first word of an npm script's command line is one of these keys. */
const steps = {
  demo: "scripts/demo.ts",
  test: "scripts/test.ts",
  "test-real": "scripts/test-real.ts",
  bench: "scripts/bench.ts",
  build: "scripts/build.ts",
  start: "server/main.ts",
  check: "scripts/check.ts",
  format: "scripts/format.ts",
  provision: "scripts/provision.ts",
  analyze: "cli/main.ts",
};

const [name = "", ...args] = process.argv.slice(2);
const step = Object.hasOwn(steps, name) ? steps[name] : undefined;

try {
  if (step === undefined) {
    throw new Error(`Unknown step "${name}". One of: ${Object.keys(steps).join(", ")}.`);
  }
  await installPackages(root);
  const node = findNode(root);
  process.exitCode = await handOver(node, [join(root, step), ...args], root);
} catch (error) {
  console.error(`meshscope: ${error.message}`);
  process.exitCode = 1;
}
