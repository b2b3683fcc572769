import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wholeFit } from "./whole.ts";

describe("the whole drawing as a picture", () => {
  it("is twice as sharp as the drawing where that fits, with room around it", () => {
    const fit = wholeFit({ left: -10, top: 0, right: 990, bottom: 600 }, 70);
    expect(fit).toEqual({ size: { width: 1064, height: 664 }, ratio: 2, camera: { x: 42, y: 32, k: 1 } });
  });

  it("fits what browsers can draw, whatever its size and shape", () => {
    const side = fc.integer({ min: 1, max: 200_000 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 0, max: 200 }), (right, bottom, below) => {
        const { size, ratio } = wholeFit({ left: 0, top: 0, right, bottom }, below);
        const [width, height] = [size.width * ratio, (size.height + below) * ratio];
        expect(Math.max(width, height)).toBeLessThanOrEqual(8192.001);
        expect(width * height).toBeLessThanOrEqual(32_000_001);
        expect(ratio).toBeGreaterThan(0);
      }),
    );
  });
});
