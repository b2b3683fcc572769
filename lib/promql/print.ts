/** The one place where a query tree becomes text. https://prometheus.io/docs/prometheus/latest/querying/basics/ */
import type { Seconds } from "#lib/units.ts";
import type { Aggregate, Binary, Call, Expr, Matcher, Selector, Subquery } from "./ast.ts";
import { bad, groupingLabel, isBareMetric, labelName, quote } from "./escape.ts";

const MATCH = new Set(["=", "!=", "=~", "!~"]);
const COMPARE = new Set([">", "<", ">=", "<=", "==", "!="]);
const SETS = new Set(["and", "or", "unless"]);
const ARITHMETIC = new Set(["+", "-", "*", "/"]);
const AGGREGATES = new Set(["sum", "max", "min", "avg", "count", "group", "topk", "quantile", "count_values"]);
/** Those with a parameter, and what it is. */
const PARAMETRIC = new Map([
  ["topk", "number"],
  ["quantile", "number"],
  ["count_values", "string"],
]);
const FUNCTION = /^[a-z][a-z0-9_]*$/;

/** A hundred years: far beyond any retention, far below where Prometheus's own 64-bit nanoseconds overflow. */
const LONGEST_MS = 3_155_760_000_000;

/**
 * The query as text. Deterministic: equal trees print equal text. Cost is linear in the tree.
 * @throws MeshscopeError `bad_parameter` for what PromQL can't say (see escape.ts), whatever the types were cast to.
 */
export function printQuery(expr: Expr): string {
  switch (expr.type) {
    case "selector":
      return printSelector(expr);
    case "aggregate":
      return printAggregate(expr);
    case "call":
      return printCall(expr);
    case "binary":
      return printBinary(expr);
    case "subquery":
      return printSubquery(expr);
    case "number":
      return printNumber(expr.value);
    case "string":
      return quote(expr.value);
    default:
      throw bad("an unknown kind of expression");
  }
}

/**
 * A length of time as PromQL writes it: whole seconds or milliseconds, never a fraction or an exponent.
 * @throws MeshscopeError `bad_parameter` outside (0 ms, 100 years].
 */
export function printDuration(length: Seconds): string {
  const ms = Math.round(length * 1000);
  if (!(ms > 0 && ms <= LONGEST_MS)) throw bad(`the duration ${length} s`);
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

function printSelector(selector: Selector): string {
  const { metric, matchers, range, offset } = selector;
  const bare = metric !== undefined && isBareMetric(metric);
  const named: readonly Matcher[] =
    metric === undefined || bare ? matchers : [{ label: "__name__", op: "=", value: metric }, ...matchers];
  if (metric === undefined && matchers.every(takesAbsent)) throw bad("a selector that would select every series");
  if (metric === "") throw bad("an empty metric name");
  let out = bare ? metric : "";
  if (named.length > 0) out += `{${named.map(printMatcher).join(",")}}`;
  if (range !== undefined) out += `[${printDuration(range)}]`;
  if (offset !== undefined && offset !== 0) {
    const length = printDuration(Math.abs(offset) as Seconds);
    out += offset < 0 ? ` offset -${length}` : ` offset ${length}`;
  }
  return out;
}

/** Would this matcher also take a series without the label? Only the certain cases; Prometheus itself checks the rest. */
function takesAbsent(matcher: Matcher): boolean {
  if (matcher.op === "=") return matcher.value === "";
  if (matcher.op === "!=") return matcher.value !== "";
  return false;
}

function printMatcher({ label, op, value }: Matcher): string {
  if (!MATCH.has(op)) throw bad("an unknown match operator");
  return `${labelName(label)}${op}${quote(value)}`;
}

function printAggregate({ op, grouping, parameter, expr }: Aggregate): string {
  if (!AGGREGATES.has(op)) throw bad("an unknown aggregation");
  if ((PARAMETRIC.get(op) ?? "undefined") !== typeof parameter) throw bad(`${op} with a wrong parameter`);
  const first = parameter === undefined ? "" : `${printParameter(parameter)}, `;
  const kind = grouping.kind === "by" ? "by" : "without";
  return `${op} ${kind} (${printLabels(grouping.labels)}) (${first}${printQuery(expr)})`;
}

const printParameter = (parameter: number | string): string =>
  typeof parameter === "string" ? quote(labelName(parameter)) : printNumber(parameter);

function printCall({ fn, args }: Call): string {
  if (!FUNCTION.test(fn)) throw bad("an unknown function");
  return `${fn}(${args.map(printQuery).join(", ")})`;
}

function printBinary({ op, left, right, bool, matching, group }: Binary): string {
  if (!COMPARE.has(op) && !SETS.has(op) && !ARITHMETIC.has(op)) throw bad("an unknown operator");
  if (bool && !COMPARE.has(op)) throw bad(`bool after ${op}`);
  if (group && (SETS.has(op) || !matching)) throw bad(`group_${group.side} after ${op}`);
  let between = bool ? `${op} bool` : op;
  if (matching) between += ` ${matching.kind === "on" ? "on" : "ignoring"} (${printLabels(matching.labels)})`;
  if (group) between += ` group_${group.side === "left" ? "left" : "right"} (${printLabels(group.include)})`;
  return `${operand(left)} ${between} ${operand(right)}`;
}

function printSubquery({ expr, range, step }: Subquery): string {
  return `${operand(expr)}[${printDuration(range)}:${step === undefined ? "" : printDuration(step)}]`;
}

/** Parentheses wherever precedence or a trailing modifier could regroup; a selector's own offset is such a modifier. */
function operand(expr: Expr): string {
  const text = printQuery(expr);
  const plain = expr.type === "call" || expr.type === "aggregate";
  const bound = expr.type === "number" && !text.startsWith("-");
  const simple = expr.type === "selector" && expr.range === undefined && !expr.offset;
  return plain || bound || simple ? text : `(${text})`;
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

function printLabels(labels: readonly string[]): string {
  return labels.map(groupingLabel).join(", ");
}
