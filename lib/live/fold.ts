/**
 * What `fold` of a view may say, and how a box is collapsed and expanded in its place. A word folds: `shop` a namespace,
 * `cluster:east` a cluster, `app:shop/cart` an app; `*` folds every namespace, and `-shop` leaves one of them open.
 */
import { parseNodeId } from "#lib/graph/id.ts";

/** The word that folds the box, or opens the group, with this id; null where it is neither. */
export function foldWord(id: string): string | null {
  const key = parseNodeId(id);
  if (key?.kind === "cluster") return `cluster:${key.cluster}`;
  if (key?.kind === "namespace") return key.namespace;
  return key?.kind === "app" && key.version === undefined ? `app:${key.namespace}/${key.name}` : null;
}

/** The fold after a box was collapsed or a group expanded; null where the id is of neither. `grouped`: namespaces are folded unless said otherwise. */
export function refold(
  fold: readonly string[],
  id: string,
  collapsed: boolean,
  grouped: boolean,
): readonly string[] | null {
  const word = foldWord(id);
  if (word === null) return null;
  const exception = grouped && !word.includes(":");
  const said = exception ? `-${word}` : word;
  const without = fold.filter((one) => one !== said);
  return (exception ? !collapsed : collapsed) ? [...without, said].sort() : without;
}

/** Whether a graph asked for with `before` can become one asked for with `after` in place: some boxes close or open, not all. */
export function foldsInPlace(before: readonly string[], after: readonly string[]): boolean {
  return before.includes("*") === after.includes("*");
}
