import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptUnder, moved } from "./scrolling.ts";

describe("zoom keeps what is under the pointer", () => {
  it.each([
    ["at the begin of a scrolled drawing", { scroll: 100, room: 400, size: 2000 }, 0, 1, 2, 200],
    ["in the middle", { scroll: 100, room: 400, size: 2000 }, 200, 1, 2, 400],
    ["back again", { scroll: 400, room: 400, size: 2000 }, 200, 2, 1, 100],
    ["of one that stood in the middle", { scroll: 0, room: 400, size: 200 }, 200, 1, 4, 200],
    ["and scrolls nothing where nothing is to scroll", { scroll: 100, room: 400, size: 500 }, 0, 1, 0.5, 0],
  ] as const)("%s", (_, axis, at, before, after, scroll) => {
    expect(keptUnder(axis, at, before, after)).toBeCloseTo(scroll, 6);
  });

  it("as far as there is anything to scroll, and never beyond", () => {
    const zoom = fc.double({ min: 0.2, max: 2, noNaN: true });
    const length = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(
        length,
        length,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        zoom,
        zoom,
        (room, size, share, at, before, after) => {
          const axis = { room, size, scroll: share * Math.max(0, size * before - room) };
          const scroll = keptUnder(axis, at * room, before, after);
          expect(scroll).toBeGreaterThanOrEqual(0);
          expect(scroll).toBeLessThanOrEqual(Math.max(0, size * after - room) + 1e-6);
        },
      ),
    );
  });
});

it.each([
  [0, 0, false],
  [2, -3, false],
  [0, 4, true],
  [-3, 3, true],
])("a way of %d, %d is a drag: %s", (dx, dy, drags) => {
  expect(moved(dx, dy)).toBe(drags);
});
