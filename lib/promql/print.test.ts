import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { seconds } from "#lib/units.ts";
import { anyMatcher, anySelector, anyText, anyVector, normal } from "./arbitraries.test-support.ts";
import type { Expr, Selector } from "./ast.ts";
import {
  and,
  anyOf,
  arithmetic,
  call,
  compare,
  countValuesBy,
  increase,
  is,
  isNoneOf,
  isNot,
  isOneOf,
  labelReplace,
  literal,
  matches,
  maxWithout,
  metric,
  number,
  offset,
  or,
  over,
  overTime,
  rate,
  series,
  subquery,
  sumBy,
  tagged,
  topk,
  union,
  unless,
  where,
} from "./build.ts";
import { printDuration, printQuery } from "./print.ts";
import { readQuery } from "./reading.test-support.ts";
import { scope, scopeMatchers } from "./scope.ts";

const requests = metric("istio_requests_total", [is("reporter", "source")]);
const minute = seconds(60);

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "nothing thrown";
  } catch (thrown) {
    return problemOf(thrown).code;
  }
};

describe("printing", () => {
  test.each<[string, Expr]>([
    ["up", metric("up")],
    ['istio_requests_total{reporter="source"}', requests],
    ['istio_requests_total{reporter="source"}[60s]', over(requests, minute)],
    ['rate(istio_requests_total{reporter="source"}[1500ms])', rate(requests, seconds(1.5))],
    ["increase(up[60s] offset 300s)", increase(offset(metric("up"), seconds(300)), minute)],
    ["up offset -5s", offset(metric("up"), seconds(-5))],
    ["sum by (a, b) (rate(up[60s]))", sumBy(["a", "b"], rate(metric("up"), minute))],
    ["max without () (up)", maxWithout([], metric("up"))],
    ["topk by () (5, up)", topk(5, metric("up"))],
    ['count_values by (a) ("n", up)', countValuesBy(["a"], "n", metric("up"))],
    ["(a or b) or c", union(metric("a"), metric("b"), metric("c"))],
    ["a unless on (pod) b", unless(metric("a"), metric("b"), { on: ["pod"] })],
    ["a and ignoring (le) b", and(metric("a"), metric("b"), { ignoring: ["le"] })],
    ["a / on (x) group_left (y) b", arithmetic(metric("a"), "/", metric("b"), { on: ["x"], groupLeft: ["y"] })],
    ["a == bool 0", compare(metric("a"), "==", number(0))],
    ["(-1) < (a offset 1s)", where(number(-1), "<", offset(metric("a"), seconds(1)))],
    [
      "max_over_time((a + b)[60s:1s])",
      overTime("max", subquery(arithmetic(metric("a"), "+", metric("b")), minute, seconds(1))),
    ],
    ["count_over_time(a[60s])", overTime("count", over(metric("a"), minute))],
    ['label_replace(a, "x", "$1", "y", "(.*)")', labelReplace(metric("a"), "x", "$1", "y", "(.*)")],
    ['label_replace(a, "x", "$$1", "", "")', tagged(metric("a"), "x", "$1")],
    ['{__name__="sum"}', metric("sum")],
    ['{__name__="a b",x!=""}', metric("a b", [isNot("x", "")])],
    ['{x=~"a\\\\.b|c"}', series([isOneOf("x", ["c", "a.b", "c"])])],
    ['{x="c"}', series([isOneOf("x", ["c", "c"])])],
    ["time()", call("time")],
  ])("%s", (text, expr) => {
    expect(printQuery(expr)).toBe(text);
  });

  test("what it prints is read back as the same tree, whatever stands in it", () => {
    fc.assert(
      fc.property(anyVector, (expr) => {
        expect(readQuery(printQuery(expr))).toEqual(normal(expr));
      }),
      { numRuns: 1000 },
    );
  });

  test("a label's value never becomes anything else than that value", () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const read = readQuery(printQuery(metric("up", [is("a", value), matches("b", literal(value))]))) as Selector;
        expect(read.matchers).toStrictEqual([is("a", value), matches("b", literal(value))]);
      }),
      { numRuns: 2000 },
    );
  });

  test("a label's name is a name or refused", () => {
    fc.assert(
      fc.property(anyText, (label) => {
        const queries = [
          series([is(label, "x")]),
          sumBy([label], metric("up")),
          or(metric("a"), metric("b"), { on: [label] }),
        ];
        for (const query of queries) {
          try {
            readQuery(printQuery(query));
            expect(label).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
          } catch (thrown) {
            expect(problemOf(thrown).code).toBe("bad_parameter");
          }
        }
      }),
    );
  });

  test("it writes ASCII alone", () => {
    fc.assert(
      fc.property(anySelector, (selector) => {
        expect(printQuery(selector)).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });
});

describe("refusals", () => {
  test.each<[string, () => unknown]>([
    ["a lone surrogate", () => printQuery(metric("up", [is("a", "\ud800")]))],
    ["a label name with a quote", () => printQuery(metric("up", [is('a"', "x")]))],
    ["an empty label name", () => printQuery(sumBy([""], metric("up")))],
    ["grouping by what is a number there", () => printQuery(sumBy(["Inf"], metric("up")))],
    ["no metric and no matchers", () => printQuery(series([]))],
    ["matchers that take everything", () => printQuery(series([is("a", ""), isNot("b", "x")]))],
    ["an empty metric name", () => printQuery(metric(""))],
    ["a range of nothing", () => printQuery(rate(metric("up"), seconds(0)))],
    ["a negative range", () => printQuery(rate(metric("up"), seconds(-1)))],
    ["a range under half a millisecond", () => printQuery(rate(metric("up"), seconds(0.0004)))],
    ["an endless range", () => printQuery(rate(metric("up"), seconds(Number.POSITIVE_INFINITY)))],
    ["a range that is no number", () => printQuery(rate(metric("up"), seconds(Number.NaN)))],
    ["a function with a bracket", () => printQuery(call("rate(up[1m])) or vector"))],
    ["an operator from outside", () => printQuery(arithmetic(metric("a"), "^ 2 +" as "+", metric("b")))],
    ["an aggregation from outside", () => printQuery({ ...topk(1, metric("a")), op: "drop" as "topk" })],
    ["topk without its number", () => printQuery({ ...sumBy([], metric("a")), op: "topk" })],
    ["topk of a label", () => printQuery({ ...topk(1, metric("a")), parameter: "a" })],
    ["a sum with a number", () => printQuery({ ...sumBy([], metric("a")), parameter: 1 })],
    ["count_values without its label", () => printQuery({ ...sumBy([], metric("a")), op: "count_values" })],
    ["count_values into what is no label", () => printQuery(countValuesBy([], 'n", up', metric("a")))],
    ["a match operator from outside", () => printQuery(series([{ label: "a", op: '="",b=' as "=", value: "x" }]))],
    ["an expression from outside", () => printQuery({ type: "raw" } as unknown as Expr)],
    ["bool after a sum", () => printQuery({ ...or(metric("a"), metric("b")), bool: true })],
    ["group_left without on", () => printQuery(arithmetic(metric("a"), "*", metric("b"), { groupLeft: [] }))],
    ["a choice among nothing", () => anyOf([])],
  ])("%s", (_, run) => {
    expect(codeOf(run)).toBe("bad_parameter");
  });

  test("to exclude nothing is no matcher", () => {
    expect(isNoneOf("a", [])).toStrictEqual([]);
    expect(isNoneOf("a", ["x", "y"])).toStrictEqual([{ label: "a", op: "!~", value: "x|y" }]);
  });
});

test.each([
  [0.001, "1ms"],
  [1.0004, "1s"],
  [0.1 + 0.2, "300ms"],
  [86_400 * 365, "31536000s"],
  [1e9, "1000000000s"],
])("a duration of %s s is %s", (length, text) => {
  expect(printDuration(seconds(length))).toBe(text);
});

describe("literal patterns", () => {
  test.each([
    ["a.b", "a\\.b"],
    ["(a+)+$", "\\(a\\+\\)\\+\\$"],
    ["[x]{2}^|?*\\", "\\[x\\]\\{2\\}\\^\\|\\?\\*\\\\"],
    ["plain-text_1/:", "plain-text_1/:"],
    ["", ""],
  ])("%s", (text, pattern) => {
    expect(literal(text)).toBe(pattern);
  });

  test("the anchored pattern matches the texts and nothing else", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), anyText, (values, other) => {
        const anchored = new RegExp(`^(?:${anyOf(values)})$`, "s");
        for (const value of values) expect(anchored.test(value)).toBe(true);
        expect(anchored.test(other)).toBe(values.includes(other));
      }),
    );
  });
});

describe("scope", () => {
  const extra = scopeMatchers({ tenant: "b", cluster: "a" });

  test("reaches every selector, and nothing else", () => {
    const query = labelReplace(
      or(sumBy(["x"], rate(requests, minute)), overTime("max", subquery(metric("up"), minute))),
      "a",
      "b",
      "",
      "",
    );
    expect(printQuery(scope(query, extra))).toBe(
      'label_replace(sum by (x) (rate(istio_requests_total{reporter="source",cluster="a",tenant="b"}[60s])) or ' +
        'max_over_time(up{cluster="a",tenant="b"}[60s:]), "a", "b", "", "")',
    );
  });

  test("leaves a query alone where there is none", () => {
    expect(scope(requests, [])).toBe(requests);
  });

  test("can't be left by any query", () => {
    fc.assert(
      fc.property(anyVector, fc.array(anyMatcher, { minLength: 1, maxLength: 3 }), (expr, matchers) => {
        const selectors = selectorsOf(readQuery(printQuery(scope(expr, matchers))));
        expect(selectors.length).toBeGreaterThan(0);
        for (const selector of selectors) expect(selector.matchers.slice(-matchers.length)).toEqual(matchers);
      }),
    );
  });
});

function selectorsOf(expr: Expr): Selector[] {
  switch (expr.type) {
    case "selector":
      return [expr];
    case "aggregate":
    case "subquery":
      return selectorsOf(expr.expr);
    case "call":
      return expr.args.flatMap(selectorsOf);
    case "binary":
      return [...selectorsOf(expr.left), ...selectorsOf(expr.right)];
    default:
      return [];
  }
}
