import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../provision/run.ts";

const root = join(import.meta.dirname, "..", "..");
const dir = mkdtempSync(join(tmpdir(), "meshscope-imports-"));

/** A tree in which every file breaks one rule (or, at the end, none): file, what it imports, the rule that must refuse it. */
const files: readonly (readonly [file: string, imports: string, rule: string | null])[] = [
  ["lib/units.ts", "./graph/model.ts", "direction-base"],
  ["lib/promql/a.ts", "#lib/graph/model.ts", "direction-promql"],
  ["lib/graph/a.ts", "#lib/mesh/port.ts", "direction-graph"],
  ["lib/inventory/a.ts", "#lib/api/a.ts", "direction-inventory"],
  ["lib/mesh/istio/a.ts", "#lib/prometheus/client.ts", "direction-mesh"],
  ["lib/mesh/linkerd/a.ts", "#lib/mesh/istio/index.ts", "meshes-are-strangers"],
  ["lib/layout/a.ts", "node:fs", "browser-has-no-node"],
  ["lib/graph/b.ts", "react", "pure-stays-pure"],
  ["lib/live/a.ts", "#lib/server/index.ts", "direction-live"],
  ["lib/live/b.ts", "react", "react-only-in-query"],
  ["lib/render/a.ts", "#lib/kube/client.ts", "direction-render"],
  ["lib/api/b.ts", "undici", "network-in-clients"],
  ["components/a.tsx", "#lib/server/index.ts", "direction-components"],
  ["components/b.tsx", "#lib/prometheus/client.ts", "direction-components"],
  ["app/a.ts", "#lib/server/runtime.ts", "one-door-to-the-server"],
  ["app/b.ts", "#lib/mesh/port.ts", "direction-app"],
  ["lab/a.ts", "#lib/graph/model.ts", "direction-lab"],
  ["lib/graph/a.test.ts", "../../lab/main.ts", "direction-graph"],
  ["lib/server/a.ts", "#lib/api/missing.ts", "no-unresolved"],
  ["lib/server/b.ts", "../graph/a.test.ts", "tests-are-not-imported"],
  ["lib/server/c.ts", "../../scripts/a.ts", "scripts-serve-no-product-code"],
  ["lib/kube/a.ts", "./b.ts", "no-cycles"],
  ["lib/graph/model.ts", "../errors.ts", null],
  ["lib/mesh/port.ts", "../promql/a.ts", null],
  ["lib/mesh/istio/index.ts", "../port.ts", null],
  ["lib/prometheus/client.ts", "undici", null],
  ["lib/kube/client.ts", "node:https", null],
  ["lib/api/a.ts", "../graph/model.ts", null],
  ["lib/server/runtime.ts", "../prometheus/client.ts", null],
  ["lib/server/index.ts", "./runtime.ts", null],
  ["lib/query/a.ts", "react", null],
  ["components/c.tsx", "#lib/query/a.ts", null],
  ["app/c.ts", "#lib/server/index.ts", null],
  ["lab/main.ts", "node:http", null],
  ["e2e/a.ts", "../lab/main.ts", null],
  ["bench/a.ts", "../lib/graph/model.ts", null],
  ["scripts/a.ts", "../lib/api/a.ts", null],
];

const broken = new Map<string, string[]>();

beforeAll(async () => {
  for (const [file, imports] of files) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), `import * as other from ${JSON.stringify(imports)};\nexport const used = other;\n`);
  }
  writeFileSync(join(dir, "lib", "errors.ts"), "export const code = 1;\n");
  // The other half of the cycle, which is reported once.
  writeFileSync(join(dir, "lib", "kube", "b.ts"), 'export * as back from "./a.ts";\n');
  for (const name of ["package.json", "tsconfig.json", ".dependency-cruiser.cjs"])
    cpSync(join(root, name), join(dir, name));
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
  const folders = ["lib", "components", "app", "lab", "e2e", "bench", "scripts"];
  const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
  const { stdout } = await run(join(root, "node_modules", ".bin", "depcruise"), args, { cwd: dir });
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  for (const { from, rule } of summary.violations) broken.set(from, [...(broken.get(from) ?? []), rule.name]);
});

afterAll(() => rmSync(dir, { recursive: true }));

test.each(files.filter(([, , rule]) => rule !== null))("%s → %s is refused by %s", (file, _imports, rule) => {
  expect(broken.get(file)).toContain(rule);
});

test.each(files.filter(([, , rule]) => rule === null))("%s → %s is allowed", (file) => {
  expect(broken.get(file)).toBeUndefined();
});
