/**
 * Lists that follow each other with the same ids in the same order: most steps of a graph change numbers alone, and what goes by its
 * structure needs no look at each element then. Lists are taken as never written to.
 */

type Identified = { readonly id: string };

const places = new WeakMap<readonly Identified[], ReadonlyMap<string, number>>();

/** Where each id of a list stands. O(n) for the first of lists with the same ids. */
function placesOf(list: readonly Identified[]): ReadonlyMap<string, number> {
  const known = places.get(list);
  if (known !== undefined) return known;
  const made = new Map(list.map(({ id }, at) => [id, at]));
  places.set(list, made);
  return made;
}

/** The list with some elements replaced by others of the same id; null where one of them isn't in it. O(changed), and a copy. */
export function replaced<T extends Identified>(list: readonly T[], changed: readonly T[]): readonly T[] | null {
  const at = placesOf(list);
  // An id twice: which of the two is meant can't be said.
  if (at.size !== list.length) return null;
  const next = list.slice();
  for (const item of changed) {
    const place = at.get(item.id);
    if (place === undefined) return null;
    next[place] = item;
  }
  places.set(next, at);
  return next;
}

/** True where the ids of two lists are known to be the same, in the same order; false says nothing. O(1). */
export function knownSameIds(a: readonly Identified[], b: readonly Identified[]): boolean {
  if (a === b) return true;
  const known = places.get(a);
  return known !== undefined && known === places.get(b);
}
