/** Defaults that schemas declare. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting */
import { resolve } from "../definitions.ts";
import { isObject, type Json, type JsonObject, put } from "../json.ts";

/**
 * In Kubernetes' own documents the zero value of a Go field is a "default" as well. Filled in, it would hide that a
 * required field is missing, so zeros are left out; empty structs do appear in what the real server answers.
 */
function isZero(value: Json): boolean {
  return value === "" || value === 0 || value === false;
}

/** The value with declared defaults filled in; nulls that a default replaces are dropped first. */
export function applyDefaults(value: Json, schema: JsonObject, builtin: boolean): Json {
  const own = resolve(schema);
  if (Array.isArray(value)) {
    const items = own["items"];
    return isObject(items) ? value.map((item: Json) => applyDefaults(item, items, builtin)) : value;
  }
  if (!isObject(value)) return value;
  const properties = isObject(own["properties"]) ? own["properties"] : {};
  const additional = own["additionalProperties"];
  const result: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const known = Object.hasOwn(properties, key) ? properties[key] : additional;
    if (!isObject(known)) {
      put(result, key, inner);
      continue;
    }
    const replaced = inner === null && known["nullable"] !== true && known["default"] !== undefined;
    if (!replaced) put(result, key, applyDefaults(inner, known, builtin));
  }
  for (const [key, known] of Object.entries(properties)) {
    if (!isObject(known) || Object.hasOwn(result, key)) continue;
    const fallback = known["default"];
    if (fallback === undefined || (builtin && (isZero(fallback) || key === "metadata"))) continue;
    put(result, key, applyDefaults(fallback, known, builtin));
  }
  return result;
}

/** A built-in object without nulls: Go's decoder takes null for "not set". */
export function dropNulls(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(dropNulls);
  if (!isObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value))
    if (inner !== null && inner !== undefined) put(result, key, dropNulls(inner));
  return result;
}
