/**
 * Where text becomes part of a query. Everything that a caller can choose passes through one of these functions, so a
 * value can never end the literal it stands in.
 */
import { MeshscopeError } from "#lib/errors.ts";

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Words the lexer takes for something else than a name, in any case of letters. */
const RESERVED = new Set(
  (
    "and or unless atan2 sum avg count min max group stddev stdvar topk bottomk count_values quantile limitk " +
    "limit_ratio offset by without on ignoring group_left group_right fill fill_left fill_right bool start end step " +
    "range smoothed anchored inf nan"
  ).split(" "),
);

/** The two words that are numbers wherever a label may stand outside of braces. */
const NUMBERS = new Set(["inf", "nan"]);

/**
 * A PromQL string literal that stands for exactly `text`. ASCII only: what isn't printable ASCII is written as an
 * escape, so no encoding on the way can change it, and U+FFFD (which the lexer refuses raw) passes.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
 * @throws MeshscopeError `bad_parameter` for a lone surrogate: it has no UTF-8 form, so no label can hold it.
 */
export function quote(text: string): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\\" || character === '"') out += `\\${character}`;
    else if (code >= 0x20 && code < 0x7f) out += character;
    else if (code < 0x80) out += `\\x${hex(code, 2)}`;
    else if (code >= 0xd800 && code <= 0xdfff) throw bad("text with a lone surrogate, which has no UTF-8 form");
    else if (code <= 0xffff) out += `\\u${hex(code, 4)}`;
    else out += `\\U${hex(code, 8)}`;
  }
  return `${out}"`;
}

/**
 * An RE2 pattern that, anchored as Prometheus anchors every matcher, matches exactly `text`.
 * https://github.com/google/re2/wiki/Syntax
 */
export function literal(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

/**
 * The pattern that matches exactly the given texts, for `=~` and `!~`. Order and duplicates don't matter: it is sorted,
 * so equal sets print equal queries.
 * @throws MeshscopeError `bad_parameter` for no values: the empty pattern would match every series without the label.
 */
export function anyOf(values: Iterable<string>): string {
  const distinct = [...new Set(values)].sort();
  if (distinct.length === 0) throw bad("a choice among no values");
  return distinct.map(literal).join("|");
}

/** Is `name` written bare by every PromQL parser, or only as `{__name__="…"}`? */
export function isBareMetric(name: string): boolean {
  return METRIC.test(name) && !RESERVED.has(name.toLowerCase());
}

/**
 * A label's name as it stands inside braces.
 * @throws MeshscopeError `bad_parameter` for names outside [a-zA-Z_][a-zA-Z0-9_]*: quoted (UTF-8) names need a
 * Prometheus 3, and nothing the console reads has one.
 */
export function labelName(name: string): string {
  if (!LABEL.test(name)) throw bad(`the label name ${JSON.stringify(name.slice(0, 80))}`);
  return name;
}

/** A label's name as it stands in `by (…)`, `on (…)` and their like, where `inf` and `nan` would be numbers. */
export function groupingLabel(name: string): string {
  if (NUMBERS.has(name.toLowerCase())) throw bad(`grouping by the label ${name}`);
  return labelName(name);
}

/** The refusal of something that can't be said in PromQL. */
export function bad(what: string): MeshscopeError {
  return new MeshscopeError("bad_parameter", `A query can't be made with ${what}.`);
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, "0");
}
