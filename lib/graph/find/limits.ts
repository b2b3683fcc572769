/** Limits of an expression, apart from the language itself so that a field needn't load it. */

/** Longer texts are refused: an address can't carry them either. In UTF-16 code units. */
export const MOST_CHARACTERS = 2000;
/** Parentheses and NOTs within each other. */
export const MOST_NESTED = 50;
