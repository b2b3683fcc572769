/** What a term says of a value that was read: true, false, or null where there is no data. */
import type { Comparison, Term, Value } from "./ast.ts";
import type { Amount, Operand, Plain } from "./operand.ts";
import { inGraphUnit, isRate } from "./units.ts";

/** Numbers nearer than that are equal: units are converted, sums are rounded. */
const NEAR = 1e-9;

const equal = (a: number, b: number) =>
  Number.isFinite(a) && Math.abs(a - b) <= NEAR * Math.max(Math.abs(a), Math.abs(b));

/** null for NaN too: what can't be a number is none. */
function numberTest(comparison: Comparison, wanted: number): (value: number | null) => boolean | null {
  const known = (test: (value: number) => boolean) => (value: number | null) =>
    value === null || Number.isNaN(value) ? null : test(value);
  switch (comparison) {
    case "<":
      return known((value) => value < wanted && !equal(value, wanted));
    case "<=":
      return known((value) => value <= wanted || equal(value, wanted));
    case ">":
      return known((value) => value > wanted && !equal(value, wanted));
    case ">=":
      return known((value) => value >= wanted || equal(value, wanted));
    default:
      return known((value) => equal(value, wanted));
  }
}

/** Texts are compared without regard to upper and lower case. One of them that fits is enough. */
function textTest(comparison: Comparison, text: string): (values: readonly string[] | null) => boolean | null {
  const wanted = text.toLowerCase();
  const fits = (value: string): boolean => {
    const own = value.toLowerCase();
    switch (comparison) {
      case "*=":
        return own.includes(wanted);
      case "^=":
        return own.startsWith(wanted);
      case "$=":
        return own.endsWith(wanted);
      default:
        return own === wanted;
    }
  };
  return (values) => (values === null ? null : values.some(fits));
}

/** What `x !op y` is the opposite of. */
const OPPOSITE: Readonly<Partial<Record<Comparison, Comparison>>> = {
  "!=": "=",
  "!*=": "*=",
  "!^=": "^=",
  "!$=": "$=",
};

/** A test of what the operand's reader gives. */
export type Test = (read: unknown) => boolean | null;

type Read<T> = (read: T | null) => boolean | null;

/**
 * The test that a term makes of its operand's value. `negated`: the term is true where the test is false. It is kept apart,
 * so that `x != y` is NOT (x = y) of an edge's two ends as well.
 */
export function testOf(term: Term, operand: Operand): { readonly test: Test; readonly negated: boolean } {
  if (term.kind === "has") return { test: bareTest(operand), negated: false };
  const opposite = OPPOSITE[term.comparison];
  return {
    test: comparisonTest(operand, opposite ?? term.comparison, term.value),
    negated: opposite !== undefined,
  };
}

/** An operand alone: a flag that is set, a number above zero, a name that there is. */
function bareTest(operand: Operand): Test {
  switch (operand.type) {
    case "flag":
    case "word":
      return ((value) => (value === null ? null : value !== false)) as Read<boolean | string> as Test;
    case "text":
      return ((values) => (values === null ? null : values.length > 0)) as Read<readonly string[]> as Test;
    case "amount":
      return ((value) => (value === null ? null : value.rate > 0)) as Read<Amount> as Test;
    default:
      return numberTest(">", 0) as Test;
  }
}

function comparisonTest(operand: Operand, comparison: Comparison, value: Value): Test {
  switch (value.kind) {
    case "missing":
      return value.what === "nodata" ? isMissing : (read) => isMissing(read) || sizeOf(read) === 0;
    case "text":
      return textTest(comparison, value.text) as Test;
    case "word":
      return ((read) => (read === null ? null : read === value.word)) as Read<string> as Test;
    case "number":
      return operand.type === "amount"
        ? amountTest(comparison, value.value, value.unit)
        : (numberTest(comparison, inGraphUnit(operand.type as Plain, value.value, value.unit)) as Test);
  }
}

const isMissing = (read: unknown) => read === null || Number.isNaN(read);
const sizeOf = (read: unknown) => (typeof read === "object" ? (read as Amount).rate : read);

function amountTest(comparison: Comparison, value: number, unit: string): Test {
  const test = numberTest(comparison, inGraphUnit("amount", value, unit));
  const share = ({ rate, of }: Amount) => (of === null || of <= 0 ? null : rate / of);
  const read = isRate(unit) || unit === "" ? ({ rate }: Amount) => rate : share;
  return ((amount) => test(amount === null ? null : read(amount))) as Read<Amount> as Test;
}
