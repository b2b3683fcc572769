/** Which label sets a selector takes, without asking each of them. */
import type { StringMap } from "./records.ts";

/** Something with labels, and what it stands for. */
export interface Labelled<T> {
  readonly labels: StringMap;
  readonly item: T;
}

/**
 * Prepares a namespace's label sets for selectors. Asking costs about the number of sets with the selector's rarest
 * label, so thousands of services against thousands of pods stay linear.
 */
export function indexLabels<T>(sets: Iterable<Labelled<T>>): (selector: StringMap) => Set<T> {
  const byPair = new Map<string, Labelled<T>[]>();
  for (const set of sets) {
    for (const name in set.labels) {
      const pair = `${name}=${set.labels[name]}`;
      const list = byPair.get(pair);
      if (list) list.push(set);
      else byPair.set(pair, [set]);
    }
  }
  return (selector) => {
    const wanted = Object.entries(selector);
    let shortest: readonly Labelled<T>[] | undefined;
    for (const [name, value] of wanted) {
      const list = byPair.get(`${name}=${value}`) ?? [];
      if (!shortest || list.length < shortest.length) shortest = list;
    }
    const found = new Set<T>();
    // A Service without a selector takes nothing: its endpoints are somebody else's doing.
    for (const { labels, item } of shortest ?? []) {
      if (!found.has(item) && wanted.every(([name, value]) => labels[name] === value)) found.add(item);
    }
    return found;
  };
}
