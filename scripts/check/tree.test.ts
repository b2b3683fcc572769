import { expect, test } from "vitest";
import { machineProblems, sizeProblems } from "./tree.ts";

const lines = (path: string, count: number) => ({ path, text: "x\n".repeat(count) });
const many = (count: number, length: number) => Array.from({ length: count }, (_, n) => lines(`lib/f${n}.ts`, length));

test("500 lines are the end", () => {
  expect(sizeProblems([...many(40, 80), lines("lib/long.ts", 500)])).toEqual([]);
  expect(sizeProblems([...many(40, 80), lines("lib/long.ts", 501)])).toEqual([
    "lib/long.ts has 501 lines; no file may have more than 500.",
  ]);
});

test("one file in twenty may reach 300 lines", () => {
  expect(sizeProblems([...many(19, 299), lines("lib/long.ts", 300)])).toEqual([]);
  expect(sizeProblems([...many(18, 299), lines("lib/long.ts", 300)])).toEqual([
    "1 of 19 files have 300 lines or more; at most 5% may: lib/long.ts (300).",
  ]);
});

test("generated files and documents may be long", () => {
  const long = ["lab/schemas/istio.gen.json", "lib/a.gen.ts", "docs/parity.md", "package-lock.json"];
  expect(sizeProblems(long.map((path) => lines(path, 9000)))).toEqual([]);
});

test.each([
  ["README.md", `see ${"/"}home/ada/meshscope`],
  ["lib/a.ts", `const path = "${"/"}Users/ada/x";`],
  ["docs/a.md", `cd ${"/"}root/meshscope`],
  ["docs/b.md", "built in /checkouts/meshscope-7"],
])("%s may not name a machine's path", (path, text) => {
  expect(machineProblems([{ path, text }], ["/checkouts/meshscope-7"])).toHaveLength(1);
});

test.each(["/etc/prometheus/rules", "https://example.org/home/ada/x", "GET /users/ada/x", "shop/root/x"])(
  "%s is no machine's path",
  (text) => {
    expect(machineProblems([{ path: "a.ts", text }], [])).toEqual([]);
  },
);

test("the lock file may not say where packages came from", () => {
  const text = '{\n  "resolved": "https://registry.example/zod.tgz"\n}\n';
  expect(machineProblems([{ path: "package-lock.json", text }], [])).toEqual([
    "package-lock.json:2 names a package registry; npm leaves it out with omit-lockfile-registry-resolved.",
  ]);
});
