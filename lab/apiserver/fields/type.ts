/**
 * What a schema says about ownership: which values are leaves, which lists are sets or maps by keys. As
 * k8s.io/kube-openapi/pkg/schemaconv reads it.
 */
import { resolve } from "../definitions.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";

export interface ListType {
  /** One leaf; otherwise its elements are told apart, by `keys` or, where there are none, by value. */
  readonly atomic: boolean;
  readonly keys: readonly string[];
  readonly element: () => Type;
}

export interface Field {
  readonly type: () => Type;
  readonly fallback: Json | undefined;
  /** What Go's struct holds where nothing is given, as far as it is written out at all. */
  readonly zero: Json | undefined;
}

export interface MapType {
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, Field>;
  /** Of other members; null where there may be none. */
  readonly element: (() => Type) | null;
}

/** One value may be allowed to be several of these. */
export interface Type {
  /** The JSON type, or "any". */
  readonly scalar: "string" | "number" | "boolean" | "any" | null;
  readonly list: ListType | null;
  readonly map: MapType | null;
}

const untyped: Type = {
  scalar: "any",
  list: { atomic: true, keys: [], element: () => untyped },
  map: { atomic: true, fields: new Map(), element: () => untyped },
};
const deduced: Type = {
  scalar: "any",
  list: { atomic: true, keys: [], element: () => untyped },
  map: { atomic: false, fields: new Map(), element: () => deduced },
};
const scalar: Type = { scalar: "any", list: null, map: null };

interface Style {
  readonly builtin: boolean;
  readonly preserve: boolean;
}

const caches = new Map<string, WeakMap<JsonObject, Type>>();

function typeOf(given: JsonObject, style: Style): Type {
  const key = `${style.builtin} ${style.preserve}`;
  const cache = caches.get(key) ?? new WeakMap<JsonObject, Type>();
  caches.set(key, cache);
  let type = cache.get(given);
  if (type === undefined) {
    type = compile(given, style);
    cache.set(given, type);
  }
  return type;
}

function compile(given: JsonObject, outer: Style): Type {
  const reference = given["$ref"];
  if (typeof reference === "string") {
    if (reference.endsWith(".resource.Quantity")) return scalar;
    if (reference.endsWith(".runtime.RawExtension")) return untyped;
  }
  const schema = resolve(given);
  const style = schema["x-kubernetes-preserve-unknown-fields"] === true ? { ...outer, preserve: true } : outer;
  switch (schema["type"]) {
    case undefined:
      return { scalar: "any", list: listType(schema, style), map: mapType(schema, style) };
    case "object":
      return { scalar: null, list: null, map: mapType(schema, style) };
    case "array":
      return { scalar: null, list: listType(schema, style), map: null };
    case "integer":
    case "number":
      return { scalar: "number", list: null, map: null };
    case "boolean":
      return { scalar: "boolean", list: null, map: null };
    default: {
      const format = schema["format"];
      return { scalar: format === undefined || format === "byte" ? "string" : "any", list: null, map: null };
    }
  }
}

function listType(schema: JsonObject, style: Style): ListType {
  const items = schema["items"];
  const element = (): Type => (isObject(items) ? typeOf(items, style) : untyped);
  const kind = schema["x-kubernetes-list-type"];
  if (kind !== undefined) {
    const keys = schema["x-kubernetes-list-map-keys"];
    const names = kind === "map" && Array.isArray(keys) ? keys.filter((key: Json) => typeof key === "string") : [];
    return { atomic: kind !== "set" && kind !== "map", keys: names, element };
  }
  const strategy = schema["x-kubernetes-patch-strategy"];
  const merges = strategy === "merge" || strategy === "merge,retainKeys";
  const key = schema["x-kubernetes-patch-merge-key"];
  return { atomic: !merges, keys: merges && typeof key === "string" ? [key] : [], element };
}

function mapType(schema: JsonObject, style: Style): MapType {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const fields = new Map<string, Field>();
  for (const [name, inner] of Object.entries(properties))
    if (isObject(inner))
      fields.set(name, {
        type: () => typeOf(inner, style),
        fallback: inner["default"],
        zero: style.builtin ? zeroOf(inner, required.includes(name)) : undefined,
      });
  const additional = schema["additionalProperties"];
  const open = additional === true || (additional === undefined && (style.preserve || fields.size === 0));
  const element = isObject(additional) ? (): Type => typeOf(additional, style) : open ? (): Type => deduced : null;
  return { atomic: schema["x-kubernetes-map-type"] === "atomic", fields, element };
}

/** Structs are always there (their default is {}); members that aren't omitted when empty are the required ones. */
function zeroOf(field: JsonObject, required: boolean): Json | undefined {
  const fallback = field["default"];
  if (isObject(fallback)) return fallback;
  if (!required) return undefined;
  switch (resolve(field)["type"]) {
    case "string":
      return "";
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    default:
      return null;
  }
}

const roots = new WeakMap<JsonObject, JsonObject>();
const objectMeta: JsonObject = { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };

/** The type of whole objects of a schema. Custom resources have metadata like the others, whatever their schema says. */
export function objectType(schema: JsonObject, builtin: boolean): Type {
  if (builtin) return typeOf(schema, { builtin, preserve: false });
  let root = roots.get(schema);
  if (root === undefined) {
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    const common = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: objectMeta };
    root = { ...schema, properties: { ...properties, ...common } };
    roots.set(schema, root);
  }
  return typeOf(root, { builtin, preserve: false });
}

/** The alternative of a type that a value takes; the type itself where none fits, or where there is no value. */
export function deduce(type: Type, value: Json | undefined): Type {
  if (value === undefined || value === null) return type;
  if (Array.isArray(value)) return type.list === null ? type : { scalar: null, list: type.list, map: null };
  if (isObject(value)) return type.map === null ? type : { scalar: null, list: null, map: type.map };
  return type.scalar === null ? type : { scalar: type.scalar, list: null, map: null };
}

/** The type of a map's member; null where it isn't declared. */
export function memberType(map: MapType, name: string): Type | null {
  return map.fields.get(name)?.type() ?? map.element?.() ?? null;
}
