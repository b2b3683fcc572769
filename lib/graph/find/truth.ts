/**
 * What an expression can be of a node or an edge: true, false, or neither, because something is not known or doesn't apply
 * (Kleene's three-valued logic). Whether the answer is the thing's OWN travels with it: a term about nodes says something
 * of an edge too, by its ends, but that alone doesn't make the edge a match (docs/find.md, "Nodes and edges in one expression").
 */

/** UNKNOWN, TRUE or FALSE, the latter two with or without OWN. */
export type Truth = number;

export const UNKNOWN: Truth = 0;
export const TRUE: Truth = 1;
export const FALSE: Truth = 2;
/** A bit beside TRUE and FALSE. */
export const OWN = 4;

/** What `true`, `false` and `null` are; `own` is OWN or 0. */
export function truthOf(value: boolean | null, own: typeof OWN | 0): Truth {
  return value === null ? UNKNOWN : (value ? TRUE : FALSE) | own;
}

export function not(value: Truth): Truth {
  return value === UNKNOWN ? UNKNOWN : value ^ (TRUE | FALSE);
}

/** False as soon as one is, else unknown as soon as one is. OWN if any of those that decide is. */
export function and(a: Truth, b: Truth): Truth {
  if (((a | b) & FALSE) !== 0) return FALSE | (own(a, FALSE) | own(b, FALSE));
  return a === UNKNOWN || b === UNKNOWN ? UNKNOWN : TRUE | ((a | b) & OWN);
}

/** The dual of `and`. */
export function or(a: Truth, b: Truth): Truth {
  if (((a | b) & TRUE) !== 0) return TRUE | (own(a, TRUE) | own(b, TRUE));
  return a === UNKNOWN || b === UNKNOWN ? UNKNOWN : FALSE | ((a | b) & OWN);
}

const own = (value: Truth, deciding: Truth): number => ((value & deciding) === 0 ? 0 : value & OWN);

/** A match: true, and the thing's own. */
export const MATCH: Truth = TRUE | OWN;

const BITS = 3;

/** A function of two truths as a table, at `a << 3 | b`: it is asked of every node and edge. */
export function tableOf(join: (a: Truth, b: Truth) => Truth): Uint8Array {
  return Uint8Array.from({ length: 1 << (2 * BITS) }, (_, at) => join(at >> BITS, at & 7));
}
