import { describe, expect, it } from "vitest";
import { readUrl } from "#components/shell/url-state.ts";
import type { TraceStatus } from "#lib/live/messages.ts";
import { tracePageHref } from "./links.ts";
import { endOf, onMapText, whyNotThen } from "./words.ts";

const STATUS: TraceStatus = {
  ...{ revision: 1, calls: 6, onMap: 5, missing: [], unplaced: 0 },
  ...{ lit: { nodes: 4, edges: 3 }, hidden: { nodes: 0, edges: 0 } },
};
const HEAD = { id: "ab", partial: null };
const id = (name: string) => `w/shop/workload/${name}`;

it.each<[Partial<TraceStatus>, string]>([
  [{}, "5 of its 6 calls are on this map."],
  [{ calls: 1, onMap: 1 }, "1 of its 1 call is on this map."],
  [{ onMap: 0, missing: [id("db")] }, "0 of its 6 calls are on this map. Not in this graph: db."],
  [
    { missing: ["a", "b", "c", "d", "e", "f"].map(id), unplaced: 2 },
    "5 of its 6 calls are on this map. Not in this graph: a, b, c, d and 2 others. 2 spans can’t be placed.",
  ],
  [{ hidden: { nodes: 1, edges: 2 } }, "5 of its 6 calls are on this map. 3 of what it went through are hidden."],
  [
    { calls: 0, onMap: 0, lit: { nodes: 1, edges: 0 } },
    "It made no call from one place to another that its spans tell of; 1 mark on this map.",
  ],
])("%j is said as: %s", (change, text) => {
  expect(onMapText({ ...STATUS, ...change }, HEAD)).toBe(text);
});

it("says what is missing of the trace itself", () => {
  const partial = { reason: "spans", detail: "" } as const;
  expect(onMapText(STATUS, { id: "ab", partial, hidden: { spans: 3, errors: 0 } })).toBe(
    "5 of its 6 calls are on this map. 3 spans you may not see. Not all of the trace is here.",
  );
});

it("says of a file's trace by what it was placed", () => {
  const id = `file~${"a".repeat(16)}~${"b".repeat(32)}`;
  expect(onMapText(STATUS, { id, partial: null })).toContain("placed by the names in its spans alone");
});

describe("the graph of then", () => {
  it("is of the second in which the trace was over", () => {
    expect(endOf({ start: "2026-08-20T14:00:00.100Z", durationMs: 950 })).toBe("2026-08-20T14:00:02Z");
    expect(endOf({ start: "2026-08-20T14:00:00.000Z", durationMs: 1000 })).toBe("2026-08-20T14:00:01Z");
  });

  it.each([
    ["2026-08-20T14:00:00Z", "", "2026-08-20T14:00:05Z", true],
    ["2026-08-20T14:00:09Z", "", "2026-08-20T14:00:05Z", false],
    ["2026-08-20T14:00:09Z", "at=2026-08-20T13:00:00Z", "2026-08-20T13:00:00Z", true],
    ["2026-08-20T14:00:09Z", "", null, true],
  ])("of %s, at '%s' with a graph of %s, can be shown: %s", (then, query, at, can) => {
    expect(whyNotThen(then, readUrl(new URLSearchParams(query)), { at }) === null).toBe(can);
  });
});

it.each([
  [{ id: "ab", backends: [] }, null, "/traces/ab"],
  [
    { id: "ab", backends: ["old", "jaeger"] },
    "00000000000000a1~2",
    "/traces/ab?backends=old,jaeger&span=00000000000000a1%7E2",
  ],
  [{ id: "../policies?x=", backends: [] }, null, "/traces/..%2Fpolicies%3Fx%3D"],
])("the page of %j at %s is %s", (trace, span, href) => {
  expect(tracePageHref(trace, span)).toBe(href);
});
