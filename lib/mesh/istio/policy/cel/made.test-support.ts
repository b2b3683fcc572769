/** Expressions of CEL made by its grammar, and what is left of them after some slips of the hand. */
import fc from "fast-check";

type Tokens = readonly string[];

/** What an expression is made of beside its form. */
interface Pieces {
  readonly names: readonly string[];
  readonly fields: readonly string[];
  readonly literals: readonly string[];
  /** What macros are given for the name of an element, and `has` for its field. */
  readonly variables: readonly string[];
  readonly hads: readonly string[];
  /** What may stand before a field, an element or an entry. */
  readonly optional: readonly string[];
}

const SOUND: Pieces = {
  names: ["a", "request", "_x1", "hasty", "has", "map", "in_", "Z", ".a", "__result__"],
  fields: ["b", "code", "if", "as", "all", "`a-b/c. d`", "`in`"],
  literals: [
    ..."0 7 010 0x1F 9223372036854775807 1u 0xFU .5 1.5e-3 2E+7 1e-400 18446744073709551615U 0xffffffffffffffffu".split(
      " ",
    ),
    ...[
      "true",
      "false",
      "null",
      '""',
      "''",
      '"é😀"',
      "'a\"b'",
      '"\\n\\x41\\u00e9\\U0001F600\\101\\`"',
      'r"\\d"',
      "R'\\'",
    ],
    ...['"""a "" \n\\" b"""', "'''\r\n'''", 'r"""\\"""', 'b"\\xff\\377"', "B'é'", "bR'''\\u'''"],
  ],
  variables: ["x", "(x)", "!!x", "- -x", ".x", ".__result__"],
  hads: ["a.b", "(a.b)", "a.`b c`", '"".b', "!!a.b", "-1.b", "has(a.b)", "f(x)[0].b"],
  optional: [""],
};

const LOOSE: Pieces = {
  names: [...SOUND.names, "if", "var", "as", ".while", "true", "in", "é", "$a"],
  fields: [...SOUND.fields, "in", "true", "null", "``", "`ü`", "5"],
  literals: [
    ...SOUND.literals,
    ..."9223372036854775808 0x8000000000000000 18446744073709551616u 1e400 1.e5 0x 1_000 1.5u 0xG".split(" "),
    ...[
      '"\\ud800"',
      '"\\U00110000"',
      'b"\\u0041"',
      '"\\400"',
      '"\\z"',
      '"\\x4"',
      '"',
      "'''",
      '"a\nb"',
      'rb"x"',
      'b"""\\x"""',
    ],
  ],
  variables: [...SOUND.variables, "1", "x.y", "!x", "__result__", "(__result__)", "f(x)", "if"],
  hads: [...SOUND.hads, "a", "a[0]", "-a.b", "a.b()", "!a.b", "{}", "a ? b : c.d"],
  optional: ["", "", "", "", "?"],
};

const OPERATORS = "< <= >= > == != in + - * / %".split(" ");
const MACROS = ["all", "exists", "exists_one", "existsOne", "map", "filter"];
const BLANKS = [" ", "\n", "\t", "\r\n", "\f", "// c\n", "  "];

const one = (list: readonly string[]): fc.Arbitrary<Tokens> => fc.constantFrom(...list).map((each) => [each]);
const row = (...parts: readonly (fc.Arbitrary<Tokens> | string)[]): fc.Arbitrary<Tokens> =>
  fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant([part]) : part))).map((all) => all.flat());

function listed(item: fc.Arbitrary<Tokens>, trailing: boolean): fc.Arbitrary<Tokens> {
  return fc.tuple(fc.array(item, { maxLength: 3 }), fc.boolean()).map(([items, comma]) => {
    const all = items.flatMap((each, i) => (i === 0 ? each : [",", ...each]));
    return trailing && comma ? [...all, ","] : all;
  });
}

/** Tokens of an expression. */
function grammar(pieces: Pieces): fc.Arbitrary<Tokens> {
  const name = one(pieces.names);
  const field = one(pieces.fields);
  const optional = one(pieces.optional);
  const { expression } = fc.letrec<Record<"expression" | "unary" | "member" | "primary", Tokens>>((tie) => {
    const [inner, member] = [tie("expression"), tie("member")];
    const entry = row(optional, inner, ":", inner);
    return {
      expression: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        { weight: 3, arbitrary: tie("unary") },
        { weight: 3, arbitrary: row(tie("unary"), one(OPERATORS), tie("unary")) },
        { weight: 2, arbitrary: row(inner, one(["||", "&&"]), inner) },
        { weight: 1, arbitrary: row(tie("unary"), "?", tie("unary"), ":", inner) },
      ),
      unary: fc.oneof(
        { maxDepth: 5 },
        { weight: 5, arbitrary: member },
        { weight: 1, arbitrary: row(one(["!", "! !", "--", "-", "---"]), name) },
        { weight: 1, arbitrary: row(one(["-", "--", "!-"]), one(["1", "1.5", "9223372036854775807"])) },
      ),
      member: fc.oneof(
        { maxDepth: 4 },
        { weight: 4, arbitrary: tie("primary") },
        { weight: 2, arbitrary: row(member, ".", optional, field) },
        { weight: 1, arbitrary: row(member, "[", optional, inner, "]") },
        { weight: 1, arbitrary: row(member, ".", one(["f", "has", "if", "size"]), "(", listed(inner, false), ")") },
        { weight: 2, arbitrary: row(member, ".", one(MACROS), "(", one(pieces.variables), ",", inner, ")") },
        { weight: 1, arbitrary: row(member, ".map(", one(pieces.variables), ",", inner, ",", inner, ")") },
      ),
      primary: fc.oneof(
        { maxDepth: 4 },
        { weight: 4, arbitrary: name },
        { weight: 4, arbitrary: one(pieces.literals) },
        { weight: 1, arbitrary: row("(", inner, ")") },
        { weight: 1, arbitrary: row(one(["f", ".f", "size", ".has"]), "(", listed(inner, false), ")") },
        { weight: 1, arbitrary: row("has(", one(pieces.hads), ")") },
        { weight: 1, arbitrary: row("[", listed(row(optional, inner), true), "]") },
        { weight: 1, arbitrary: row("{", listed(entry, true), "}") },
        {
          weight: 1,
          arbitrary: row(one(["T", ".a.T", "if.T"]), "{", listed(row(optional, field, ":", inner), true), "}"),
        },
      ),
    };
  });
  return expression;
}

/** A text of tokens, with blanks where two would be one and at random elsewhere. */
function spelt(tokens: fc.Arbitrary<Tokens>): fc.Arbitrary<string> {
  return fc.tuple(tokens, fc.infiniteStream(fc.nat(4 * BLANKS.length))).map(([all, chance]) =>
    all
      .filter((token) => token !== "")
      .reduce((text, token) => {
        const blank = BLANKS[chance.next().value ?? 0] ?? "";
        const one = (/[\w"'`]$/.test(text) && /^[\w"'`]/.test(token)) || (text.endsWith("/") && blank.startsWith("/"));
        return text + (one ? " " : blank) + token;
      }, ""),
  );
}

/** What cel-go parses. */
export const soundExpressions: fc.Arbitrary<string> = spelt(grammar(SOUND));
/** What it may refuse for each of its reasons. */
export const looseExpressions: fc.Arbitrary<string> = spelt(grammar(LOOSE));

const STRAY = [..."()[]{}.,-!?:+*/%<>=&|\"'`\\ \n\r\tabxeurB_019$@é😀\u00a0\u0000", "//", '"""', "in", "0x", "has("];

/** A sound expression of which characters are taken away, changed with their neighbours, doubled or put in. */
export const brokenExpressions: fc.Arbitrary<string> = fc
  .tuple(
    soundExpressions,
    fc.array(fc.tuple(fc.nat(3), fc.nat(), fc.constantFrom(...STRAY)), { minLength: 1, maxLength: 3 }),
  )
  .map(([sound, slips]) =>
    slips.reduce((text, [slip, place, stray]) => {
      const letters = [...text];
      const at = place % (letters.length + 1);
      const [before, behind] = [letters.slice(0, at), letters.slice(at)];
      const [first = "", second = "", ...rest] = behind;
      const changed = [
        [second, ...rest],
        [second, first, ...rest],
        [first, first, second, ...rest],
        [stray, ...behind],
      ];
      return [...before, ...(changed[slip] ?? [])].join("");
    }, sound),
  );

/** Words of the language in any order. */
export const jumbled: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...STRAY, ...SOUND.names, ...SOUND.literals, ...OPERATORS, ".b", "f(", "T{", "&&", "||"), {
    maxLength: 12,
  })
  .map((pieces) => pieces.join(""));

const nested = (open: string, middle: string, close: string) => (n: number) =>
  open.repeat(n) + middle + close.repeat(n);

/** Forms that cel-go reads up to some depth, by how often they are repeated. */
export const DEEP: Readonly<Record<string, (n: number) => string>> = {
  fields: nested("", "a", ".b"),
  elements: nested("", "a", "[0]"),
  methods: nested("", "a", ".f()"),
  sums: nested("", "1", "+1"),
  products: nested("1*", "1", ""),
  comparisons: nested("", "1", "==1"),
  alternatives: nested("a||", "b", "&&c"),
  brackets: nested("(", "1", ")"),
  lists: nested("[", "", "]"),
  maps: nested("{a:", "1", "}"),
  messages: nested("T{a:", "1", "}"),
  calls: nested("f(", "", ")"),
  conditions: nested("a?b:", "c", ""),
  "conditions in brackets": nested("(a?b:", "c", ")"),
  "sums in products": nested("1+1*(", "1", ")"),
  "sums at the right": nested("1+(", "1", ")"),
  "comparisons at the right": nested("a==(", "1", ")"),
  "comparisons of sums": nested("(1+", "1", "<2)"),
  "fields in brackets": nested("(", "a", ".b)"),
  macros: nested("a.all(x,", "x", ")"),
  presences: nested("has(", "a.b", ")"),
  negations: nested("!", "a", ""),
  minuses: nested("-", "1", ""),
  "minuses in brackets": nested("-(", "1", ")"),
};
