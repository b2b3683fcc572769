/** Maps as plain JSON objects. */

/**
 * A record with its keys in order. Keys are defined, not assigned: so even `__proto__` is plain data, and so a code like
 * `503` doesn't make the engine keep an array of 503 places a record, which it does for writable properties.
 */
export function record<Value>(map: ReadonlyMap<string, Value>): Readonly<Record<string, Value>> {
  const keys = [...map.keys()];
  if (keys.length > 1) keys.sort();
  const out: Record<string, Value> = {};
  for (const key of keys) Object.defineProperty(out, key, { value: map.get(key), enumerable: true });
  return out;
}
