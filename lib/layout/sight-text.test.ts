import fc from "fast-check";
import { expect, it } from "vitest";
import { readSight, writeSight } from "./sight-text.ts";

it("survives being written and read, to a hundredth of a pixel, and is written alike again", () => {
  const place = fc.double({ min: -99_999, max: 99_999, noNaN: true });
  const zoom = fc.double({ min: 0.02, max: 4, noNaN: true });
  fc.assert(
    fc.property(place, place, zoom, (x, y, k) => {
      const text = writeSight({ x, y, k });
      const read = readSight(text);
      expect(read).not.toBeNull();
      if (read === null) return;
      expect(Math.max(Math.abs(read.x - x), Math.abs(read.y - y)) * k).toBeLessThan(0.01);
      expect(Math.abs(read.k - k)).toBeLessThan(1e-7);
      expect(writeSight(read)).toBe(text);
    }),
  );
});

it.each([
  "",
  "1,2",
  "1,2,3,4",
  "1,2,0",
  "1,2,-1",
  "1,2,101",
  "NaN,2,1",
  "1,Infinity,1",
  "1e3,2,1",
  "0x10,2,1",
  " 1,2,1",
  "9999999,2,1",
  "1,2,1<img src=x>",
])("takes %j for none", (text) => {
  expect(readSight(text)).toBeNull();
});

it("writes nothing of a sight that isn't one", () => {
  expect(writeSight({ x: Number.NaN, y: 0, k: 1 })).toBe("");
  expect(writeSight({ x: 1e9, y: 0, k: 1 })).toBe("");
});
