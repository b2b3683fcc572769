import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySpans, BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { flameOf } from "./flame.ts";
import { GROUP_SORTS, GROUPINGS, groupsOf } from "./groups.ts";
import { pictureOf } from "./picture.ts";
import { SPAN_SORTS, sortedRows } from "./sorted.ts";

const pictured = (spans: readonly Sketch[]) => pictureOf(buildTree(traceOf(spans), { nowNs: BASE_NS, skew: true }), "");

const SHOP: readonly Sketch[] = [
  { id: "a", service: "web", name: "GET", at: 0, ms: 100 },
  { id: "b", parent: "a", service: "cart", name: "read", at: 10, ms: 30 },
  { id: "c", parent: "a", service: "cart", name: "read", at: 50, ms: 40, error: true },
  { id: "d", parent: "c", service: "db", name: "query", at: 55, ms: 30 },
];
const MS = 1e6;
const near = (sum: number, whole: number) => Math.abs(sum - whole) <= 1e-6 * Math.max(1, Math.abs(whole));

describe("sums by service and operation", () => {
  it("have counts, times, and what of the critical path is theirs", () => {
    const [web, db, cart] = groupsOf(pictured(SHOP), "operation", "self", true).toSorted((a, b) =>
      a.service < b.service ? 1 : -1,
    ) as [never, never, never];
    expect(web).toMatchObject({
      service: "web",
      operation: "GET",
      spans: 1,
      failed: 0,
      total: 100 * MS,
      self: 30 * MS,
    });
    expect(db).toMatchObject({ service: "db", spans: 1, self: 30 * MS, onPath: 30 * MS });
    expect(cart).toMatchObject({ spans: 2, failed: 1, total: 70 * MS, mean: 35 * MS, least: 30 * MS, most: 40 * MS });
    expect(cart).toMatchObject({ self: 40 * MS, onPath: 40 * MS });
  });

  it("lose no span and no time, and stand in order", () => {
    fc.assert(
      fc.property(
        anySpans,
        fc.constantFrom(...GROUPINGS),
        fc.constantFrom(...GROUP_SORTS),
        fc.boolean(),
        (spans, by, sort, down) => {
          const picture = pictured(spans);
          const groups = groupsOf(picture, by, sort, down);
          const sum = (of: (group: (typeof groups)[number]) => number) =>
            groups.reduce((all, each) => all + of(each), 0);
          expect(sum((group) => group.spans)).toBe(spans.length);
          expect(
            near(
              sum((group) => group.self),
              picture.self.reduce((all, each) => all + each, 0),
            ),
          ).toBe(true);
          expect(
            near(
              sum((group) => group.onPath),
              picture.onPath.reduce((all, each) => all + each, 0),
            ),
          ).toBe(true);
          if (sort === "name") return;
          groups.slice(1).forEach((group, i) => {
            const before = groups[i]?.[sort] ?? 0;
            expect(down ? before >= group[sort] : before <= group[sort]).toBe(true);
          });
        },
      ),
    );
  });
});

describe("a flame graph", () => {
  it("joins calls of one operation under one chain of callers", () => {
    const picture = pictured(SHOP);
    const flame = flameOf(picture);
    const boxes = Array.from({ length: flame.length }, (_, box) => ({
      name: picture.names[flame.name[box] ?? 0],
      depth: flame.depth[box],
      spans: flame.spans[box],
      failed: flame.failed[box],
      from: (flame.from[box] ?? 0) / MS,
      width: (flame.width[box] ?? 0) / MS,
    }));
    expect(boxes).toEqual([
      { name: "GET", depth: 0, spans: 1, failed: 0, from: 0, width: 100 },
      { name: "read", depth: 1, spans: 2, failed: 1, from: 0, width: 70 },
      { name: "query", depth: 2, spans: 1, failed: 0, from: 0, width: 30 },
    ]);
  });

  it("holds every span once, and no box is wider than the one above it, whatever the spans", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const picture = pictured(spans);
        const flame = flameOf(picture);
        expect(flame.spans.reduce((all, each) => all + each, 0)).toBe(spans.length);
        expect(
          near(
            flame.total,
            picture.self.reduce((all, each) => all + each, 0),
          ),
        ).toBe(true);
        const used = Float64Array.from(flame.self);
        for (let box = flame.length - 1; box >= 0; box--) {
          expect(near(used[box] ?? 0, flame.width[box] ?? 0)).toBe(true);
          const above = flame.parent[box] ?? -1;
          if (above < 0) continue;
          used[above] = (used[above] ?? 0) + (flame.width[box] ?? 0);
          expect(flame.from[box]).toBeGreaterThanOrEqual(flame.from[above] ?? 0);
        }
      }),
    );
  });
});

describe("rows of a table", () => {
  it.each([
    ["duration", true, ["a", "c", "b", "d"]],
    ["start", false, ["a", "b", "c", "d"]],
    ["operation", false, ["a", "d", "b", "c"]],
    ["service", false, ["b", "c", "d", "a"]],
    ["failed", true, ["c", "a", "b", "d"]],
  ] as const)("by %s", (sort, down, order) => {
    const rows = sortedRows(pictured(SHOP), sort, down, null);
    expect(Array.from(rows, (row) => SHOP[row]?.id)).toEqual(order);
  });

  it("are those that were asked for, each once", () => {
    fc.assert(
      fc.property(anySpans, fc.constantFrom(...SPAN_SORTS), fc.boolean(), (spans, sort, down) => {
        const picture = pictured(spans);
        const only = picture.order.filter((row) => row % 2 === 0);
        expect(sortedRows(picture, sort, down, only).toSorted()).toEqual(only.toSorted());
      }),
    );
  });
});
