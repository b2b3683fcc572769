import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeptRows } from "./kept-rows.ts";

interface Thing {
  readonly value: number;
}

function rows() {
  const written: number[] = [];
  const kept = new KeptRows<Thing, { readonly value: Float64Array }>(
    (count) => ({ value: new Float64Array(count) }),
    (columns, at, { value }) => {
      written.push(at);
      columns.value[at] = value;
    },
  );
  return { kept, written };
}

describe("kept rows", () => {
  test("a row is written again where another object stands, and only there", () => {
    const { kept, written } = rows();
    const [a, b, c] = [{ value: 1 }, { value: 2 }, { value: 3 }];
    expect([...kept.of([a, b]).value]).toEqual([1, 2]);
    written.length = 0;
    expect([...kept.of([a, c]).value]).toEqual([1, 3]);
    expect(written).toEqual([1]);
  });

  test("the same list costs nothing; one of another length is written whole", () => {
    const { kept, written } = rows();
    const list = [{ value: 1 }, { value: 2 }];
    kept.of(list);
    written.length = 0;
    kept.of(list);
    expect(written).toEqual([]);
    expect([...kept.of(list.slice(1)).value]).toEqual([2]);
    expect([...kept.of([]).value]).toEqual([]);
  });

  test("whatever was asked before, the columns are those of the list", () => {
    const pool = Array.from({ length: 8 }, (_, value) => ({ value }));
    const lists = fc.array(fc.array(fc.constantFrom(...pool), { maxLength: 6 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lists, (asked) => {
        const { kept } = rows();
        for (const list of asked) expect([...kept.of(list).value]).toEqual(list.map(({ value }) => value));
      }),
    );
  });
});
