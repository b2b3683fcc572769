/** "Did you mean": the nearest of some names. */

/** Longer words are nobody's typing error. */
const LONGEST = 24;

/** Edits (one letter more, less, other, or two swapped) from one word to another. O(length²), on words of at most 24 letters. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = [
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        ...(swapped ? [(before[j - 2] ?? 0) + 1] : []),
      ];
      next.push(Math.min(...edits));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The name that a word was probably meant to be, or null. A third of its letters may be wrong, two at most; ties go to the first. */
export function nearest(word: string, names: readonly string[]): string | null {
  const typed = word.toLowerCase();
  if (typed.length < 2 || typed.length > LONGEST) return null;
  const most = Math.min(2, Math.max(1, Math.floor(typed.length / 3)));
  let best: string | null = null;
  let least = most + 1;
  for (const name of names) {
    if (Math.abs(name.length - typed.length) > most) continue;
    const edits = distance(typed, name.toLowerCase());
    if (edits >= least) continue;
    best = name;
    least = edits;
  }
  if (best !== null) return best;
  return names.find((name) => typed.length >= 4 && name.toLowerCase().startsWith(typed)) ?? null;
}
