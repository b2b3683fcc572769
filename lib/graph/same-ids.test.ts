import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knownSameIds, replaced } from "./same-ids.ts";

interface Item {
  readonly id: string;
  readonly value: number;
}
const item = (id: string, value = 0): Item => ({ id, value });

describe("replacing elements of a list", () => {
  it("keeps order, leaves the list as it was, and knows that the ids are the same", () => {
    const before = [item("a"), item("b"), item("c")];
    const after = replaced(before, [item("c", 2), item("a", 1)]);
    expect(after).toEqual([item("a", 1), item("b"), item("c", 2)]);
    expect(before).toEqual([item("a"), item("b"), item("c")]);
    expect(after?.[1]).toBe(before[1]);
    expect(knownSameIds(before, after ?? [])).toBe(true);
  });

  it("is refused where an element isn't in the list, or an id is there twice", () => {
    expect(replaced([item("a")], [item("b")])).toBeNull();
    expect(replaced([item("a"), item("a")], [item("a", 1)])).toBeNull();
  });

  it("says nothing of lists that came otherwise", () => {
    const list = [item("a")];
    expect(knownSameIds(list, list)).toBe(true);
    expect(knownSameIds(list, [item("a")])).toBe(false);
    expect(knownSameIds([item("a")], [item("b")])).toBe(false);
  });

  it("never takes lists of other ids for the same, however they came about", () => {
    const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 });
    fc.assert(
      fc.property(ids, fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer())), (start, steps) => {
        const lists: (readonly Item[])[] = [start.map((id) => item(id))];
        for (const [id, value] of steps) {
          const next = replaced(lists.at(-1) ?? [], [item(id, value)]);
          if (next !== null) lists.push(next);
        }
        const names = lists.map((list) => list.map(({ id }) => id).join());
        return lists.every((a, i) => lists.every((b, j) => !knownSameIds(a, b) || names[i] === names[j]));
      }),
    );
  });
});
