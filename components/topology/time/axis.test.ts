import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AXIS_SECONDS } from "#components/shell/url-state.ts";
import { arrived, cluster, frameStep, nextFrame, place, steppedTo, stretchFrom, stretchTo, ticks } from "./axis.ts";

const END = Date.parse("2026-08-20T14:00:03Z");
const range = fc.constantFrom(...Object.values(AXIS_SECONDS));

describe("the axis", () => {
  it("ends on the server's grain", () => {
    expect(stretchTo(END, 60)).toEqual({
      start: Date.parse("2026-08-20T13:59:00Z"),
      end: Date.parse("2026-08-20T14:00:00Z"),
    });
  });

  it("begins where somebody says, and ends now at the latest", () => {
    const start = Date.parse("2026-08-20T12:00:02Z");
    const on = Date.parse("2026-08-20T12:00:00Z");
    expect(stretchFrom(start, 300, END)).toEqual({ start: on, end: on + 300_000 });
    expect(stretchFrom(start, 86_400, END)).toEqual({ start: on, end: Date.parse("2026-08-20T14:00:00Z") });
    expect(stretchFrom(END, 60, END).end).toBeGreaterThan(stretchFrom(END, 60, END).start);
  });

  it("places what lies outside at its ends", () => {
    const stretch = stretchTo(END, 60);
    expect([stretch.start - 1, stretch.start + 30_000, stretch.end + 1].map((ms) => place(stretch, ms))).toEqual([
      0, 0.5, 1,
    ]);
  });

  it("has between two and eight ticks, all inside, whatever the range and the zone", () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: -48, max: 56 }), (seconds, end, zone) => {
        const stretch = stretchTo(end, seconds);
        const found = ticks(stretch, zone * 900_000);
        expect(found.length).toBeGreaterThanOrEqual(2);
        expect(found.length).toBeLessThanOrEqual(9);
        expect(found.every((at) => at >= stretch.start && at <= stretch.end)).toBe(true);
      }),
    );
  });

  it("replays from any frame to the end, in about sixty steps", () => {
    fc.assert(
      fc.property(range, (seconds) => {
        const stretch = stretchTo(END, seconds);
        let frames = 0;
        for (let at: number | null = stretch.start; at !== null; at = nextFrame(stretch, at, frameStep(stretch))) {
          expect(at % 5000).toBe(0);
          frames += 1;
        }
        expect(frames).toBe(Math.floor((stretch.end - stretch.start) / frameStep(stretch)) + 1);
        expect(frames).toBeLessThanOrEqual(75);
      }),
    );
  });

  it("goes on from an instant between two frames to the next of them", () => {
    const stretch = stretchTo(END, 3600);
    expect(nextFrame(stretch, stretch.start + 65_000, 60_000)).toBe(stretch.start + 120_000);
    expect(nextFrame(stretch, stretch.start + 60_000, 180_000)).toBe(stretch.start + 180_000);
    expect(nextFrame(stretch, stretch.end, 60_000)).toBeNull();
  });

  it.each([
    ["ArrowRight", 60, false, 120],
    ["ArrowUp", 70, false, 120],
    ["ArrowLeft", 120, false, 60],
    ["ArrowDown", 70, false, 60],
    ["ArrowLeft", 70, true, 65],
    ["PageUp", 0, false, 600],
    ["PageDown", 120, false, 0],
    ["ArrowRight", 3590, false, 3600],
    ["PageDown", 0, true, 0],
  ])("goes by %s from second %i (Shift: %s) to %i, from frame to frame", (key, from, shift, to) => {
    const stretch = stretchTo(END, 3600);
    expect(steppedTo(stretch, stretch.start + from * 1000, key, shift, 60_000)).toBe(stretch.start + to * 1000);
  });

  it("leaves other keys alone, and goes from any instant over frames to either end", () => {
    expect(steppedTo(stretchTo(END, 60), END, "Home", false, 5000)).toBeNull();
    fc.assert(
      fc.property(range, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (seconds, part, forth) => {
        const stretch = stretchTo(END, seconds);
        const step = frameStep(stretch);
        let at = stretch.start + Math.floor((part * (stretch.end - stretch.start)) / 5000) * 5000;
        for (let keys = 0; keys < 80; keys++)
          at = steppedTo(stretch, at, forth ? "ArrowRight" : "ArrowLeft", false, step) ?? Number.NaN;
        expect(at).toBe(forth ? stretch.end : stretch.start);
      }),
    );
  });

  it("waits for the answer that was asked for", () => {
    expect(arrived("2026-08-20T14:00:00Z", "2026-08-20T14:00:04Z")).toBe(true);
    expect(arrived("2026-08-20T14:00:05Z", "2026-08-20T14:00:04Z")).toBe(false);
    expect(arrived("2026-08-20T14:00:00Z", String(Date.parse("2026-08-20T14:00:04Z") / 1000))).toBe(true);
    expect(arrived(null, "2026-08-20T14:00:04Z")).toBe(false);
  });

  it("makes one sign of marks that can't be told apart, and keeps every mark of the stretch", () => {
    const stretch = stretchTo(END, 3600);
    const mark = (seconds: number) => ({ at: new Date(stretch.end - seconds * 1000).toISOString() });
    const found = cluster(stretch, [mark(10), mark(1800), mark(1805), mark(7200)]);
    expect(found.map(({ items }) => items.length)).toEqual([2, 1]);
  });
});
