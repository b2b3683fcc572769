import { expect, test } from "vitest";
import { MARK_STATES, PROTOCOLS, SHAPES } from "#lib/layout/scene.ts";
import { wheelFactor } from "./input.ts";
import { outline, type Pen } from "./shapes.ts";
import { edgeWidth, lineStyle } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

const THEME = { edge: "edge", degraded: "amber", failing: "vermilion" } as RenderTheme;

test("width grows with the logarithm of traffic, and is drawn for none and too much", () => {
  const widths = [0, 1, 10, 100, 1e9].map((rate) => edgeWidth(rate, Number.NaN));
  expect(widths).toEqual([...widths].sort((a, b) => a - b));
  expect(widths[0]).toBeGreaterThan(0.5);
  expect(widths.at(-1)).toBe(8);
  expect(edgeWidth(Number.NaN, 1_000_000)).toBeGreaterThan(edgeWidth(Number.NaN, 1000));
  expect(edgeWidth(Number.NaN, Number.NaN)).toBe(edgeWidth(0, 0));
});

test("no two states look alike without colour, no two protocols share a dash", () => {
  const looks = MARK_STATES.map((_, state) => {
    const { alpha, dash, extra, hatched } = lineStyle(state, 0, THEME);
    return JSON.stringify({ alpha, dash, extra, hatched });
  });
  expect(new Set(looks).size).toBe(MARK_STATES.length);
  const dashes = PROTOCOLS.map((_, protocol) => JSON.stringify(lineStyle(0, protocol, THEME).dash));
  expect(new Set(dashes).size).toBe(PROTOCOLS.length);
});

test("every kind has an outline around its mark", () => {
  for (const shape of SHAPES) {
    const points: [number, number][] = [];
    const add = (x: number, y: number) => void points.push([x, y]);
    const pen: Pen = {
      moveTo: add,
      lineTo: add,
      closePath: () => undefined,
      arc: (x, y, r) => points.push([x - r, y - r], [x + r, y + r]),
      roundRect: (x, y, width, height) => points.push([x, y], [x + width, y + height]),
    };
    outline(pen, shape, 100, 50, 17);
    expect(points.length).toBeGreaterThan(1);
    expect(points.every(([x, y]) => Math.hypot(x - 100, y - 50) < 17 * 1.5)).toBe(true);
    expect(Math.max(...points.map(([x]) => x))).toBeGreaterThan(110);
  }
});

test.each([
  [{ deltaY: 100, deltaMode: 0, ctrlKey: false }, 0.8],
  [{ deltaY: -100, deltaMode: 0, ctrlKey: false }, 1.25],
  [{ deltaY: -3, deltaMode: 1, ctrlKey: false }, 1.11],
  [{ deltaY: -10, deltaMode: 0, ctrlKey: true }, 1.1],
  [{ deltaY: 1e9, deltaMode: 2, ctrlKey: false }, 0.59],
])("wheel %j zooms by about %d", (event, factor) => expect(wheelFactor(event)).toBeCloseTo(factor, 1));
