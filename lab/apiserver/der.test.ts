import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bits, der, integer, octets, oid, time } from "./der.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("DER", () => {
  it.each([
    [0, "020100"],
    [1, "020101"],
    [127, "02017f"],
    [128, "02020080"],
    [256, "02020100"],
  ])("writes the integer %i in its shortest form", (value, expected) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    expect(hex(integer(bytes))).toBe(expected);
  });

  it.each([
    ["2.5.4.3", "0603550403"],
    ["1.2.840.10045.4.3.2", "06082a8648ce3d040302"],
    ["1.3.6.1.5.5.7.3.1", "06082b06010505070301"],
  ])("writes the identifier %s", (dotted, expected) => {
    expect(hex(oid(dotted))).toBe(expected);
  });

  it("writes times in the form their year demands", () => {
    expect(hex(time(new Date("2026-11-23T02:15:57Z")))).toBe(`170d${hex(Buffer.from("261123021557Z"))}`);
    expect(hex(time(new Date("2050-01-01T00:00:00Z")))).toBe(`180f${hex(Buffer.from("20500101000000Z"))}`);
  });

  it("says how many bits of a bit string don't count", () => {
    expect(hex(bits(Buffer.from([0b1000_0000]), 7))).toBe("03020780");
  });

  it("begins every element with a length that leads to its end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (content) => {
        const element = octets(content);
        const first = element[1] ?? 0;
        const more = first & 0x80 ? first & 0x7f : 0;
        const length = more === 0 ? first : element.subarray(2, 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
        expect(element.length).toBe(2 + more + length);
        expect(length).toBe(content.length);
        // The shortest form: no leading zero, and none where one byte would do.
        if (more > 0) expect(element[2]).not.toBe(0);
        if (length < 0x80) expect(more).toBe(0);
      }),
      { numRuns: 50 },
    );
    expect(hex(der(0x30, der(0x05), der(0x05)))).toBe("300405000500");
  });
});
