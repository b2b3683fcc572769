/** Which elements of two lists are the same thing, in order: what stayed, then what has the same name, then by place. */
import { isObject, own, same } from "./json.ts";

/** A pair (both places), or an element that only one list has. */
export type Aligned =
  | { readonly old: number; readonly now: number }
  | { readonly old: number; readonly now: null }
  | { readonly old: null; readonly now: number };

/** Beyond this many comparisons elements are paired by place: slow is worse than coarse. */
const MAX_COMPARISONS = 250_000;

/** What an element is called, where elements of its kind have names. */
function nameOf(value: unknown): string | null {
  if (!isObject(value)) return null;
  const name = own(value, "name") ?? own(value, "host") ?? own(value, "key") ?? own(value, "destination");
  return name === undefined ? null : JSON.stringify([name, own(value, "namespace") ?? null]);
}

function named(a: unknown, b: unknown): boolean {
  const name = nameOf(a);
  return name !== null && name === nameOf(b);
}

type Range = readonly [oldFrom: number, oldTo: number, nowFrom: number, nowTo: number];

/** Longest common subsequence of a range, as pairs. */
function common(range: Range, equal: (old: number, now: number) => boolean): [number, number][] {
  const [oldFrom, oldTo, nowFrom, nowTo] = range;
  const [rows, columns] = [oldTo - oldFrom, nowTo - nowFrom];
  if (rows * columns > MAX_COMPARISONS) return [];
  const matches = (i: number, j: number) => equal(oldFrom + i, nowFrom + j);
  const width = columns + 1;
  const best = new Uint32Array((rows + 1) * width);
  const score = (i: number, j: number) => best[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      best[i * width + j] = matches(i, j) ? score(i + 1, j + 1) + 1 : Math.max(score(i + 1, j), score(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (matches(i, j)) pairs.push([oldFrom + i++, nowFrom + j++]);
    else if (score(i + 1, j) >= score(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** All elements of both lists, once each, in an order that reads well. */
export function alignLists(before: readonly unknown[], after: readonly unknown[]): Aligned[] {
  const rules = [
    (old: number, now: number) => same(before[old], after[now]),
    (old: number, now: number) => named(before[old], after[now]),
  ];
  const found: Aligned[] = [];
  const byPlace = ([oldFrom, oldTo, nowFrom, nowTo]: Range) => {
    for (let step = 0; oldFrom + step < oldTo || nowFrom + step < nowTo; step += 1) {
      const [old, now] = [oldFrom + step, nowFrom + step];
      // Two different names are two different things.
      const alike = nameOf(before[old]) === null && nameOf(after[now]) === null;
      if (old < oldTo && now < nowTo && alike) found.push({ old, now });
      else {
        if (old < oldTo) found.push({ old, now: null });
        if (now < nowTo) found.push({ old: null, now });
      }
    }
  };
  const align = (range: Range, rule: number): void => {
    const equal = rules[rule];
    if (equal === undefined) return byPlace(range);
    let [oldFrom, , nowFrom] = range;
    for (const [old, now] of common(range, equal)) {
      align([oldFrom, old, nowFrom, now], rule + 1);
      found.push({ old, now });
      [oldFrom, nowFrom] = [old + 1, now + 1];
    }
    align([oldFrom, range[1], nowFrom, range[3]], rule + 1);
  };
  align([0, before.length, 0, after.length], 0);
  return found;
}
