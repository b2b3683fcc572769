/** Regular expressions in Istio's objects, of RE2's syntax: https://github.com/google/re2/wiki/Syntax */

/** Envoy is told to take any that has no more than these. (validateStringRegexp in Istio's pkg/config/validation) */
const LONGEST = 1024;

/** Why Istio's webhook refuses an expression that has to be one; null: it doesn't. */
export function expressionProblem(text: string): string | null {
  if (text === "") return "An empty expression matches nothing.";
  if (text.length > LONGEST) return `An expression has no more than ${LONGEST} characters.`;
  return null;
}
