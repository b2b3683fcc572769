import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TraceItem } from "#lib/api/traces.ts";
import { againWords, commonestRoot, errorWords, listed, picked, placeOf, tracesIn } from "./results.ts";
import { compareHref, SORTS, type Sort } from "./state.ts";

function item(id: string, change: Partial<TraceItem> = {}): TraceItem {
  return {
    ...{ id, backend: "jaeger", services: ["web.shop"], counts: [], spans: 3, errors: 0 },
    root: { service: "web.shop", operation: "GET /" },
    ...{ start: "2026-08-20T10:00:00Z", startNs: "1787220000000000000", durationMs: 10 },
    ...change,
  };
}

const items = [
  item("a", { durationMs: 5, spans: null, errors: 2, startNs: "1787220000000000000" }),
  item("b", { durationMs: 50, spans: 9, errors: null, startNs: "1787220000000001000", root: null }),
  item("c", { durationMs: 20, spans: 2, startNs: "1787220000500000000", services: ["x", "y"] }),
];
const ids = (sort: Sort, down: boolean) =>
  listed(items, { sort, down, brush: null })
    .map(({ id }) => id)
    .join("");

describe("rows", () => {
  it.each([
    ["the newest first", "start", true, "cba"],
    ["the oldest first", "start", false, "abc"],
    ["the longest first", "duration", true, "bca"],
    ["the shortest first", "duration", false, "acb"],
    ["most spans first, unknown ones last", "spans", true, "bca"],
    ["fewest spans first, unknown ones last", "spans", false, "cba"],
    ["most errors first, unknown ones last", "errors", true, "acb"],
    ["most services first, then the newest", "services", true, "cba"],
    ["by where they begin, those without root last", "root", false, "cab"],
  ] satisfies [string, Sort, boolean, string][])("%s", (_, sort, down, expected) => {
    expect(ids(sort, down)).toBe(expected);
  });

  it("keep their order whatever order the answer has", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(items, { minLength: 3 }),
        fc.constantFrom(...SORTS),
        fc.boolean(),
        (shuffled, sort, down) => {
          const order = { sort, down, brush: null };
          expect(listed(shuffled, order)).toEqual(listed(items, order));
        },
      ),
    );
  });

  it("are those of the marked area alone", () => {
    const { at } = placeOf(item("a"));
    const within = (brush: { from: number; to: number; shortest: number; longest: number }) =>
      listed(items, { sort: "start", down: true, brush }).map(({ id }) => id);
    expect(within({ from: at, to: at + 1, shortest: 0, longest: 100 })).toEqual(["b", "a"]);
    expect(within({ from: at, to: at + 1000, shortest: 20, longest: 50 })).toEqual(["c", "b"]);
    expect(within({ from: at + 1, to: at + 2, shortest: 0, longest: 1 })).toEqual([]);
  });
});

it("microseconds of a start survive being a place", () => {
  const [a, b] = items.map(placeOf);
  expect((b?.at ?? 0) - (a?.at ?? 0)).toBeCloseTo(0.001, 4);
});

it.each<[string, (number | null)[], string]>([
  ["all of them", [2, 0, 1], "2 with errors"],
  ["some of them", [2, null, 0, null], "1 with errors, of 2 not told"],
  ["none of them", [null, null], "errors not told"],
  ["nothing", [], "0 with errors"],
])("errors are counted where backends tell of %s", (_, errors, words) => {
  expect(errorWords(errors.map((each) => ({ errors: each })))).toBe(words);
});

it("a trace that two backends hold is one", () => {
  const items = [item("a", {}), item("b", {}), { ...item("a", {}), backend: "attic" }];
  expect(tracesIn({ items, hidden: 3 })).toBe(5);
  expect([againWords(items), againWords(items.slice(0, 2))]).toEqual([", 1 of them again from another backend", ""]);
});

it("most traces begin at", () => {
  expect(commonestRoot(items)).toEqual({ service: "web.shop", count: 2, of: 2 });
  expect(commonestRoot([item("a", { root: null })])).toBeNull();
  expect(commonestRoot([item("a"), item("b", { root: { service: "other", operation: "" } }), item("c")])).toEqual({
    ...{ service: "web.shop", count: 2, of: 3 },
  });
});

describe("of the traces to be compared", () => {
  const [a, b, c] = items as [TraceItem, TraceItem, TraceItem];
  it.each<[string, TraceItem[], TraceItem, TraceItem[]]>([
    ["the first is kept", [], a, [a]],
    ["the second too", [a], b, [a, b]],
    ["a third takes the first one's place", [a, b], c, [b, c]],
    ["one that is pressed again goes", [a, b], a, [b]],
    ["one of another backend is another one", [a], { ...a, backend: "zipkin" }, [a, { ...a, backend: "zipkin" }]],
  ])("%s", (_, before, item, after) => expect(picked(before, item)).toEqual(after));

  it("the address names both, and where to look", () => {
    expect(compareHref(a, b)).toBe("/traces/compare?a=a&b=b&backends=jaeger");
    expect(compareHref(a, { ...b, backend: "zipkin" })).toBe("/traces/compare?a=a&b=b&backends=jaeger%2Czipkin");
  });
});
