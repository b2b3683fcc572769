import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apiParams,
  type Brush,
  compareHref,
  LIMITS,
  LOOKBACKS,
  type Lookback,
  NO_SEARCH,
  patchSearch,
  problemsOf,
  questionOf,
  readSearch,
  SORTS,
  type TraceSearch,
  traceHref,
  tracesHref,
} from "./state.ts";

const text = fc.string({ maxLength: 20 }).map((each) => each.trim());
const anyBrush = fc
  .tuple(fc.nat(), fc.nat(), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }))
  .map(
    ([a, b, c, d]): Brush => ({
      from: Math.min(a, b),
      to: Math.max(a, b),
      shortest: Math.min(c, d),
      longest: Math.max(c, d),
    }),
  );
const anySearch: fc.Arbitrary<TraceSearch> = fc
  .record({
    backends: fc.constantFrom<readonly string[]>([], ["a"], ["a", "b"]),
    ...{ service: text, operation: text, tags: text, minDuration: text, maxDuration: text },
    ...{ errors: fc.boolean(), tail: fc.boolean(), down: fc.boolean() },
    lookback: fc.constantFrom(...(Object.keys(LOOKBACKS) as Lookback[])),
    start: fc.option(fc.constantFrom("2026-08-20T10:00:00Z", "1795000000")),
    end: fc.option(fc.constantFrom("2026-08-20T11:00:00Z", "nonsense")),
    limit: fc.constantFrom(...LIMITS),
    sort: fc.constantFrom(...SORTS),
    brush: fc.option(anyBrush),
  })
  // A time that ends in the past isn't followed, and one with a beginning has no length of its own.
  .map((search) => ({
    ...search,
    tail: search.tail && search.end === null,
    lookback: search.start === null ? search.lookback : NO_SEARCH.lookback,
  }));

describe("a search in the address", () => {
  it("survives being written and read", () => {
    fc.assert(
      fc.property(anySearch, (search) => {
        const written = new URLSearchParams(patchSearch(new URLSearchParams("namespaces=shop&x=1"), search).toString());
        expect(readSearch(written)).toEqual(search);
        expect([written.get("namespaces"), written.get("x")]).toEqual(["shop", "1"]);
      }),
    );
  });

  it("leaves defaults out", () => {
    expect(patchSearch(new URLSearchParams("service=a&errors=only&sort=duration"), NO_SEARCH).toString()).toBe("");
  });

  it.each([
    ["sort=nothing", NO_SEARCH],
    ["limit=0", NO_SEARCH],
    ["limit=1e9", NO_SEARCH],
    ["lookback=constructor", NO_SEARCH],
    ["brush=1,2,3", NO_SEARCH],
    ["brush=5,2,3,4", NO_SEARCH],
    ["brush=a,b,c,d", NO_SEARCH],
    ["tail=on&end=2026-08-20T11:00:00Z", { ...NO_SEARCH, end: "2026-08-20T11:00:00Z" }],
    ["sort=errors", { ...NO_SEARCH, sort: "errors", down: false }],
    ["sort=-errors", { ...NO_SEARCH, sort: "errors" }],
  ])("reads %s as what it can be", (params, expected) => {
    expect(readSearch(new URLSearchParams(params))).toEqual(expected);
  });
});

describe("what is wrong with a search is said by field:", () => {
  it.each([
    ["nothing", {}, {}],
    ["tags in logfmt", { tags: 'http.status_code=503 error="timed out"' }, {}],
    ["tags that aren't", { tags: "a=b =c" }, { tags: /can't be read/ }],
    [
      "too many tags",
      { tags: Array.from({ length: 21 }, (_, i) => `k${i}=1`).join(" ") },
      { tags: /21 tags are more/ },
    ],
    ["a duration without unit", { minDuration: "100" }, { minDuration: /Write 500us/ }],
    ["a longest below the shortest", { minDuration: "1s", maxDuration: "10ms" }, { maxDuration: /shorter/ }],
    ["an instant that is none", { start: "yesterday" }, { start: /no instant/ }],
    ["a beginning after the end", { start: "200", end: "100" }, { start: /before the end/ }],
  ] as const)("%s", (_, patch, expected) => {
    const found = problemsOf({ ...NO_SEARCH, ...patch });
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [field, words] of Object.entries(expected)) expect(found[field as keyof typeof found]).toMatch(words);
  });
});

describe("the question to the server", () => {
  const asked = (patch: Partial<TraceSearch>) => apiParams({ ...NO_SEARCH, ...patch }, 10_000).toString();

  it.each([
    ["the last hour", {}, "start=6400&limit=50"],
    ["a length before an instant", { end: "9000", lookback: "5m" as const }, "start=8700&end=9000&limit=50"],
    ["from an instant on", { start: "1970-01-01T00:01:40Z" }, "start=100&limit=50"],
    [
      "every condition",
      {
        ...{ backends: ["a", "b"], service: "cart.shop", operation: "GET /", tags: " a=b ", errors: true, limit: 20 },
        ...{ minDuration: "1ms", maxDuration: " 2s" },
      },
      "backends=a%2Cb&service=cart.shop&operation=GET+%2F&tags=a%3Db&errors=only&minDuration=1ms&maxDuration=2s&start=6400&limit=20",
    ],
  ])("is %s", (_, patch, expected) => {
    expect(asked(patch)).toBe(expected);
  });

  it("is the same however the answer is shown", () => {
    const shown = { ...NO_SEARCH, sort: "errors" as const, down: false, tail: true };
    expect(questionOf(shown)).toEqual(questionOf(NO_SEARCH));
  });
});

it("addresses encode what comes from outside", () => {
  expect(traceHref({ id: "a/../b", backend: "x&y=1" })).toBe("/traces/a%2F..%2Fb?backend=x%26y%3D1");
  expect(tracesHref({ service: "a&b", errors: true })).toBe("/traces?service=a%26b&errors=only");
  expect(tracesHref({})).toBe("/traces");
});

it("traces of files are in no backend", () => {
  const stored = { id: "a".repeat(32), backend: "jaeger" };
  const own = { id: `file~${"0".repeat(16)}~${"b".repeat(32)}`, backend: "file x.json" };
  expect(traceHref(own)).toBe(`/traces/${own.id}`);
  expect(compareHref(stored, own)).toBe(
    `/traces/compare?a=${stored.id}&b=${own.id.replaceAll("~", "%7E")}&backends=jaeger`,
  );
  expect(compareHref(own, own)).not.toContain("backends");
  expect(compareHref(own, null)).toBe(`/traces/compare?a=${own.id.replaceAll("~", "%7E")}`);
});
