/** What is wrong with an expression, and where. */
export interface Fault {
  /** Code units of UTF-16 before it. */
  readonly at: number;
  /** A sentence. */
  readonly message: string;
}

const SHOWN = 20;

/** A piece of an expression, for a sentence: on one line, cut, and signs that nobody sees by their number. */
export function quoted(piece: string): string {
  const letters = [...piece.slice(0, 2 * SHOWN)].map(visible);
  return `“${letters.length > SHOWN ? `${letters.slice(0, SHOWN).join("")}…` : letters.join("")}”`;
}

function visible(letter: string): string {
  if (letter === " " || !/[\p{C}\p{Z}]/u.test(letter)) return letter;
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
