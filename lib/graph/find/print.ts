/** An expression as text, in one form: parse(print(e)) is e. Names in full, operators as signs, parentheses where they count. */
import type { Expression, Value } from "./ast.ts";
import { spell } from "./operands.ts";
import { isPlainWord } from "./tokens.ts";

/** Words that mean no data where they aren't quoted. */
const MISSING: readonly string[] = ["nodata", "nan"];

/** A text as it can be typed for a value: quoted where it would be read as something else. */
export function quoted(text: string): string {
  if (isPlainWord(text) && !MISSING.includes(text.toLowerCase())) return text;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function printValue(value: Value): string {
  switch (value.kind) {
    case "text":
      return quoted(value.text);
    case "number":
      return `${value.value}${value.unit}`;
    case "word":
      return value.word;
    case "missing":
      return value.what;
  }
}

export function print(expression: Expression): string {
  switch (expression.kind) {
    case "has":
      return spell(expression.subject);
    case "compare":
      return `${spell(expression.subject)} ${expression.comparison} ${printValue(expression.value)}`;
    case "not":
      return `NOT ${inner(expression.of, ["and", "or"])}`;
    case "and":
      return expression.of.map((one) => inner(one, ["and", "or"])).join(" AND ");
    case "or":
      return expression.of.map((one) => inner(one, ["or"])).join(" OR ");
  }
}

function inner(expression: Expression, loose: readonly Expression["kind"][]): string {
  return loose.includes(expression.kind) ? `(${print(expression)})` : print(expression);
}
