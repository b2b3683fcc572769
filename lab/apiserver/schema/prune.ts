/**
 * Unknown fields. Structural schemas say which fields exist; the rest is dropped, and told to clients that ask for it.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
import { definition, resolve } from "../definitions.ts";
import { isObject, type Json, type JsonObject, mapItems, mapMembers } from "../json.ts";

const objectMeta = definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

/** A built-in definition without any structure (RawExtension, JSON, FieldsV1) holds whatever it is given. */
function isOpaque(schema: JsonObject, builtin: boolean): boolean {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return true;
  return builtin && schema["properties"] === undefined && schema["additionalProperties"] === undefined;
}

/** Walks one value; `path` names it, and unknown fields are added to `unknown`. */
function prune(value: Json, schema: JsonObject, builtin: boolean, path: string, unknown: string[]): Json {
  const own = resolve(schema);
  if (Array.isArray(value)) {
    const items = own["items"];
    if (!isObject(items)) return value;
    return mapItems(value, (item, i) => prune(item, items, builtin, `${path}[${i}]`, unknown));
  }
  if (!isObject(value)) return value;
  const properties = isObject(own["properties"]) ? own["properties"] : {};
  const additional = own["additionalProperties"];
  return mapMembers(value, (inner, key) => {
    const field = path === "" ? key : `${path}.${key}`;
    const known = Object.hasOwn(properties, key) ? properties[key] : isObject(additional) ? additional : undefined;
    if (isObject(known)) return prune(inner, known, builtin, field, unknown);
    if (isOpaque(own, builtin) || additional === true) return inner;
    unknown.push(field);
    return undefined;
  });
}

/** An object without its unknown fields, and their paths in the order they were met. Cost: the object's size. */
export function pruneObject(
  object: JsonObject,
  schema: JsonObject,
  builtin: boolean,
): { readonly object: JsonObject; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const envelope = {
    ...schema,
    properties: {
      ...properties,
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: objectMeta,
    },
  };
  const pruned = prune(object, envelope, builtin, "", unknown);
  return { object: isObject(pruned) ? pruned : {}, unknown };
}
