/** JSON merge patch, RFC 7386. */
import { isObject, type Json, put } from "../json.ts";

/** The target with the patch applied; null removes a member, anything but an object replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = {};
  if (isObject(target))
    for (const [key, value] of Object.entries(target))
      if (value !== undefined && !(Object.hasOwn(patch, key) && patch[key] === null)) put(result, key, value);
  for (const [key, value] of Object.entries(patch))
    if (value !== null && value !== undefined)
      put(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
  return result;
}
