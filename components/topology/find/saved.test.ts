import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_TITLE, MOST_SAVED, readSaved, type Saved, withoutSaved, withSaved } from "./saved.ts";

const one: Saved = { title: "Mine", find: "error > 1%", hide: "" };

describe("kept expressions", () => {
  it.each([
    ["nothing", null, []],
    ["no JSON", "{", []],
    ["no list", '{"title":"x"}', []],
    ["entries that aren't sound", JSON.stringify([1, null, {}, { title: "", find: "", hide: "" }, one]), [one]],
    ["one without texts", JSON.stringify([{ title: "x", find: 5, hide: "" }]), []],
    ["a title that is too long", JSON.stringify([{ ...one, title: "x".repeat(LONGEST_TITLE + 1) }]), []],
    ["an expression that is too long", JSON.stringify([{ ...one, find: "x".repeat(3000) }]), []],
    ["the same title twice", JSON.stringify([one, { ...one, find: "idle" }]), [one]],
    ["what else an entry holds", JSON.stringify([{ ...one, __proto__: 1, more: 2 }]), [one]],
  ])("reads %s", (_, text, expected) => expect(readSaved(text)).toEqual(expected));

  it("reads any text without failing", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => readSaved(text).length <= MOST_SAVED));
  });

  it("keeps by title, in their order, and forgets", () => {
    const list = withSaved(withSaved([one], { title: " Hers ", find: "idle", hide: "" }), { ...one, find: "cb" });
    expect(list.map(({ title, find }) => [title, find])).toEqual([
      ["Hers", "idle"],
      ["Mine", "cb"],
    ]);
    expect(withoutSaved(list, "Hers")).toEqual([{ ...one, find: "cb" }]);
    expect(withSaved(list, { ...one, title: "  " })).toBe(list);
  });

  it("has an end", () => {
    let list: readonly Saved[] = [];
    for (let i = 0; i < MOST_SAVED + 9; i++) list = withSaved(list, { ...one, title: `t${i}` });
    expect(list).toHaveLength(MOST_SAVED);
    expect(readSaved(JSON.stringify(list))).toEqual(list);
  });
});
