import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REFUSED, TAKEN } from "./cases.test-support.ts";
import { brokenExpressions, DEEP, jumbled, looseExpressions, soundExpressions } from "./made.test-support.ts";
import { celProblem } from "./problem.ts";

describe("expressions that cel-go parses", () => {
  test.each(Object.entries(TAKEN))("%s", (_, expressions) => {
    for (const each of expressions) expect([each, celProblem(each)]).toEqual([each, null]);
  });

  test("whatever the grammar makes", () => {
    fc.assert(
      fc.property(soundExpressions, (each) => celProblem(each) === null),
      { numRuns: 500, seed: 23 },
    );
  });
});

describe("expressions that it doesn’t", () => {
  test.each(Object.entries(REFUSED))("%s", (_, expressions) => {
    for (const each of expressions) expect([each, celProblem(each)]).toEqual([each, expect.any(Object)]);
  });
});

/** By form, how often it may be repeated. */
const DEEPEST: Readonly<Record<string, number>> = {
  fields: 250,
  elements: 250,
  methods: 250,
  sums: 250,
  products: 250,
  comparisons: 250,
  brackets: 249,
  lists: 250,
  maps: 249,
  messages: 249,
  calls: 250,
  conditions: 249,
  "conditions in brackets": 124,
  "sums in products": 83,
  "sums at the right": 124,
  "comparisons at the right": 124,
  "comparisons of sums": 124,
  "fields in brackets": 249,
  macros: 249,
  presences: 249,
  "minuses in brackets": 249,
};

describe("what is nested", () => {
  test.each(Object.entries(DEEPEST))("%s", (form, most) => {
    const of = DEEP[form] ?? String;
    expect(celProblem(of(most))).toBeNull();
    expect(celProblem(of(most + 1))?.message).toMatch(/250 levels/);
  });

  test.each(["alternatives", "negations", "minuses"])("%s are no levels", (form) => {
    expect(celProblem(DEEP[form]?.(15_000) ?? "")).toBeNull();
  });
});

describe("what is said of it", () => {
  test.each<[string, number, number, string]>([
    ["response.code >= ", 1, 18, "It ends where a value is wanted."],
    ["response.code =< 400", 1, 15, "“=” is no sign of CEL’s."],
    ["a &&\n  b)", 2, 4, "“)” stands where an operator or the end is wanted."],
    ["'😀' + ü", 1, 7, "“ü” is no sign of CEL’s."],
    ["a\u0000", 1, 2, "“U+0000” is no sign of CEL’s."],
    ["f(a b)", 1, 5, "“b” stands where “)” is wanted."],
    ["'ab\\z'", 1, 4, "“\\z” is no escape."],
    ["b'\\u0041'", 1, 3, "Bytes have no escape such as “\\u0041”."],
    ["'\\ud800'", 1, 2, "“\\ud800” is no code point."],
    ["a + 'bcdefghijklmno", 1, 5, "The string that begins with “'bcdefghij” doesn’t end."],
    ["'a\nb'", 1, 3, "A string ends on its line, or stands between three quotes."],
    ["1 + 1e999", 1, 5, "No number is so large."],
    ["99999999999999999999", 1, 1, "An integer has 64 bits, one of them for its sign."],
    ["99999999999999999999u", 1, 1, "An unsigned integer has 64 bits."],
    ["[\n  if\n]", 2, 3, "“if” is a reserved word, and no name."],
    ["a.?b", 1, 3, "Optional fields and elements aren’t switched on in Istio."],
    ["a + !-b", 1, 6, "Behind “!” a minus stands before a number only."],
    ["has( (a) )", 1, 7, "has() asks whether there is a field, such as has(request.host)."],
    ["a.map(1, 2)", 1, 7, "map() begins with a name for the element, such as map(each, …)."],
    ["a.all(__result__, b)", 1, 7, "__result__ is CEL’s own, and no name for an element."],
    ["a.1", 1, 2, "“.1” stands where an operator or the end is wanted."],
    [`a ${"b".repeat(30)}`, 1, 3, `“${"b".repeat(20)}…” stands where an operator or the end is wanted.`],
  ])("%j", (text, line, column, message) => {
    expect(celProblem(text)).toMatchObject({ line, column, message });
  });

  test("the offset counts as JavaScript does", () => {
    expect(celProblem("'😀' + ü")?.offset).toBe(7);
  });

  test("no more than 100,000 characters, whatever they take", () => {
    const string = (length: number) => `'${"😀".repeat(length - 2)}'`;
    expect(celProblem(string(100_000))).toBeNull();
    expect(celProblem(string(100_001))).toMatchObject({
      offset: 199_999,
      message: "An expression has no more than 100,000 characters.",
    });
  });
});

describe("whatever is written", () => {
  test.each([
    ["texts", fc.string({ unit: "binary" })],
    ["characters of the language", fc.string({ unit: fc.constantFrom(..."ab1.-!?:,()[]{}\"'\\ `/\nr\ud800") })],
    ["words of the language", jumbled],
    ["slips of the hand", brokenExpressions],
    ["what is refused for all reasons", looseExpressions],
  ])("%s have an answer, with a place in them", (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const problem = celProblem(text);
        if (problem === null) return;
        const { offset, line, column, message } = problem;
        const before = text.slice(0, offset).split("\n");
        expect(offset).toBeLessThanOrEqual(text.length);
        expect([line, column]).toEqual([before.length, [...(before.at(-1) ?? "")].length + 1]);
        expect(message).toMatch(/^.{5,120}\.$/);
      }),
      { numRuns: 300, seed: 29 },
    );
  });

  // A time that grew with the square of the length would be an hour each.
  test.each(
    [
      "(",
      "[",
      "{",
      "a{",
      "f(",
      ".a",
      ".a\n// c\n",
      "-",
      "!",
      "a||",
      "a?",
      "1+",
      "1.",
      "'\\n",
      '"""a',
      "r'''",
      "`",
      "//\n",
      "0x",
      "9",
      ".9",
      "1e",
      "has(",
      "a.map(",
    ].map((piece) => [piece]),
  )("a hundred thousand characters of %j take a moment", (piece) => {
    const text = piece.repeat(100_000 / piece.length);
    expect([true, false]).toContain(celProblem(text) === null);
    expect(celProblem(`'''${text}`)).not.toBeNull();
    expect(celProblem(`"${text.replaceAll(/["\\\n]/g, " ")}"`)).toBeDefined();
  });
});
