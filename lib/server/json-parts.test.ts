import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atOnce } from "#lib/tracing/steps.ts";
import { jsonParts } from "./json-parts.ts";

const written = (value: unknown): string => atOnce(jsonParts(value)).join("");

describe("parts of an answer", () => {
  test("are together what JSON.stringify writes", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void expect(written(value)).toBe(JSON.stringify(value))));
  });

  test.each<[string, unknown]>([
    [
      "long lists, cut where they may be",
      { a: Array.from({ length: 4_001 }, (_, i) => ({ i, text: `"${i}]` })), b: 1 },
    ],
    ["a long list by itself", Array.from({ length: 4_000 }, (_, i) => i)],
    ["lists with holes", { a: Array.from({ length: 2_500 }, () => undefined) }],
    ["members that are undefined", { a: undefined, b: { c: undefined }, d: 1 }],
    ["keys that are names of a prototype's", JSON.parse('{"__proto__":{"a":[1]},"constructor":null}')],
    ["nothing", {}],
  ])("of %s", (_, value) => {
    expect(written(value)).toBe(JSON.stringify(value));
  });

  test("are short where lists are long, with a pause after each", () => {
    const steps = jsonParts({ list: Array.from({ length: 20_000 }, (_, i) => i) });
    let pauses = 0;
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        expect(Math.max(...step.value.map(({ length }) => length))).toBeLessThan(20_000);
        break;
      }
      pauses += 1;
    }
    expect(pauses).toBe(20);
  });
});
