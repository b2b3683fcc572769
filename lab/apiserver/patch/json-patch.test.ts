import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../json.ts";
import { applyJsonPatch, PatchFailure, parseJsonPatch, parsePointer } from "./json-patch.ts";

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const run = (document: Json, ...operations: readonly Json[]): Json =>
  applyJsonPatch(document, parseJsonPatch(operations));
const pointer = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

describe("JSON patch", () => {
  // RFC 6902, appendix A.
  it.each<[string, Json, Json, Json]>([
    ["adds a member", { foo: "bar" }, { op: "add", path: "/baz", value: "qux" }, { baz: "qux", foo: "bar" }],
    [
      "adds an element",
      { foo: ["bar", "baz"] },
      { op: "add", path: "/foo/1", value: "qux" },
      { foo: ["bar", "qux", "baz"] },
    ],
    ["removes a member", { baz: "qux", foo: "bar" }, { op: "remove", path: "/baz" }, { foo: "bar" }],
    ["removes an element", { foo: ["bar", "qux", "baz"] }, { op: "remove", path: "/foo/1" }, { foo: ["bar", "baz"] }],
    [
      "replaces a value",
      { baz: "qux", foo: "bar" },
      { op: "replace", path: "/baz", value: "boo" },
      { baz: "boo", foo: "bar" },
    ],
    [
      "moves a value",
      { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
      { op: "move", from: "/foo/waldo", path: "/qux/thud" },
      { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
    ],
    [
      "moves an element",
      { foo: ["all", "grass", "cows", "eat"] },
      { op: "move", from: "/foo/1", path: "/foo/3" },
      { foo: ["all", "cows", "eat", "grass"] },
    ],
    [
      "tests a value",
      { baz: "qux", foo: ["a", 2, "c"] },
      { op: "test", path: "/foo/1", value: 2 },
      { baz: "qux", foo: ["a", 2, "c"] },
    ],
    [
      "adds a nested object",
      { foo: "bar" },
      { op: "add", path: "/child", value: { grandchild: {} } },
      { foo: "bar", child: { grandchild: {} } },
    ],
    [
      "ignores unknown members",
      { foo: "bar" },
      { op: "add", path: "/baz", value: "qux", xyz: 123 },
      { foo: "bar", baz: "qux" },
    ],
    ["unescapes ~ and /", { "/": 9, "~1": 10 }, { op: "test", path: "/~01", value: 10 }, { "/": 9, "~1": 10 }],
    [
      "adds to the end",
      { foo: ["bar"] },
      { op: "add", path: "/foo/-", value: ["abc", "def"] },
      { foo: ["bar", ["abc", "def"]] },
    ],
    ["replaces the whole document", { foo: 1 }, { op: "replace", path: "", value: [] }, []],
    ["counts from the end, as kube-apiserver does", ["a", "b"], { op: "replace", path: "/-1", value: "c" }, ["a", "c"]],
  ])("%s", (_, document, operation, expected) => {
    expect(run(document, operation)).toEqual(expected);
  });

  it.each<[string, Json, Json]>([
    ["a test that fails", { a: 1 }, { op: "test", path: "/a", value: 2 }],
    ["a number as text", { a: 10 }, { op: "test", path: "/a", value: "10" }],
    ["a parent that isn't there", { foo: "bar" }, { op: "add", path: "/baz/bat", value: "qux" }],
    ["an index past the end", { foo: [1] }, { op: "add", path: "/foo/3", value: 2 }],
    ["an index with a leading zero", { foo: [1, 2] }, { op: "remove", path: "/foo/01" }],
    ["an absent member removed", {}, { op: "remove", path: "/a" }],
    ["an absent source", {}, { op: "copy", from: "/a", path: "/b" }],
    ["a value moved into itself", { a: { b: 1 } }, { op: "move", from: "/a", path: "/a/c" }],
    ["a member of a scalar", { a: 1 }, { op: "add", path: "/a/b", value: 1 }],
    ["an unknown operation", {}, { op: "merge", path: "/a" }],
    ["no path", {}, { op: "remove" }],
    ["no value", {}, { op: "add", path: "/a" }],
    ["a pointer without a slash", {}, { op: "add", path: "a", value: 1 }],
    ["the whole document removed", {}, { op: "remove", path: "" }],
  ])("refuses %s", (_, document, operation) => {
    expect(() => run(document, operation)).toThrow(PatchFailure);
  });

  it("puts a removed member back", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json, { minKeys: 1 }), fc.nat(), (document, pick) => {
        const keys = Object.keys(document);
        const key = keys[pick % keys.length] ?? "";
        const path = pointer(key);
        const value = document[key] ?? null;
        expect(run(document, { op: "remove", path }, { op: "add", path, value }, { op: "test", path, value })).toEqual(
          document,
        );
      }),
    );
  });

  it("undoes an insertion by a removal at the same place", () => {
    fc.assert(
      fc.property(fc.array(json), json, fc.nat(), (list, value, pick) => {
        const path = `/${pick % (list.length + 1)}`;
        expect(run(list, { op: "add", path, value }, { op: "remove", path })).toEqual(list);
      }),
    );
  });

  it("copies what a test then finds, and leaves the document it was given alone", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a", "b", "c"), json, { minKeys: 1 }), (document) => {
        const before = JSON.stringify(document);
        const [key = ""] = Object.keys(document);
        run(
          document,
          { op: "copy", from: `/${key}`, path: "/copy" },
          { op: "test", path: "/copy", value: document[key] ?? null },
        );
        expect(JSON.stringify(document)).toBe(before);
      }),
    );
  });

  it("reads pointers back", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (steps) => {
        expect(parsePointer(steps.map(pointer).join(""))).toEqual(steps);
      }),
    );
  });
});
