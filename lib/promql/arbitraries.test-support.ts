/** Random query trees for property tests: everything the AST can say and PromQL accepts. */
import fc from "fast-check";
import { seconds } from "#lib/units.ts";
import type { Binary, Expr, Matcher, Selector } from "./ast.ts";
import { anyOf, isBareMetric, literal } from "./escape.ts";

/** What tries to leave the literal it stands in. */
const HOSTILE = [
  '"',
  "\\",
  "\n",
  '"} or vector(1) #',
  '\\"',
  ".*",
  "a|b",
  "\0",
  "\u2028",
  "\ufffd",
  "\ufeff",
  "😀",
  "{{",
  "$1",
  "'",
  "`",
];

/** Any text that has a UTF-8 form, with hostile pieces more often than chance. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "grapheme", maxLength: 4 })), { maxLength: 5 })
    .map((a) => a.join("")),
);

/** The grammar's own keyword table is a plain object, so it stumbles over names that every object has; Prometheus doesn't. */
const readable = (name: string): boolean => !(name in {});

const labelName = fc.oneof(
  fc.constantFrom("source_workload", "le", "by", "on", "sum", "offset", "bool", "start", "group", "_", "__x__", "and"),
  fc
    .stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
    .filter((l) => readable(l) && l !== "__name__" && !/^(inf|nan)$/i.test(l)),
);
const labels = fc.uniqueArray(labelName, { maxLength: 3 });

export const anyMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({ label: labelName, op: fc.constantFrom("=" as const, "!=" as const), value: anyText }),
  fc.record({
    label: labelName,
    op: fc.constantFrom("=~" as const, "!~" as const),
    value: fc.oneof(anyText.map(literal), fc.array(anyText, { minLength: 1, maxLength: 3 }).map(anyOf)),
  }),
);

const duration = fc.integer({ min: 1, max: 40 * 86_400_000 }).map((ms) => seconds(ms / 1000));
const metricName = fc.oneof(
  fc.constantFrom("istio_requests_total", "up", "sum", "NaN", "offset", "a:b:c", "rate", "or"),
  anyText.filter((name) => name !== "" && readable(name)),
);

export const anySelector: fc.Arbitrary<Selector> = fc.record(
  {
    type: fc.constant("selector" as const),
    metric: metricName,
    matchers: fc.array(anyMatcher, { maxLength: 4 }),
    offset: duration.chain((d) => fc.constantFrom(d, seconds(-d))),
  },
  { requiredKeys: ["type", "metric", "matchers"] },
);

const number = fc
  .oneof(
    fc.double(),
    fc.constantFrom(0, -0, 1e21, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  )
  .map((value): Expr => ({ type: "number", value }));

const set = fc.constantFrom("and" as const, "or" as const, "unless" as const);
const arithmetic = fc.constantFrom("+" as const, "-" as const, "*" as const, "/" as const);
const comparison = fc.constantFrom(
  ">" as const,
  "<" as const,
  ">=" as const,
  "<=" as const,
  "==" as const,
  "!=" as const,
);
const matching = fc.record({ kind: fc.constantFrom("on" as const, "ignoring" as const), labels });

/** A vector-valued tree of bounded depth; every tree is type-correct for Prometheus. */
export const anyVector: fc.Arbitrary<Expr> = fc.letrec<{ vector: Expr }>((tie) => ({
  vector: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    anySelector,
    fc
      .tuple(fc.constantFrom("rate", "increase", "max_over_time"), anySelector, duration)
      .map(([fn, selector, range]): Expr => ({ type: "call", fn, args: [{ ...selector, range }] })),
    fc.tuple(tie("vector"), duration, fc.option(duration, { nil: undefined })).map(
      ([expr, range, step]): Expr => ({
        type: "call",
        fn: "max_over_time",
        args: [{ type: "subquery", expr, range, ...(step === undefined ? {} : { step }) }],
      }),
    ),
    fc.tuple(tie("vector"), labelName, anyText).map(
      ([expr, label, value]): Expr => ({
        type: "call",
        fn: "label_replace",
        args: [expr, ...[label, value, "", ""].map((text): Expr => ({ type: "string", value: text }))],
      }),
    ),
    fc
      .tuple(
        fc.constantFrom("sum" as const, "max" as const, "group" as const),
        fc.constantFrom("by" as const, "without" as const),
        labels,
        tie("vector"),
      )
      .map(([op, kind, list, expr]): Expr => ({ type: "aggregate", op, grouping: { kind, labels: list }, expr })),
    fc.tuple(fc.integer({ min: 1, max: 99 }), labels, tie("vector")).map(
      ([parameter, list, expr]): Expr => ({
        type: "aggregate",
        op: "topk",
        grouping: { kind: "by", labels: list },
        parameter,
        expr,
      }),
    ),
    fc.tuple(labelName, labels, tie("vector")).map(
      ([parameter, list, expr]): Expr => ({
        type: "aggregate",
        op: "count_values",
        grouping: { kind: "by", labels: list },
        parameter,
        expr,
      }),
    ),
    fc
      .tuple(set, tie("vector"), tie("vector"), fc.option(matching, { nil: undefined }))
      .map(([op, left, right, how]): Expr => ({ type: "binary", op, left, right, ...(how ? { matching: how } : {}) })),
    fc
      .tuple(fc.oneof(arithmetic, comparison), tie("vector"), number)
      .map(([op, left, right]): Expr => ({ type: "binary", op, left, right })),
    fc
      .tuple(comparison, number, tie("vector"))
      .map(([op, left, right]): Expr => ({ type: "binary", op, left, right, bool: true })),
    fc
      .tuple(
        arithmetic,
        tie("vector"),
        tie("vector"),
        matching,
        fc.constantFrom("left" as const, "right" as const),
        labels,
      )
      .map(
        ([op, left, right, how, side, include]): Binary => ({
          type: "binary",
          op,
          left,
          right,
          matching: how,
          group: { side, include: how.kind === "on" ? include.filter((l) => !how.labels.includes(l)) : include },
        }),
      ),
  ),
})).vector;

/** The form in which a tree comes back: names that need it are matchers. */
export function normal(expr: Expr): Expr {
  switch (expr.type) {
    case "selector": {
      if (expr.metric === undefined || isBareMetric(expr.metric)) return expr;
      const { metric, ...rest } = expr;
      return { ...rest, matchers: [{ label: "__name__", op: "=", value: metric }, ...expr.matchers] };
    }
    case "aggregate":
    case "subquery":
      return { ...expr, expr: normal(expr.expr) };
    case "call":
      return { ...expr, args: expr.args.map(normal) };
    case "binary":
      return { ...expr, left: normal(expr.left), right: normal(expr.right) };
    default:
      return expr;
  }
}
