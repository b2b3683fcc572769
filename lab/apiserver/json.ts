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
 * Sets a member that may be called `__proto__`. Objects from JSON.parse can hold one as a plain member; assigning it
 * would change the prototype instead.
 */
export function put(target: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
