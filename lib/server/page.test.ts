import { describe, expect, it } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { page } from "./page.ts";

const key = (text: string) => text;

describe("page", () => {
  it("walks everything once, in order", () => {
    const items = ["d", "a", "c", "b", "e"];
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const result = page(items, key, { limit: 2, next });
      seen.push(...result.items);
      next = result.next;
    } while (next !== undefined);
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("goes on behind an item that has gone", () => {
    const first = page(["a", "b", "c"], key, { limit: 2 });
    expect(page(["a", "c"], key, { limit: 2, next: first.next }).items).toEqual(["c"]);
  });

  it("ends exactly at the limit", () => {
    expect(page(["a", "b"], key, { limit: 2 })).toEqual({ items: ["a", "b"] });
  });

  it("refuses a place that no page named", () => {
    let code: string | null = null;
    try {
      page(["a"], key, { limit: 1, next: "bogus" });
    } catch (thrown) {
      code = problemOf(thrown).code;
    }
    expect(code).toBe("bad_parameter");
  });
});
