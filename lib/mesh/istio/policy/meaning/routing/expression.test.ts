import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { compiles, expressions, LONGEST_EXPRESSION } from "./expression.ts";
import { proxySize, writtenSize } from "./expression-size.ts";

const fits = (expression: string, text: string) => expressions()(expression, text);

/** As Google's RE2 answers (its build of 2025-11-05, by FullMatch), but for what is unknown here. */
const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["/a", ["/a"], ["", "/", "/a/", "/ab", "x/a"]],
  ["/a|/b", ["/a", "/b"], ["/ab", "/a/b"]],
  ["^/a$|^/b$", ["/a", "/b"], ["/a/b"]],
  ["a|", ["", "a"], ["aa"]],
  [".*", ["", "a", "é", "日本", "😀"], ["\n", "a\nb"]],
  ["(?s).*", ["", "a\nb"], []],
  [".", ["a", "é", "日", "😀"], ["", "ab", "\n"]],
  [".{2}", ["ab", "é日"], ["😀", "abc"]],
  ["^(.*?;)?(user=jason)(;.*)?$", ["user=jason", "a=1;user=jason", "user=jason; b"], ["user=jasons", "a; user=jason"]],
  ["[^/]+", ["a", "a.b", "é"], ["", "a/b"]],
  ["[[:alpha:]]+", ["ab"], ["é", "1", ""]],
  ["[]a]", ["]", "a"], ["[]a]"]],
  ["\\w+", ["a_1"], ["é", "a-b"]],
  ["\\d{2,3}", ["12", "123"], ["1", "1234", "١٢"]],
  ["a{,2}", ["a{,2}"], ["", "a"]],
  ["a{0}b", ["b"], ["ab"]],
  ["(?i)Abc", ["abc", "ABC"], ["ab"]],
  ["(?i:a)b", ["Ab", "ab"], ["aB"]],
  ["(?i)k", ["k", "K"], ["kk"]],
  ["(?U)a+", ["a", "aaa"], [""]],
  ["(?m)^a$", ["a"], ["a\n", "\na"]],
  ["(?P<one>a)(?<two>b)", ["ab"], ["a"]],
  ["\\Qa.b*\\E", ["a.b*"], ["axb"]],
  ["a\\bb", [], ["ab", "a b"]],
  ["a\\b.b", ["a b", "a-b"], ["aab"]],
  ["\\Aa\\z", ["a"], ["ab"]],
  ["\\x61\\x{62}\\143", ["abc"], ["ab"]],
  ["é|ü", ["é"], ["e\u0301", "É"]],
  ["[à-ö]", ["é"], ["É", "a"]],
  ["(a+)+$", ["aaa"], ["aaab", ""]],
  ["(.*)*x", ["x", "aax"], ["aa"]],
  ["((a*)*)*b", ["b", "aab"], ["aa"]],
  ["$^", [""], ["a"]],
];

describe("full matches", () => {
  for (const [expression, taken, left] of table) {
    test(expression, () => {
      expect(taken.map((text) => [text, fits(expression, text)])).toEqual(taken.map((text) => [text, true]));
      expect(left.map((text) => [text, fits(expression, text)])).toEqual(left.map((text) => [text, false]));
      expect(compiles(expression)).toBe(true);
    });
  }
});

const REFUSED = "Istio takes no such expression";
const VERSION = "that is for the proxy’s version of Unicode to say";
const LARGE = "it takes too much to be tried here";

describe("what isn’t known, and why", () => {
  const refused = [
    ...["", "*", "(", ")", "[", "a**", "a++", "\\", "\\1", "\\8", "\\Z", "\\C", "\\h", "(?=a)", "(?!a)", "(?<=a)b"],
    ...["(?<!a)b", "(?>a)", "(?#a)", "(?x)a", "[[:foo:]]", "[b-a]", "a{2,1}", "a{1001}", "(a{1,100}){1,11}"],
    "\\x{110000}",
  ];
  test.each(refused)("%s is refused", (expression) => {
    expect(fits(expression, "a")).toBe(REFUSED);
    expect(compiles(expression)).toBe(false);
  });

  const open: readonly (readonly [string, string, string, boolean | null])[] = [
    ["classes of Unicode", "\\p{Lu}", VERSION, null],
    ["and what isn’t of one", "\\PN+", VERSION, null],
    ["case beyond ASCII", "(?i)é", VERSION, null],
    ["case of what is escaped", "(?i)[\\x{100}-\\x{10FFFF}]", VERSION, null],
    ["a class that the library reads as another", "[![:]", "it isn’t read here", null],
    ["names that stand twice", "(?P<n>a)(?P<n>b)", "it isn’t read here", null],
    ["more characters than Istio takes", `a${"|a".repeat(512)}`, `it is longer than the 1024 characters`, null],
    ["repetitions of much", `(?:${"a".repeat(1000)}){1000}`, LARGE, null],
    ["many repetitions", "a{1000}".repeat(146), LARGE, null],
    ["nested ones", "(((a{10}b{10}){10}c){10})", LARGE, null],
    ["what is larger in bytes", "[^é]{1000}".repeat(2), LARGE, null],
  ];
  test.each(open)("%s", (_, expression, why, compiled) => {
    expect(fits(expression, "a")).toContain(why);
    expect(compiles(expression)).toBe(compiled);
  });

  test("case of letters that aren’t ASCII, in the text alone", () => {
    expect(fits("(?i)k", "\u212a")).toBe(VERSION);
    expect(fits("(?i).*", "é")).toBe(VERSION);
    expect(fits(".*", "é")).toBe(true);
  });

  test("half a character is no text", () => expect(fits(".*", "\ud800")).toContain("such a text isn’t read here"));

  test("a long text to a large expression", () => {
    expect(fits("(.*a){40}", "a".repeat(1_000))).toBe(true);
    expect(fits("(.*a){40}", "a".repeat(100_000))).toBe(LARGE);
    expect(fits("a*", "a".repeat(100_000))).toBe(true);
  });
});

describe("bounds", () => {
  const SPENT = "there are more of them than are tried here";
  const many = Array.from({ length: 500 }, (_, at) => `/a${at}(.*a){30}`);

  test("all expressions of a question share one", () => {
    const shared = expressions(100_000);
    const found = many.map((expression) => shared(expression, "/a"));
    const tried = found.filter((each) => each !== SPENT);
    expect(tried.length).toBeGreaterThan(5);
    // Compiling one takes 50 steps for each of 150 instructions and more.
    expect(tried.length).toBeLessThan(100_000 / (150 * 50));
    expect(found.slice(tried.length)).toEqual(found.slice(tried.length).map(() => SPENT));
    expect(shared("/a", "/a")).toBe(SPENT);
  });

  test("what was answered is answered again, at no cost", () => {
    const shared = expressions(5_000);
    for (let time = 0; time < 1_000; time++) expect(shared("/a(b|c)+", "/abc")).toBe(true);
    expect(shared("/d", "/d")).toBe(true);
  });

  test("another question has its own", () => {
    const [one, other] = [expressions(1_000), expressions(1_000)];
    expect(one("(.*a){30}", "a")).toBe(SPENT);
    expect(one("b", "b")).toBe(SPENT);
    expect(other("b", "b")).toBe(true);
  });

  test("answers don’t depend on what is kept of expressions", () => {
    const shared = expressions();
    const texts = ["/a1", `/a1${"ba".repeat(40)}`, `/a2${"ba".repeat(400)}`];
    for (const text of texts) {
      expect(many.slice(0, 60).map((expression) => shared(expression, text))).toEqual(
        many.slice(0, 60).map((expression) => fits(expression, text)),
      );
    }
  });
});

const atom = fc.constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "\\.", "\\w", "\\W", "\\d", "^", "$", "\\b", "(?:)");
const sign = fc.constantFrom("*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{1,3}?");
const { expression: generated } = fc.letrec<{ readonly expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    fc.tuple(tie("expression"), tie("expression")).map(([one, other]) => `${one}${other}`),
    fc.tuple(tie("expression"), tie("expression")).map(([one, other]) => `(${one}|${other})`),
    fc.tuple(tie("expression"), sign).map(([one, times]) => `(?:${one})${times}`),
  ),
}));

describe("whatever comes", () => {
  const token = fc.constantFrom(
    ..."()[]{}|*+?\\^$.a1,-:<>=!iPQEpCx",
    "(?",
    "[:",
    ":]",
    "{2}",
    "{1000}",
    "\\Q",
    "\\E",
    "é",
  );
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join("")),
  );

  test("nothing throws, and what is decided is an expression", () => {
    fc.assert(
      fc.property(hostile, fc.string({ unit: "binary", maxLength: 40 }), (expression, text) => {
        const found = fits(expression, text);
        if (typeof found === "boolean") expect(compiles(expression)).toBe(true);
        else expect(found.length).toBeGreaterThan(10);
        if (found === REFUSED) expect(compiles(expression)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("what is compiled is no larger than its text lets expect, nor than the proxy counts", () => {
    fc.assert(
      fc.property(fc.oneof(generated, hostile), (expression) => {
        if (expression.length > LONGEST_EXPRESSION || writtenSize(expression) > 5_000) return;
        if (compiles(expression) !== true) return;
        const compiled = RE2JS.compile(expression);
        expect(compiled.programSize()).toBeLessThanOrEqual(writtenSize(expression) + 2);
        expect(compiled.programSize()).toBeLessThanOrEqual(proxySize(compiled));
      }),
      { numRuns: 2_000 },
    );
  });

  test("where RegExp means the same, the answer is the same", () => {
    const texts = fc.array(fc.constantFrom(..."abc.1"), { maxLength: 6 }).map((each) => each.join(""));
    fc.assert(
      fc.property(generated, texts, (expression, text) => {
        expect(fits(expression, text)).toBe(new RegExp(`^(?:${expression})$`, "u").test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a text ten times as long takes ten times the steps", () => {
    // As many steps as one text takes leave the next one open: hostile expressions take none beyond their size times its length.
    for (const expression of ["(a+)+b", "(a|aa)+b", "((a*)*)*b", "(.*)*x", "(a?){20}a{20}"]) {
      const size = RE2JS.compile(expression).programSize();
      const steps = 50 * size + size * 1_001;
      expect(expressions(steps)(expression, "a".repeat(1_000))).toBe(false);
      expect(expressions(steps)(expression, "a".repeat(1_001))).toBe("there are more of them than are tried here");
    }
  });
});
