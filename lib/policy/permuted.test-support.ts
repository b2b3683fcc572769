/** The same objects written differently: keys in another order, and fields that nobody here knows. */
import { isObject } from "./json.ts";
import type { Manifest } from "./manifest.ts";

/** Whole numbers below a limit, the same for the same seed. */
export type Draw = (below: number) => number;

export function drawer(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Keys of all objects in another order; lists stay as they are. */
export function shuffled<T>(value: T, draw: Draw): T {
  if (Array.isArray(value)) return value.map((item: unknown) => shuffled(item, draw)) as T;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, shuffled(inner, draw)] as const);
  for (let i = entries.length - 1; i > 0; i -= 1) {
    const j = draw(i + 1);
    const [a, b] = [entries[i], entries[j]];
    if (a && b) [entries[i], entries[j]] = [b, a];
  }
  return Object.fromEntries(entries) as T;
}

const MARK = "x-unknown-";

/** `spec` with a field of its own in about every second object, at any depth; each has another number. */
export function marked(manifest: Manifest, draw: Draw): Manifest {
  let count = 0;
  const mark = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mark);
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, mark(inner)]);
    if (draw(2) === 0) return Object.fromEntries(entries);
    count += 1;
    entries.splice(draw(entries.length + 1), 0, [`${MARK}${count}`, { kept: [count, null] }]);
    return Object.fromEntries(entries);
  };
  return manifest.spec === undefined ? manifest : { ...manifest, spec: mark(manifest.spec) as typeof manifest.spec };
}

/** The marks that are still there, with what they hold. */
export function marksOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(marksOf);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key.startsWith(MARK) ? [`${key} ${JSON.stringify(inner)}`] : marksOf(inner),
  );
}
