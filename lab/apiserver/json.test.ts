import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isObject, type Json, type JsonObject, mapItems, mapMembers } from "./json.ts";

const members = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => value as JsonObject);

/** Members that the key or the value picks out go, numbers grow, the rest stays. */
const change = (inner: Json): Json | undefined =>
  inner === null ? undefined : typeof inner === "number" ? inner + 1 : inner;

describe("mapMembers and mapItems", () => {
  it("make what a copy of everything would be, in its order", () => {
    fc.assert(
      fc.property(object, (value) => {
        const plain = Object.entries(value).flatMap(([key, inner]) => {
          const next = inner === undefined ? undefined : change(inner);
          return next === undefined ? [] : [[key, next] as const];
        });
        expect(Object.entries(mapMembers(value, change))).toEqual(plain);
        expect(mapItems(Object.values(value) as readonly Json[], change)).toEqual(plain.map(([, inner]) => inner));
      }),
    );
  });

  it("answer the value itself where nothing changes, and never change it", () => {
    fc.assert(
      fc.property(object, (value) => {
        const items = Object.values(value) as readonly Json[];
        const text = JSON.stringify(value);
        expect(mapMembers(value, (inner) => inner)).toBe(value);
        expect(mapItems(items, (item) => item)).toBe(items);
        mapMembers(value, change);
        expect(JSON.stringify(value)).toBe(text);
      }),
    );
  });

  it("leave out members that are undefined, and keep one that is called __proto__", () => {
    expect(Object.keys(mapMembers({ a: 1, b: undefined, c: 2 }, (inner) => inner))).toEqual(["a", "c"]);
    const odd = mapMembers(members('{"a": null, "__proto__": {"x": 1}}'), (inner) =>
      inner === null ? undefined : inner,
    );
    expect(Object.keys(odd)).toEqual(["__proto__"]);
    expect(isObject(odd) && "x" in odd).toBe(false);
  });
});
