import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CutError, JsonCutter, type Plan } from "./cut.ts";

/** What a plan finds in a text that comes in parts. */
function cut(plans: readonly Plan[], parts: readonly string[]): string[] {
  const said: string[] = [];
  const cutter = new JsonCutter(plans, {
    piece: (name, value) => said.push(`${name}=${JSON.stringify(value)}`),
    end: (name) => said.push(`/${name}`),
  });
  for (const part of parts) cutter.write(part);
  cutter.finish();
  return said;
}

function problem(plans: readonly Plan[], text: string): string {
  try {
    cut(plans, [text]);
    return "none";
  } catch (thrown) {
    return thrown instanceof CutError ? thrown.problem : String(thrown);
  }
}

const SPANS: Plan = {
  members: { data: { items: { members: { spans: { items: { take: "span" } }, id: { take: "id" } }, end: "trace" } } },
};

describe("cutting JSON", () => {
  test.each<[string, readonly Plan[], string, string[]]>([
    [
      "items",
      [SPANS],
      '{"data":[{"spans":[{"a":1},2,"x"],"id":"t"}]}',
      ['span={"a":1}', "span=2", 'span="x"', 'id="t"', "/trace"],
    ],
    ["order doesn't matter", [SPANS], '{"data":[{"id":null,"spans":[]}]}', ["id=null", "/trace"]],
    ["what isn't wanted", [SPANS], '{"x":[{"spans":[1]}],"data":null,"y":"}]{["}', []],
    ["another shape than planned", [SPANS], '{"data":{"spans":[1]}}', []],
    ["spaces everywhere", [SPANS], ' { "data" : [ { "id" : 7 } ] } ', ["id=7", "/trace"]],
    ["brackets and escapes in strings", [SPANS], '{"data":[{"id":"\\"]}\\\\"}]}', ['id="\\"]}\\\\"', "/trace"]],
    ["an escaped key", [SPANS], '{"d\\u0061ta":[{"id":1}]}', ["id=1", "/trace"]],
    [
      "an empty key, and one of a prototype",
      [SPANS],
      '{"":[{"id":1}],"constructor":{"id":1},"__proto__":[1],"data":[]}',
      [],
    ],
    ["documents in a row", [{ take: "all" }], '{"a":1}\n{"a":2}\n', ['all={"a":1}', 'all={"a":2}']],
    ["alternatives by their beginning", [{ items: { take: "item" } }, SPANS], "[1,2]", ["item=1", "item=2"]],
    [
      "only objects",
      [{ items: { items: { take: "x" } } }, { items: { take: "x", only: "object" } }],
      "[[1],{},2]",
      ["x=1", "x={}"],
    ],
    ["a bare scalar", [{ take: "all" }], "17", ["all=17"]],
  ])("%s", (_, plans, text, expected) => {
    expect(cut(plans, [text])).toEqual(expected);
    expect(cut(plans, [...text])).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ["a page", "<!doctype html>", "not-json"],
    ["nothing", "", "not-json"],
    ["only spaces", "  ", "not-json"],
    ["a cut text", '{"data":[{"id":1', "not-json"],
    ["a cut piece", '{"data":[{"id":{"a":1', "not-json"],
    ["a broken piece", '{"data":[{"id":{"a":}}]}', "not-json"],
    ["no comma", '{"data":[{"id":1}{"id":2}]}', "not-json"],
    ["the wrong bracket", '{"data":[{"id":1}}', "not-json"],
    ["a key without quotes", "{data:[]}", "not-json"],
    ["deep inside a piece", `{"data":[{"id":${"[".repeat(100_000)}`, "too-deep"],
    ["deep in what is passed over", `{"x":${"[".repeat(100_000)}`, "too-deep"],
    ["a piece without end", `{"data":[{"id":"${"x".repeat(17 * 1024 * 1024)}`, "piece-too-large"],
  ])("refuses %s", (_, text, expected) => {
    expect(problem([SPANS], text)).toBe(expected);
  });

  test("any JSON, cut anywhere, gives what JSON.parse gives", () => {
    const json = fc.json({ maxDepth: 6 }).filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(json, fc.array(fc.nat(200)), (text, cuts) => {
        const parts: string[] = [];
        let rest = `{"k":${text}}`;
        for (const length of cuts) {
          parts.push(rest.slice(0, length));
          rest = rest.slice(length);
        }
        const found = cut([{ members: { k: { take: "k" } } }], [...parts, rest]);
        expect(found).toEqual([`k=${JSON.stringify(JSON.parse(text))}`]);
      }),
    );
  });

  test("any text either is cut or refused, whatever it holds", () => {
    const tokens = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "data",
      '"data"',
      "1",
      "-",
      "null",
      " ",
      "é",
      "\u0000",
    );
    fc.assert(
      fc.property(
        fc.array(tokens).map((each) => each.join("")),
        (text) => {
          expect(["none", "not-json", "too-deep"]).toContain(problem([SPANS], text));
        },
      ),
    );
  });
});
