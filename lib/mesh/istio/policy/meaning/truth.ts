/**
 * What can be said with some facts missing: yes, no, or not without these. Kleene's three values, the third with the facts
 * that would settle it, so that "unknown" always says what it lacks (and never counts as safe).
 */
export type Truth = true | false | Lacking;

export interface Lacking {
  /** Facts in plain words, each once: `the path`, `header x-user`. */
  readonly lacks: readonly string[];
}

export const lacking = (...facts: readonly string[]): Lacking => ({ lacks: [...new Set(facts)] });

export const isKnown = (truth: Truth): truth is boolean => typeof truth === "boolean";

/** No where one says no, whatever the others lack. */
export function every(truths: Iterable<Truth>): Truth {
  const missing: string[] = [];
  for (const truth of truths) {
    if (truth === false) return false;
    if (truth !== true) missing.push(...truth.lacks);
  }
  return missing.length === 0 ? true : lacking(...missing);
}

/** Yes where one says yes, whatever the others lack. */
export function some(truths: Iterable<Truth>): Truth {
  const missing: string[] = [];
  for (const truth of truths) {
    if (truth === true) return true;
    if (truth !== false) missing.push(...truth.lacks);
  }
  return missing.length === 0 ? false : lacking(...missing);
}

export const not = (truth: Truth): Truth => (isKnown(truth) ? !truth : truth);
