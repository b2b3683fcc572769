import { join } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
let eslint: ESLint;

// Rules that need types want files that exist on disk; what is proven here needs none.
beforeAll(() => {
  const untyped = tseslint.configs.disableTypeChecked as NonNullable<ESLint.Options["overrideConfig"]>;
  eslint = new ESLint({ cwd: root, overrideConfig: untyped });
});

async function refusals(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

test.each([
  ["explicit any", "lib/a.ts", "export const a = 1 as any;", "@typescript-eslint/no-explicit-any"],
  [
    "innerHTML",
    "lib/render/a.ts",
    "export const f = (e: Element): void => { e.innerHTML = ''; };",
    "no-restricted-syntax",
  ],
  [
    "dangerouslySetInnerHTML",
    "components/a.tsx",
    "export function A() { return <p dangerouslySetInnerHTML={{ __html: '' }} />; }",
    "no-restricted-syntax",
  ],
  ["default exports", "lib/a.ts", "export default function f(): void {}", "no-restricted-syntax"],
  ["barrels", "lib/mesh/istio/index.ts", "export * from './read.ts';", "no-restricted-syntax"],
  [
    "instanceof MeshscopeError",
    "lib/a.ts",
    "import { MeshscopeError } from './errors.ts'; export const f = (e: unknown) => e instanceof MeshscopeError;",
    "no-restricted-syntax",
  ],
  ["console outside of programs", "lib/server/a.ts", "console.log(1); export {};", "no-console"],
  [
    "time in pure folders",
    "lib/graph/a.ts",
    "export const now = (): number => Date.now();",
    "no-restricted-properties",
  ],
  [
    "chance in pure folders",
    "lib/layout/a.ts",
    "export const r = (): number => Math.random();",
    "no-restricted-properties",
  ],
  ["the outside in pure folders", "lib/mesh/istio/a.ts", "export const f = () => fetch('/');", "no-restricted-globals"],
  ["the browser's clock on pages", "components/a.ts", "export const now = () => Date.now();", "no-restricted-syntax"],
  ["the browser's today on pages", "components/a.tsx", "export const now = () => new Date();", "no-restricted-syntax"],
  [
    "tests that don't run",
    "lib/a.test.ts",
    "import { test } from 'vitest'; test.skip('a', () => undefined);",
    "no-restricted-syntax",
  ],
  ["postponed work", "lib/a.ts", "// TODO later\nexport {};", "no-warning-comments"],
  ["silenced compiler", "lib/a.ts", "// @ts-ignore\nexport {};", "@typescript-eslint/ban-ts-comment"],
])("%s are refused", async (_what, file, code, rule) => {
  expect(await refusals(file, code)).toContain(rule);
});

test("comments can't switch rules off", async () => {
  const found = await refusals(
    "lib/a.ts",
    "// eslint-disable-next-line no-eval\nexport const f = (): unknown => eval('1');",
  );
  expect(found).toContain("no-eval");
  expect(found).toHaveLength(2);
});

test.each([
  ["a page may have a default export", "app/page.tsx", "export default function Page() { return null; }"],
  ["an instant that is given may be read", "components/a.ts", "export const f = (at: string) => new Date(at);"],
  ["programs may print", "scripts/a.ts", "console.log(1); export {};"],
  ["time is free outside of pure folders", "lib/server/a.ts", "export const now = (): number => Date.now();"],
])("%s", async (_what, file, code) => {
  expect(await refusals(file, code)).toEqual([]);
});
