/** Defaults that schemas declare. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting */
import { resolve } from "../definitions.ts";
import { isObject, type Json, type JsonObject, mapItems, mapMembers, put } from "../json.ts";

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
    return isObject(items) ? mapItems(value, (item) => applyDefaults(item, items, builtin)) : value;
  }
  if (!isObject(value)) return value;
  const properties = isObject(own["properties"]) ? own["properties"] : {};
  const additional = own["additionalProperties"];
  const given = mapMembers(value, (inner, key) => {
    const known = Object.hasOwn(properties, key) ? properties[key] : additional;
    if (!isObject(known)) return inner;
    const replaced = inner === null && known["nullable"] !== true && known["default"] !== undefined;
    return replaced ? undefined : applyDefaults(inner, known, builtin);
  });
  let filled: Record<string, Json> | null = null;
  for (const [key, known] of Object.entries(properties)) {
    if (!isObject(known) || Object.hasOwn(given, key)) continue;
    const fallback = known["default"];
    if (fallback === undefined || (builtin && (isZero(fallback) || key === "metadata"))) continue;
    filled ??= { ...given };
    put(filled, key, applyDefaults(fallback, known, builtin));
  }
  return filled ?? given;
}

/** A built-in object without nulls: Go's decoder takes null for "not set". */
export function dropNulls(value: Json): Json {
  const known = (inner: Json): Json | undefined => (inner === null ? undefined : dropNulls(inner));
  if (Array.isArray(value)) return mapItems(value, known);
  return isObject(value) ? mapMembers(value, known) : value;
}
