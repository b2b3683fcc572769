/** Small tools for JSON values from outside: own keys only, nothing is taken from a prototype. */

/** Whether it is a JSON object (neither null nor a list). */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own value of a key; undefined where there is none, or where `value` is no object. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at a place; undefined where there is none. */
export function at(value: unknown, ...segments: readonly (string | number)[]): unknown {
  let here = value;
  for (const segment of segments) {
    here = typeof segment === "number" ? (Array.isArray(here) ? here[segment] : undefined) : own(here, segment);
  }
  return here;
}

/** The list at a place; none where it isn't one. */
export function listAt(value: unknown, ...segments: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...segments);
  return Array.isArray(found) ? found : [];
}

/** The non-empty text at a place, or null. */
export function textAt(value: unknown, ...segments: readonly (string | number)[]): string | null {
  const found = at(value, ...segments);
  return typeof found === "string" && found !== "" ? found : null;
}

/** The object's keys that have a value: JSON knows no undefined. */
export function keysOf(value: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}

/** An object of these entries; `__proto__` is a key like any other. */
export function objectOf<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}

/** Whether two JSON values are the same; the order of keys doesn't count, undefined is absence. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = keysOf(a);
  return keys.length === keysOf(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
