/** JSON values as the API server holds them: never changed in place, so that watchers, history and lists share them. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Is it a JSON object (neither null nor an array)? */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deep equality; an absent member equals one that is `undefined`. Cost: the size of the smaller value. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of Object.keys(a)) if (!equal(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

/** A copy without the named members. */
export function omit(object: JsonObject, ...keys: readonly string[]): JsonObject {
  const out: Record<string, Json> = {};
  for (const [key, value] of Object.entries(object)) if (value !== undefined && !keys.includes(key)) out[key] = value;
  return out;
}

/**
 * The object with each member through `change` (undefined: without it). Where that changes nothing it is the object itself:
 * what is shared costs nothing to keep, and is found equal without a look inside.
 */
export function mapMembers(
  object: JsonObject,
  change: (inner: Json, key: string) => Json | undefined,
): Readonly<Record<string, Json>> {
  const keys = Object.keys(object);
  let out: Record<string, Json> | null = null;
  for (const key of keys) {
    const inner = object[key];
    const next = inner === undefined ? undefined : change(inner, key);
    if (out === null) {
      if (inner !== undefined && next === inner) continue;
      out = {};
      for (const earlier of keys) {
        const same = object[earlier];
        if (earlier === key || same === undefined) break;
        put(out, earlier, same);
      }
    }
    if (next !== undefined) put(out, key, next);
  }
  return out ?? (object as Readonly<Record<string, Json>>);
}

/** The same for the items of a list. */
export function mapItems(
  list: readonly Json[],
  change: (item: Json, index: number) => Json | undefined,
): readonly Json[] {
  const out: Json[] = [];
  let same = true;
  for (const [index, item] of list.entries()) {
    const next = change(item, index);
    if (next !== undefined) out.push(next);
    same &&= next === item;
  }
  return same ? list : out;
}

/**
 * Sets a member that may be called `__proto__`. Objects from JSON.parse can hold one as a plain member; assigning it
 * would change the prototype instead.
 */
export function put(target: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
