import { describe, expect, it } from "vitest";
import { BASE_NS, type Sketch, traceOf } from "#lib/tracing/spans.test-support.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { callGraphOf } from "#lib/tracing/view/graph.ts";
import { pictureOf } from "#lib/tracing/view/picture.ts";
import { drawCalls } from "./call-drawing.ts";

const drawn = (spans: readonly Sketch[]) =>
  drawCalls(callGraphOf(pictureOf(buildTree(traceOf(spans), { nowNs: BASE_NS, skew: true }), ""), "operation"));

describe("the drawing of a graph of calls", () => {
  it("runs from callers to callees, and turns back on itself where an operation calls itself", () => {
    const { x, y, width, height, curves, labels } = drawn([
      { id: "a", service: "web", at: 0, ms: 100 },
      { id: "b", parent: "a", service: "cart", at: 10, ms: 30 },
      { id: "c", parent: "b", service: "db", name: "query", at: 15, ms: 20 },
      { id: "d", parent: "c", service: "db", name: "query", at: 16, ms: 10 },
    ]);
    expect([...x].every((each, i) => i === 0 || each > (x[i - 1] ?? 0))).toBe(true);
    for (let i = 0; i < x.length; i++) {
      expect([x[i] ?? -1, width - (x[i] ?? 0), y[i] ?? -1, height - (y[i] ?? 0)].every((each) => each > 0)).toBe(true);
    }
    expect(curves).toHaveLength(3);
    for (const curve of curves) expect(curve).toMatch(/^M-?[\d.]+ -?[\d.]+C(-?[\d.]+ ?)+$/);
    expect(labels[0]?.x).toBeGreaterThan(x[0] ?? 0);
    expect(labels[0]?.x).toBeLessThan(x[1] ?? 0);
  });

  it("is empty without spans", () => {
    expect(drawn([])).toMatchObject({ curves: [], labels: [] });
  });

  it("of ten thousand spans of a hundred operations is a hundred marks", () => {
    const spans = Array.from({ length: 10_000 }, (_, i): Sketch => {
      const name = `op-${i % 100}`;
      const parent = i === 0 ? {} : { parent: `s${Math.floor((i - 1) / 3)}` };
      return { id: `s${i}`, ...parent, service: `service-${i % 12}`, name, at: i / 100, ms: 5 };
    });
    expect(drawn(spans).x.length).toBeLessThanOrEqual(200);
  });
});
