import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findUnit, inGraphUnit, type Quantity, readNumber, unitsOf } from "./units.ts";

describe("typed numbers", () => {
  it.each([
    ["time", "250ms", 250],
    ["time", "0.25s", 250],
    ["time", "500", 500],
    ["time", "2min", 120_000],
    ["time", "1500µs", 1.5],
    ["rate", "600/m", 10],
    ["rate", "36/h", 0.01],
    ["rate", "1.5k/s", 1500],
    ["rate", "3", 3],
    ["share", "1%", 0.01],
    ["share", "50", 0.5],
    ["bytes", "5kB/s", 5000],
    ["bytes", "2KIB/S", 2048],
    ["count", "2k", 2000],
    ["amount", "5%", 0.05],
    ["amount", "30/m", 0.5],
    ["count", ".5", 0.5],
    ["count", "1e3", 1000],
    ["count", "1E-2", 0.01],
  ] as const)("as %s, %s is %d", (quantity, text, expected) => {
    const typed = readNumber(text);
    const unit = findUnit(quantity, typed?.unit ?? "?");
    expect(inGraphUnit(quantity, typed?.value ?? Number.NaN, unit ?? "?")).toBe(expected);
  });

  it.each(["", ".", "ms", "-5", "+5", "e5", "½"])("'%s' is no number", (text) => expect(readNumber(text)).toBeNull());

  it.each([
    ["1e", 1, "e"],
    ["1.2.3", 1.2, ".3"],
    ["10x", 10, "x"],
  ])("%s is %d and a unit '%s' that there isn't", (text, value, unit) => {
    expect(readNumber(text)).toMatchObject({ value, unit });
    expect(findUnit("count", unit)).toBeNull();
  });

  it("every unit that is offered is understood, whatever its casing leaves no doubt of", () => {
    const kinds: readonly Quantity[] = ["count", "rate", "time", "share", "bytes", "amount"];
    for (const kind of kinds) {
      for (const unit of unitsOf(kind)) expect(findUnit(kind, unit)).toBe(unit);
    }
    expect(findUnit("bytes", "KB/s")).toBe("kB/s");
    expect(findUnit("count", "m")).toBe("M");
  });

  it("reads any number that is printed", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(`${value}ms`)).toMatchObject({ value: value === 0 ? 0 : value, unit: "ms" });
      }),
    );
  });
});
