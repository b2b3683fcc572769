/**
 * Regular expressions of matches, decided as Envoy decides them: by RE2, on the whole text. They come from outside, and so does the text,
 * so that what is compiled and tried is bounded; whatever is beyond that, or that proxies needn't agree on, is unknown, with the reason.
 * docs/adr/0022-regular-expressions.md
 * (FullMatch in CompiledGoogleReMatcher, envoy's source/common/common/regex.h; https://github.com/google/re2/wiki/Syntax)
 */
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { lacking, type Truth } from "../truth.ts";
import { proxySize, writtenSize } from "./expression-size.ts";

/** Whether it takes the text, or why that isn't known. */
export type Fit = boolean | string;

export type Fits = (expression: string, text: string) => Fit;

/** Istio's validation takes no longer one, in bytes. (validateStringRegexp in istio's pkg/config/validation/validation.go) */
export const LONGEST_EXPRESSION = 1_024;
/** Instructions that RE2 compiles it to: Envoy takes no more, as Istio sets it up. (extractRuntimeFlags in istio's pkg/bootstrap/config.go) */
const ENVOYS_MOST = 32_768;
/** Instructions of our own. */
const OWN_MOST = 5_000;
/** Of one expression and one text: instructions times characters. */
const MATCH_MOST = 1_000_000;
/** Of one question, a second or two at worst. */
const STEPS = 20_000_000;
/** What compiling takes, in steps, by instructions. */
const COMPILING = 50;
/** Steps whose memory may be kept: states that were met stay with their expression. */
const KEPT = 1_000_000;

/** Reasons that are said of the expression. */
const REFUSED = "Istio takes no such expression";
const UNREAD = "it isn’t read here";
const LONG = `it is longer than the ${LONGEST_EXPRESSION} characters that Istio takes`;
const LARGE = "it takes too much to be tried here";
const SPENT = "there are more of them than are tried here";
const VERSION = "that is for the proxy’s version of Unicode to say";
const BROKEN = "such a text isn’t read here";

/** Tables of Unicode grow from version to version: its classes, and which letters are the same in another case. */
const CLASSES = /\\[pP]/;
const CASELESS = /\(\?[a-zA-Z]*i/;
const ESCAPED = /\\(?:x|[0-7])/;
const BEYOND_ASCII = /[^\p{ASCII}]/u;

/**
 * Whether RE2 takes the expression, as Go's regexp does, which Istio's validation asks: `false` is refused there, but for a lone `*`
 * where presence is meant. null: not tried, because it is too long or too large, or what it means depends on a version.
 */
export function compiles(expression: string): boolean | null {
  const program = read(expression);
  return typeof program === "string" ? (program === REFUSED ? false : null) : true;
}

/**
 * Expressions that together take a bounded number of `steps`; after that nothing more is known. One for each question that is asked, so
 * that what one of them costs isn't lacking to another.
 */
export function expressions(steps: number = STEPS): Fits {
  let [left, kept] = [steps, 0];
  const programs = new Map<string, Program | string>();
  const known = new Map<string, Map<string, Fit>>();

  const programOf = (expression: string): Program | string => {
    const found = programs.get(expression) ?? read(expression);
    if (!programs.has(expression)) {
      const cost = COMPILING * (typeof found === "string" ? expression.length : found.size);
      left -= cost;
      kept += cost;
      programs.set(expression, found);
    }
    return found;
  };
  const fit = (expression: string, text: string): Fit => {
    if (left <= 0) return SPENT;
    if (kept > KEPT) {
      programs.clear();
      kept = 0;
    }
    const program = programOf(expression);
    if (typeof program === "string") return program;
    if (!text.isWellFormed()) return BROKEN;
    if (program.caseless && BEYOND_ASCII.test(text)) return VERSION;
    const cost = program.size * (text.length + 1);
    if (cost > MATCH_MOST) return LARGE;
    if (cost > left) return SPENT;
    left -= cost;
    kept += cost;
    return program.compiled.testExact(text);
  };
  return (expression, text) => {
    const of = known.get(expression) ?? new Map<string, Fit>();
    const found = of.get(text) ?? fit(expression, text);
    if (left > 0) known.set(expression, of.set(text, found));
    return found;
  };
}

/** Whether it takes a text of this name. */
export function taken(expression: string, text: string, name: string, fits: Fits = expressions()): Truth {
  const found = fits(expression, text);
  return typeof found === "boolean" ? found : lacking(`whether ${expression.slice(0, 80)} fits ${name} (${found})`);
}

interface Program {
  readonly compiled: RE2JS;
  readonly size: number;
  readonly caseless: boolean;
}

/** A text: why it isn't tried. */
function read(expression: string): Program | string {
  if (expression === "") return REFUSED;
  if (expression.length > LONGEST_EXPRESSION) return LONG;
  const caseless = CASELESS.test(expression);
  if (CLASSES.test(expression)) return VERSION;
  if (caseless && (BEYOND_ASCII.test(expression) || ESCAPED.test(expression))) return VERSION;
  if (writtenSize(expression) > OWN_MOST) return LARGE;
  const compiled = compile(expression);
  if (typeof compiled === "string") return compiled;
  return proxySize(compiled) > ENVOYS_MOST ? LARGE : { compiled, size: compiled.programSize(), caseless };
}

/** What the library alone refuses: of `[![:]` it makes a class without a name, and names may stand twice in RE2 and in Go. */
const ONLY_HERE = /`\[:\]`$|duplicate capture group name/;

function compile(expression: string): RE2JS | string {
  try {
    return RE2JS.compile(expression);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) return UNREAD;
    return ONLY_HERE.test(error.message) ? UNREAD : REFUSED;
  }
}
