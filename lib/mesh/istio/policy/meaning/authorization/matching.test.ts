import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inBlock, parseAddress } from "./address.ts";
import { fitsTemplate, globs } from "./text.ts";

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

describe("texts", () => {
  const some = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  test("globs match as the expression that istiod makes of them", () => {
    fc.assert(
      fc.property(some, fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 }), (pattern, text) => {
        expect(globs(pattern, text)).toBe(new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`).test(text));
      }),
    );
  });

  const segment = fc.constantFrom("a", "b", "{*}", "{**}", "");
  test("templates match as the expression that the proxy makes of them", () => {
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 6 }),
        fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 7 }),
        (t, p) => {
          const [template, path] = [`/${t.join("/")}`, `/${p.join("/")}`];
          const expression = template
            .split("/")
            .map((each) => (each === "{**}" ? "[^]*" : each === "{*}" ? "[^/]+" : each))
            .join("/");
          expect(fitsTemplate(template, path)).toBe(new RegExp(`^${expression}$`).test(path));
        },
      ),
    );
  });

  test("hostile patterns take no longer for it", () => {
    const start = process.cpuUsage();
    expect(globs("a*".repeat(2_000), "a".repeat(10_000) + "b")).toBe(true);
    expect(globs(`${"a*".repeat(2_000)}c`, "a".repeat(10_000))).toBe(false);
    expect(fitsTemplate("/{**}".repeat(300), `${"/a".repeat(2_000)}`)).toBe(true);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(2_000);
  });
});

describe("addresses", () => {
  test.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.1.2.3", "10.1.2.3", true],
    ["0.0.0.0/0", "1.2.3.4", true],
    ["2001:db8::/32", "2001:db8:1::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["::/0", "1.2.3.4", false],
    ["10.0.0.0/8", "::ffff:10.0.0.1", true],
    ["10.0.0.0/33", "10.0.0.1", null],
    ["10.0.0/8", "10.0.0.1", null],
    ["1:2:3:4:5:6:7:8:9", "::1", null],
    ["1::2::3", "::1", null],
    ["10.0.0.0/8", "somewhere", null],
    ["10.0.0.01", "10.0.0.1", null],
  ])("%s holds %s: %s", (block, address, wanted) => expect(inBlock(block, address)).toBe(wanted));

  test("an address lies in each block that its own first bits make", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, length) => {
        const width = parseAddress(address)?.width ?? 0;
        expect(inBlock(`${address}/${Math.min(length, width)}`, address)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (a, b, length) => {
        const bits = (text: string) =>
          text
            .split(".")
            .map((part) => Number(part).toString(2).padStart(8, "0"))
            .join("");
        expect(inBlock(`${a}/${length}`, b)).toBe(bits(a).slice(0, length) === bits(b).slice(0, length));
      }),
    );
  });

  test("any text is an address or none", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => [true, false, null].includes(inBlock(a, b))));
  });
});
