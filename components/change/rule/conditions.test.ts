import { describe, expect, it } from "vitest";
import { type Condition, FIRST, missing, twice, whenOf } from "./conditions.ts";

const of = (kind: Condition["kind"], name: string, value: string): Condition => ({ ...FIRST, kind, name, value });

describe("conditions of a rule", () => {
  it.each<[string, Condition, string | null]>([
    ["a header without a name", of("header", "", "beta"), "Give it a name."],
    ["a name that no header has", of("header", "x y", "beta"), "Give it a name."],
    ["no value", of("cookie", "group", ""), "Give it a value."],
    ["a path from nowhere", of("path", "", "beta"), "A path begins with /."],
    ["a whole one", of("path", "", "/beta"), null],
  ])("%s", (_, condition, said) => expect(missing(condition)).toBe(said));

  it.each<[string, readonly Condition[], string | null]>([
    ["two paths", [of("path", "", "/a"), of("path", "", "/b")], "A rule can test path once."],
    ["two cookies", [of("cookie", "a", "1"), of("cookie", "b", "2")], "A rule can test cookie once."],
    ["a header in two cases", [of("header", "X-A", "1"), of("header", "x-a", "2")], "A rule can test header x-a once."],
    ["two headers", [of("header", "a", "1"), of("header", "b", "2")], null],
    ["a header and a label of one name", [of("header", "app", "1"), of("sourceLabel", "app", "2")], null],
  ])("%s", (_, conditions, said) => expect(twice(conditions)).toBe(said));

  it("become one wish, of which none is lost", () => {
    const conditions = [
      of("header", "x-group", "beta"),
      of("cookie", "who", "me"),
      of("path", "", "/a"),
      of("method", "", "get"),
      of("sourceLabel", "app", "web"),
      of("sourceNamespace", "", "edge"),
    ];
    expect(twice(conditions)).toBeNull();
    expect(whenOf(conditions)).toEqual({
      headers: { "x-group": { op: "exact", value: "beta" } },
      cookie: { name: "who", value: "me" },
      path: { op: "exact", value: "/a" },
      method: { op: "exact", value: "GET" },
      sourceLabels: { app: "web" },
      sourceNamespace: "edge",
    });
  });
});
