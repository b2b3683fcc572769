/** Which items of very many are told. */
import { type Impact, worstFirst } from "#lib/mesh/impact.ts";

/** Each is a row to be read. */
const SHOWN = 300;

interface Worst {
  /** By change, in their order. */
  readonly items: Impact["items"];
  /** How many of each change's aren't among them. */
  readonly left: readonly number[];
}

/** The worst of all changes together: a mild one with very many takes no row of a worse one. */
export function worstOf(items: Impact["items"]): Worst {
  const shown = new Set(worstFirst(items.flat()).slice(0, SHOWN));
  const told = items.map((list) => list.filter((item) => shown.has(item)));
  return { items: told, left: items.map((list, index) => list.length - (told[index]?.length ?? 0)) };
}
