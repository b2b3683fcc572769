import fc from "fast-check";
import { expect, test } from "vitest";
import { diffManifests } from "./diff.ts";
import { manifest, object } from "./manifest.test-support.ts";
import type { Json } from "./manifest.ts";

const of = (list: Json) => object("VirtualService", "a", { list });
const changes = (before: Json, after: Json) => diffManifests(of(before), of(after)).changes;

test.each<[string, Json, Json, unknown]>([
  ["nothing", [1, 2], [1, 2], []],
  ["a value at its place", [{ w: 1 }], [{ w: 2 }], [{ path: "spec.list[0].w", op: "replace", before: 1, after: 2 }]],
  [
    "an element in front doesn't change those behind",
    ["b", "c"],
    ["a", "b", "c"],
    [{ path: "spec.list[0]", op: "add", after: "a" }],
  ],
  [
    "an element goes, its neighbour changes",
    [{ name: "a" }, { name: "b", w: 1 }],
    [{ name: "b", w: 2 }],
    [
      { path: "spec.list[0]", op: "remove", before: { name: "a" } },
      { path: "spec.list[0].w", op: "replace", before: 1, after: 2 },
    ],
  ],
  [
    "another name is another thing",
    [{ name: "a", w: 1 }],
    [{ name: "b", w: 1 }],
    [
      { path: "spec.list[0]", op: "remove", before: { name: "a", w: 1 } },
      { path: "spec.list[0]", op: "add", after: { name: "b", w: 1 } },
    ],
  ],
])("%s", (_, before, after, expected) => expect(changes(before, after)).toEqual(expected));

test("keys that aren't words are quoted in places", () => {
  const [before, after] = ["1", "2"].map((v) => object("Sidecar", "a", {}, { labels: { "a.b/c": v } }));
  expect(diffManifests(before ?? null, after ?? null).changes[0]?.path).toBe('metadata.labels["a.b/c"]');
});

test("lines keep three around a change, and say where more stayed", () => {
  const list = Array.from({ length: 20 }, (_, index) => `v${index}`);
  const { lines } = diffManifests(of(list), of(list.with(10, "new")));
  expect(lines.map(({ op, text }) => `${op} ${text.trim()}`)).toEqual([
    ...["same …", "same - v7", "same - v8", "same - v9", "remove - v10", "add - new"],
    ...["same - v11", "same - v12", "same - v13", "same …"],
  ]);
});

test("an object that comes into being is added as a whole; a secret that changes says so without its value", () => {
  const born = diffManifests(null, of([]));
  expect(born.changes).toEqual([{ path: "", op: "add", after: of([]) }]);
  expect(born.lines.every(({ op }) => op === "add")).toBe(true);
  const secret = (value: string) => object("Sidecar", "a", {}, { annotations: { "x/token": value } });
  const text = JSON.stringify(diffManifests(secret("s1"), secret("s2")));
  expect(text).toContain("(hidden, changed)");
  expect(text).not.toMatch(/s1|s2/);
});

test("equal objects have no difference, whatever the order of their keys; others have one", () => {
  const turned = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(turned)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .map(([k, v]) => [k, turned(v)] as const)
              .reverse(),
          )
        : value;
  fc.assert(
    fc.property(manifest, (m) => {
      expect(diffManifests(m, turned(m) as typeof m)).toEqual({ changes: [], lines: [] });
      const other = diffManifests(m, { ...m, spec: { ...m.spec, "another key": 1 } });
      expect(other.changes.map(({ path }) => path)).toEqual(['spec["another key"]']);
    }),
  );
});
