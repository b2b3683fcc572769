/**
 * Strategic merge patch for built-in kinds: lists whose schema names a merge key are merged by it, and directives
 * ($patch, $retainKeys, $deleteFromPrimitiveList, $setElementOrder) are obeyed.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
import { resolve } from "../definitions.ts";
import { equal, isObject, type Json, type JsonObject, put } from "../json.ts";
import { PatchFailure } from "./json-patch.ts";

const deleteFrom = "$deleteFromPrimitiveList/";
const elementOrder = "$setElementOrder/";

function schemaOf(schema: JsonObject, key: string): JsonObject {
  const own = resolve(schema);
  const properties = own["properties"];
  const known = isObject(properties) ? properties[key] : undefined;
  if (isObject(known)) return known;
  return isObject(own["additionalProperties"]) ? own["additionalProperties"] : {};
}

function strategies(schema: JsonObject): readonly string[] {
  const value = schema["x-kubernetes-patch-strategy"];
  return typeof value === "string" ? value.split(",") : [];
}

/** The object with the patch applied. Throws PatchFailure for a patch that contradicts the schema. */
export function strategicMerge(target: Json | undefined, patch: JsonObject, schema: JsonObject): JsonObject {
  const directive = patch["$patch"];
  if (directive === "delete") return {};
  if (directive === "replace") return withoutDirectives(patch);
  if (directive !== undefined && directive !== "merge")
    throw new PatchFailure(`unknown patch directive ${JSON.stringify(directive)}`);
  const before: JsonObject = isObject(target) ? target : {};
  const retained = patch["$retainKeys"];
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(before))
    if (value !== undefined && (!Array.isArray(retained) || retained.includes(key))) put(result, key, value);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === "$patch" || key === "$retainKeys" || key.startsWith(elementOrder)) continue;
    if (key.startsWith(deleteFrom)) {
      const field = key.slice(deleteFrom.length);
      const list = result[field];
      if (Array.isArray(list) && Array.isArray(value))
        put(
          result,
          field,
          list.filter((item: Json) => !value.some((gone: Json) => equal(item, gone))),
        );
      continue;
    }
    if (value === null) {
      delete result[key];
      continue;
    }
    put(result, key, mergeMember(Object.hasOwn(result, key) ? result[key] : undefined, value, schemaOf(schema, key)));
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(elementOrder) || !Array.isArray(order)) continue;
    const field = key.slice(elementOrder.length);
    const list = result[field];
    const live = before[field];
    if (Array.isArray(list))
      put(result, field, ordered(list, order, Array.isArray(live) ? live : [], schemaOf(schema, field)));
  }
  return result;
}

function mergeMember(before: Json | undefined, value: Json, schema: JsonObject): Json {
  const replaces = strategies(schema).includes("replace");
  if (isObject(value)) return replaces ? withoutDirectives(value) : strategicMerge(before, value, schema);
  if (!Array.isArray(value) || !strategies(schema).includes("merge"))
    return Array.isArray(value) ? value.map(plain) : value;
  return mergeList(Array.isArray(before) ? before : [], value, schema);
}

function mergeList(before: readonly Json[], patch: readonly Json[], schema: JsonObject): Json {
  const key = schema["x-kubernetes-patch-merge-key"];
  if (typeof key !== "string") {
    // A list of scalars with strategy merge is a set.
    const result = [...before];
    for (const item of patch) if (!result.some((known) => equal(known, item))) result.push(item);
    return ordered(result, patch, before, schema);
  }
  if (patch.some((item) => isObject(item) && item["$patch"] === "replace"))
    return patch.filter((item) => !(isObject(item) && item["$patch"] === "replace")).map(plain);
  const items = resolve(schema)["items"];
  const itemSchema = isObject(items) ? items : {};
  const result = [...before];
  for (const item of patch) {
    if (!isObject(item)) throw new PatchFailure("an element of a merged list is an object");
    const id = item[key];
    if (id === undefined)
      throw new PatchFailure(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const at = result.findIndex((known) => isObject(known) && equal(known[key], id));
    if (item["$patch"] === "delete") {
      if (at >= 0) result.splice(at, 1);
    } else if (at < 0) result.push(plain(item));
    else result[at] = strategicMerge(result[at], item, itemSchema);
  }
  return ordered(result, patch, before, schema);
}

/**
 * The order of a merged list: what `order` names comes in that order, the rest in the order of the live list; where the
 * two don't tell which is first, the named one is.
 */
function ordered(list: readonly Json[], order: readonly Json[], live: readonly Json[], schema: JsonObject): Json {
  const key = schema["x-kubernetes-patch-merge-key"];
  const idOf = (item: Json): string =>
    JSON.stringify((typeof key === "string" && isObject(item) ? item[key] : item) ?? null);
  const ranks = (items: readonly Json[]): Map<string, number> => new Map(items.map((item, i) => [idOf(item), i]));
  const [wanted, present] = [ranks(order), ranks(live)];
  const by = (rank: Map<string, number>) => (a: Json, b: Json) => (rank.get(idOf(a)) ?? 0) - (rank.get(idOf(b)) ?? 0);
  const named = list.filter((item) => wanted.has(idOf(item))).sort(by(wanted));
  const rest = list.filter((item) => !wanted.has(idOf(item))).sort(by(present));
  const result: Json[] = [];
  for (const item of named) {
    const own = present.get(idOf(item));
    while (rest[0] !== undefined && own !== undefined && (present.get(idOf(rest[0])) ?? 0) < own) {
      result.push(rest[0]);
      rest.shift();
    }
    result.push(item);
  }
  return [...result, ...rest];
}

/** A value that comes new: nulls and directives in it mean nothing. */
function plain(value: Json): Json {
  if (Array.isArray(value))
    return value.filter((item: Json) => !isObject(item) || item["$patch"] !== "delete").map(plain);
  return isObject(value) ? withoutDirectives(value) : value;
}

function withoutDirectives(object: JsonObject): JsonObject {
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(object))
    if (value !== undefined && value !== null && !key.startsWith("$")) put(result, key, plain(value));
  return result;
}
