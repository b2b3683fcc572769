import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TraceItem } from "#lib/api/traces.ts";
import { inBrush } from "../results.ts";
import { nodesOf } from "../use-service-series.ts";
import { bandPath, latencyChart, latest } from "./bands.ts";
import { boxOf, brushAround, brushOf, dotAt, MARGIN, plotOf } from "./dots.ts";
import { durationAxis, timeAxis } from "./scales.ts";

const BASE = 1_787_220_000_000;
const size = { width: 800, height: 200 };
const item = (id: string, at: number, durationMs: number, change: Partial<TraceItem> = {}): TraceItem => ({
  ...{ id, backend: "j", services: [], counts: [], spans: 1, errors: 0, root: null, start: "", durationMs },
  startNs: `${BigInt(Math.round((BASE + at) * 1000)) * 1000n}`,
  ...change,
});

describe("the axis of time", () => {
  it.each([
    ["quarters of an hour", [0, 3_600_000], 6, [0, 900_000, 1_800_000, 2_700_000, 3_600_000]],
    ["seconds", [0, 3_000], 4, [0, 1000, 2000, 3000]],
    ["hundredths of a second around one trace alone", [0], 12, [-50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50]],
  ])("has ticks at %s", (_, values, most, ticks) => {
    const axis = timeAxis(
      values.map((at) => BASE + at),
      most,
      0,
    );
    expect(axis.ticks.map((at) => at - BASE)).toEqual(ticks);
  });

  it("has ticks at round wall times of its zone", () => {
    const half = 30 * 60_000;
    const { ticks } = timeAxis([BASE, BASE + 6 * 3_600_000], 7, half);
    expect(ticks.map((at) => (at + half) % 3_600_000)).toEqual(ticks.map(() => 0));
  });
});

describe("the axis of durations", () => {
  it.each([
    [
      [12, 80],
      [10, 20, 50, 100],
    ],
    [
      [0.02, 5000],
      [0.01, 0.1, 1, 10, 100, 1000, 10_000],
    ],
    [[], []],
    [[0], []],
  ])("%j", (values, ticks) => {
    const axis = durationAxis(values);
    expect(axis.ticks).toEqual(expect.arrayContaining(ticks));
    expect(axis.from).toBeGreaterThan(0);
    expect(axis.to).toBeGreaterThan(axis.from);
  });

  it("puts every value inside, in order, and finds it again", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1e8, noNaN: true }), { minLength: 1 }), (values) => {
        const axis = durationAxis(values);
        const shares = values.toSorted((a, b) => a - b).map(axis.share);
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
        for (const value of values) expect(axis.value(axis.share(value)) / value).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe("dots", () => {
  const items = [
    item("a", 0, 10),
    item("b", 1000, 100, { errors: 2 }),
    item("c", 2000, 20, { errors: null, spans: 400 }),
  ];
  const plot = plotOf(items, size, 0);

  it("lie within the frame, the longer the higher, the later the further right", () => {
    const [a, b, c] = plot.dots;
    expect([a?.kind, b?.kind, c?.kind]).toEqual(["fine", "failed", "untold"]);
    expect((a?.x ?? 0) < (b?.x ?? 0) && (b?.x ?? 0) < (c?.x ?? 0)).toBe(true);
    expect((b?.y ?? 0) < (c?.y ?? 0) && (c?.y ?? 0) < (a?.y ?? 0)).toBe(true);
    expect((c?.r ?? 0) > (a?.r ?? 0)).toBe(true);
    for (const { x, y } of plot.dots) {
      expect(x >= MARGIN.left && x <= size.width - MARGIN.right).toBe(true);
      expect(y >= MARGIN.top && y <= size.height - MARGIN.bottom).toBe(true);
    }
  });

  it("are found under the pointer, the nearest of them", () => {
    const b = plot.dots[1];
    expect(dotAt(plot.dots, (b?.x ?? 0) + 3, (b?.y ?? 0) - 3)?.item.id).toBe("b");
    expect(dotAt(plot.dots, (b?.x ?? 0) + 40, b?.y ?? 0)).toBeNull();
  });

  it("a clock far from now stands at the edge and blows nothing up", () => {
    const { dots } = plotOf([item("a", 0, 0), item("b", -BASE, 1e12), item("c", 1e15, 5)], size, 0);
    expect(dots.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  });

  it("marked by a box are those that lie in it", () => {
    const side = fc.integer({ min: 0, max: 800 });
    fc.assert(
      fc.property(side, side, side, side, (x0, x1, y0, y1) => {
        const brush = brushOf(plot, size, { x0, x1, y0: y0 / 4, y1: y1 / 4 });
        const [left, right, top, bottom] = [
          Math.min(x0, x1),
          Math.max(x0, x1),
          Math.min(y0, y1) / 4,
          Math.max(y0, y1) / 4,
        ];
        for (const dot of plot.dots) {
          const [dx, dy] = [Math.min(dot.x - left, right - dot.x), Math.min(dot.y - top, bottom - dot.y)];
          // What lies on the line may be on either side of it.
          if (Math.min(Math.abs(dx), Math.abs(dy)) < 0.01) continue;
          expect(inBrush(dot.item, brush)).toBe(dx > 0 && dy > 0);
        }
      }),
    );
  });

  it("marked by two of them are both", () => {
    const [a, b] = items;
    if (a === undefined || b === undefined) throw new Error("no items");
    const brush = brushAround(b, a);
    expect([inBrush(a, brush), inBrush(b, brush)]).toEqual([true, true]);
    const box = boxOf(plot, size, brush);
    expect(box.x0 <= box.x1 && box.y0 <= box.y1).toBe(true);
  });
});

describe("percentiles behind the dots", () => {
  const chart = (direction: "inbound" | "outbound", values: (number | null)[]) => ({
    ...{ metric: "latency" as const, unit: "ms" as const, direction, observer: "source" as const },
    lines: [{ name: "p95", values }],
  });

  it.each([
    ["cart.shop", ["c/shop/app/cart", "d/shop/app/cart"]],
    ["cart.shop.svc.cluster.local", ["c/shop/app/cart", "d/shop/app/cart"]],
    ["plain", []],
    ["<b>.shop", []],
  ])("%s is %j", (service, nodes) => {
    expect(nodesOf(service, ["c", "d"])).toEqual(nodes);
  });

  it.each([
    ["of what it is asked", [chart("outbound", [1]), chart("inbound", [2])], "inbound"],
    [
      "of what it asks, where nothing counts what it is asked",
      [chart("outbound", [1]), chart("inbound", [null])],
      "outbound",
    ],
    ["none, where no sample is there", [chart("inbound", [null])], undefined],
  ])("are %s", (_, charts, expected) => {
    expect(latencyChart({ charts })?.direction).toBe(expected);
  });

  it("end with what is drawn last, not with what came after", () => {
    const series = { start: new Date(BASE).toISOString(), step: 20 };
    const lines = { lines: [{ name: "p95", values: [1, 2, null, 4, 5] }] };
    // Samples end at 0, 20, 40, 60, 80 s.
    const last = (from: number, to: number) => latest(lines, series, "p95", { from: BASE + from, to: BASE + to });
    expect([last(-30_000, 15_000), last(0, 30_000), last(0, 50_000), last(0, 500_000)]).toEqual([2, 2, 4, 5]);
    expect([last(-60_000, -30_000), last(25_000, 35_000), last(200_000, 300_000)]).toEqual([null, null, 5]);
    expect(latest(lines, series, "p50", { from: BASE, to: BASE + 1 })).toBeNull();
  });

  it("are steps of the time before each sample; gaps stay open, and what lies outside is left out", () => {
    const axes = { time: timeAxis([BASE, BASE + 40_000], 5, 0), duration: durationAxis([1, 100]) };
    const series = { start: new Date(BASE - 60_000).toISOString(), step: 20 };
    // Ends at -60, -40, -20, 0, 20, 40 s.
    const path = bandPath([5, 5, 5, 5, null, 10], series, size, axes);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.match(/L/g)).toHaveLength(2);
    expect(bandPath([5000, 0.001], { ...series, start: new Date(BASE).toISOString() }, size, axes)).toBe("");
    expect(bandPath([null, null], series, size, axes)).toBe("");
  });
});
