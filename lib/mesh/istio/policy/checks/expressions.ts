/** Regular expressions in Istio's objects, of RE2's syntax: https://github.com/google/re2/wiki/Syntax */
import { compiles, LONGEST_EXPRESSION } from "../meaning/routing/expression.ts";

/** Of one object, how many characters of expressions are compiled; those behind are taken for good. */
const MOST = 10_000;

/** Why Istio's webhook refuses an expression; null: it doesn't, or that isn't known. */
export type ExpressionProblem = (text: string) => string | null;

/** For one object, whose expressions together take a bounded time. (validateStringRegexp in Istio's pkg/config/validation) */
export function expressionProblems(): ExpressionProblem {
  let left = MOST;
  return (text) => {
    if (text === "") return "An empty expression is refused.";
    if (new TextEncoder().encode(text).length > LONGEST_EXPRESSION)
      return `An expression has no more than ${LONGEST_EXPRESSION} characters.`;
    left -= text.length;
    if (left < 0 || compiles(text) !== false) return null;
    return "It is no expression of RE2’s syntax.";
  };
}
