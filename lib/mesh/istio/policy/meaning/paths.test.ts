import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Normalization, normalized, readAs } from "./paths.ts";
import { lacking } from "./truth.ts";

const NORMALIZATIONS: readonly Normalization[] = ["NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"];

// What Envoy 1.40 made of them; e2e/policy-truth.real.test.ts asks one about many more.
describe("paths are read as Envoy normalizes them", () => {
  test.each([
    ["/a/b?x=/../c", "/a/b?x=/../c", "/a/b?x=/../c", "/a/b?x=/../c"],
    ["/a/../b", "/b", "/b", "/b"],
    ["/a/..?q", "/?q", "/?q", "/?q"],
    ["/a/.", "/a/", "/a/", "/a/"],
    ["/a/../..", "/", "/", "/"],
    ["/a/b/../../../c", "/c", "/c", "/c"],
    ["/a//../b", "/a/b", "/a/b", "/a/b"],
    ["/a/b/%2E%2e/c", "/a/c", "/a/c", "/a/c"],
    ["/a/.../b", "/a/.../b", "/a/.../b", "/a/.../b"],
    ["/a/.;/b", "/a/b", "/a/b", "/a/b"],
    ["/a/%2e;/b\\..;x", "/a/.;/b/..;x", "/a/.;/b/..;x", "/a/.;/b/..;x"],
    ["/a/..;x%2Fy/b", "/b", "/b", "/y/b"],
    ["/%%61a", "/%25aa", "/%25aa", "/%25aa"],
    ["/%61%7E%20", "/a~%20", "/a~%20", "/a~%20"],
    ["/a%zz%4%", "/a%zz%4%", "/a%zz%4%", "/a%zz%4%"],
    ['/a"{|}', "/a%22%7B%7C%7D", "/a%22%7B%7C%7D", "/a%22%7B%7C%7D"],
    ["/a\\b", "/a/b", "/a/b", "/a/b"],
    ["//a", "//a", "/a", "/a"],
    ["/a///b//", "/a///b//", "/a/b/", "/a/b/"],
    ["///", "///", "//", "//"],
    ["/a%2Fb", "/a%2Fb", "/a%2Fb", "/a/b"],
    ["/a%2F..%5cb", "/a%2F..%5cb", "/a%2F..%5cb", "/b"],
    ["/a..%2f", "/a..%2f", "/a..%2f", "/a../"],
  ])("%s", (path, ...spelled) => {
    expect(NORMALIZATIONS.map((how) => normalized(path, how))).toEqual([path, ...spelled]);
  });

  // But for parameters of dots, which count only where they were written.
  test("and once more they stay as they are", () => {
    const path = fc.string({ unit: fc.constantFrom("/", ".", "a", "%61", "%2f", "%5C", "\\", "?", "|") });
    fc.assert(
      fc.property(path, fc.constantFrom<Normalization>("NONE", "BASE", "MERGE_SLASHES"), (text, how) => {
        const once = normalized(`/${text}`, how);
        expect(once.startsWith("/")).toBe(true);
        if (how !== "NONE") expect(normalized(once, "BASE")).toBe(once);
      }),
    );
  });
});

describe("where nobody knows how paths are normalized", () => {
  const isA = (path: string) => path === "/a";

  test("what holds in every way of reading is known, the rest lacks that setting", () => {
    expect(readAs("/a?x", undefined, isA)).toBe(true);
    expect(readAs("/b/./c", undefined, isA)).toBe(false);
    expect(readAs("/b/../a", undefined, isA)).toEqual(lacking("how the mesh normalizes paths"));
    expect(readAs("/b/../a", "BASE", isA)).toBe(true);
    expect(readAs("/b/../a", "NONE", isA)).toBe(false);
  });

  test("what the test itself lacks is named too", () => {
    expect(readAs("/a", undefined, () => lacking("more"))).toEqual(lacking("more"));
    expect(readAs("/b/../a", undefined, (path) => isA(path) || lacking("more"))).toEqual(
      lacking("how the mesh normalizes paths", "more"),
    );
  });
});
