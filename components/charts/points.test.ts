import { describe, expect, it } from "vitest";
import type { Chart, SeriesAnswer } from "#lib/api/series.ts";
import { chartPoints, isLone, pickChart } from "./points.ts";

const chart = (metric: Chart["metric"], direction: Chart["direction"], lines: Chart["lines"]): Chart => ({
  metric,
  unit: metric === "latency" ? "ms" : "1/s",
  direction,
  observer: "source",
  lines,
});
const answer = (...charts: Chart[]): SeriesAnswer => ({
  id: "x",
  start: "2026-08-20T14:00:00Z",
  end: "2026-08-20T14:00:30Z",
  step: 15,
  window: 60,
  charts,
  problems: [],
  warnings: [],
});
const line = (name: string, ...values: (number | null)[]) => ({ name, values });

describe("chart points", () => {
  it("sums outcome classes, and keeps a gap a gap", () => {
    const requests = chart("requests", "edge", [
      line("ok", 10, null, 8),
      line("server", null, null, 2),
      line("client", 1, null, 0),
    ]);
    const { names, points } = chartPoints(answer(requests), requests);
    const start = Date.parse("2026-08-20T14:00:00Z");
    expect(names).toEqual(["requests", "failed"]);
    expect(points).toEqual([
      { t: start, requests: 11, failed: 0 },
      { t: start + 15_000, requests: null, failed: null },
      { t: start + 30_000, requests: 10, failed: 2 },
    ]);
  });

  it("says no number of failures where some requests have no class", () => {
    const requests = chart("requests", "whole", [line("ok", 1, 1), line("server", 1, 1), line("unknown", 0, 2)]);
    expect(chartPoints(answer(requests), requests).points.map(({ requests: all, failed }) => [all, failed])).toEqual([
      [2, 1],
      [4, null],
    ]);
  });

  it("leaves other metrics as they are", () => {
    const latency = chart("latency", "edge", [line("p50", 5, null), line("p95", 9, 10)]);
    expect(chartPoints(answer(latency), latency).points.map(({ p50, p95 }) => [p50, p95])).toEqual([
      [5, 9],
      [null, 10],
    ]);
  });

  it("tells a value between gaps from those that a line leads to", () => {
    const points = [1, null, 2, 3, null, 0].map((ok, t) => ({ t, ok }));
    expect(points.map((_, index) => isLone(points, "ok", index))).toEqual([true, false, false, false, false, true]);
  });

  it.each([
    ["what comes in before what goes out", ["outbound", "inbound"], "inbound"],
    ["what goes out where nothing comes in", ["outbound"], "outbound"],
  ] as const)("picks %s", (_, directions, expected) => {
    const charts = directions.map((direction) => chart("requests", direction, [line("ok", 1)]));
    expect(pickChart(answer(...charts), "requests")?.direction).toBe(expected);
  });

  it("picks nothing where no line has a sample", () => {
    expect(pickChart(answer(chart("requests", "edge", [line("ok", null)])), "requests")).toBeNull();
    expect(pickChart(answer(), "bytes")).toBeNull();
  });
});
