import { describe, expect, it } from "vitest";
import { edgeBounds } from "./hit.ts";
import { sceneOf } from "./render.test-support.ts";
import { dotsAt, flowsOf } from "./traffic.ts";

const scene = sceneOf(
  [
    { id: "a", x: 0, y: 0 },
    { id: "b", x: 400, y: 0 },
    { id: "c", x: 400, y: 3000 },
    { id: "d", x: 800, y: 3000 },
  ],
  [
    { from: 0, to: 1, p95: 20 },
    { from: 0, to: 1, p95: 900 },
    { from: 0, to: 1, state: 3 },
    { from: 2, to: 3 },
  ],
);
const size = { width: 1000, height: 700 };
const flows = (of = scene, k = 1) => flowsOf(of, edgeBounds(of), { x: 0, y: 0, k }, size);

describe("moving traffic", () => {
  it("moves on what is on screen and carries anything", () => {
    expect(flows().map(({ edge }) => edge)).toEqual([0, 1]);
    expect(flows(scene, 0.2).map(({ edge }) => edge)).toEqual([0, 1, 3]);
  });
  it("is faster for lower latency, and shows that some fail", () => {
    const [fast, slow] = flows();
    expect(fast?.speed).toBeGreaterThan(2 * (slow?.speed ?? 1));
    expect(fast?.failing).toBe(1);
    const well = { ...scene, edges: { ...scene.edges, errorShare: new Float32Array(4) } };
    expect(flows(well)[0]?.failing).toBe(0);
  });
  it("has more dots for more requests, but never many", () => {
    const rates = (rate: number) => ({ ...scene, edges: { ...scene.edges, rate: new Float32Array(4).fill(rate) } });
    const counts = [0.01, 10, 1000, 1e9].map((rate) => flows(rates(rate))[0]?.dots ?? 0);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts[0]).toBe(1);
    expect(counts[3]).toBe(5);
  });
  it("goes round: dots stay on the edge, evenly apart", () => {
    const flow = { edge: 3, dots: 4, speed: 0.5, failing: 0 };
    for (const ms of [0, 999, 123_456]) {
      const at = [...dotsAt(flow, ms)].sort((a, b) => a - b);
      for (const share of at) expect(share).toBeGreaterThanOrEqual(0);
      expect(at[3]).toBeLessThan(1);
      expect((at[1] ?? 0) - (at[0] ?? 0)).toBeCloseTo(0.25);
    }
  });
});
