import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLabelKey, isLabelValue, matchesLabels, parseLabelSelector, type Requirement } from "./label-selector.ts";
import { StatusError } from "./status.ts";

const letters = fc.constantFrom("a", "b", "app", "inn", "x-1", "example.com/team", "A_b.c");
const values = fc.constantFrom("", "x", "y", "in", "v1", "1", "22", "A_b.c");
const requirement: fc.Arbitrary<Requirement> = fc.oneof(
  fc.record({
    key: letters,
    operator: fc.constantFrom("in" as const, "notin" as const),
    values: fc.array(values, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key: letters, operator: fc.constantFrom("exists" as const, "absent" as const), values: fc.constant([]) }),
  fc.record({
    key: letters,
    operator: fc.constantFrom("gt" as const, "lt" as const),
    values: fc.tuple(fc.integer({ min: 0, max: 99 }).map(String)),
  }),
);
const labels = fc.dictionary(letters, values, { maxKeys: 4 });

function print({ key, operator, values: wanted }: Requirement): string {
  if (operator === "exists") return key;
  if (operator === "absent") return `!${key}`;
  if (operator === "gt" || operator === "lt") return `${key}${operator === "gt" ? ">" : "<"}${wanted[0] ?? ""}`;
  return `${key} ${operator} (${wanted.join(",")})`;
}

describe("label selectors", () => {
  it("parse back what is printed", () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), fc.constantFrom(",", " , ", ",  "), (wanted, comma) => {
        expect(parseLabelSelector(wanted.map(print).join(comma))).toEqual(wanted);
      }),
    );
  });

  it("either parse or are refused with 400, whatever the text", () => {
    const noise = fc.array(
      fc.constantFrom("a", "in", "notin", "(", ")", ",", "=", "==", "!=", "!", "<", ">", " ", "x/y", "ä", "\n", "-"),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          noise.map((parts) => parts.join("")),
        ),
        (text) => {
          try {
            for (const { key } of parseLabelSelector(text)) expect(isLabelKey(key)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(StatusError);
            expect((error as StatusError).code).toBe(400);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("select what all their requirements select", () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), labels, (wanted, actual) => {
        expect(matchesLabels(wanted, actual)).toBe(wanted.every((one) => matchesLabels([one], actual)));
      }),
    );
  });

  it("split any set of labels by a condition and its opposite", () => {
    fc.assert(
      fc.property(letters, fc.array(values, { minLength: 1 }), labels, (key, wanted, actual) => {
        const test = (operator: Requirement["operator"]): boolean =>
          matchesLabels([{ key, operator, values: wanted }], actual);
        expect(test("in")).toBe(!test("notin"));
        expect(test("exists")).toBe(!test("absent"));
      }),
    );
  });

  it.each(["in", "notin in (x)", "a>-1", "a in (b", "a,,b", "a=b,"])("refuse %j", (text) => {
    expect(() => parseLabelSelector(text)).toThrow(StatusError);
  });

  it("don't find labels in the prototype", () => {
    expect(matchesLabels(parseLabelSelector("constructor"), {})).toBe(false);
  });

  it.each([
    ["a", true],
    ["example.com/a", true],
    ["A_b.c-d", true],
    ["", false],
    ["/a", false],
    ["a/b/c", false],
    ["-a", false],
    ["Example.com/a", false],
    ["a".repeat(63), true],
    ["a".repeat(64), false],
  ])("take %j for a key: %s", (key, expected) => expect(isLabelKey(key)).toBe(expected));

  it.each([
    ["", true],
    ["a b", false],
    ["v1.2_x-y", true],
    ["-", false],
    ["a".repeat(64), false],
  ])("take %j for a value: %s", (value, expected) => expect(isLabelValue(value)).toBe(expected));
});
