/**
 * Validation by structural schema: the OpenAPI v3 subset that CRDs use, with the causes that kube-apiserver reports
 * (k8s.io/apiextensions-apiserver/pkg/apiserver/validation). CEL rules are not evaluated.
 */
import { resolve } from "../definitions.ts";
import { equal, isObject, type Json, type JsonObject } from "../json.ts";
import type { Cause } from "../status.ts";
import { checkList, checkNumber, checkObject, checkString, type Found } from "./checks.ts";

/** The name of a value's type as messages have it. */
function typeName(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function hasType(value: Json, type: Json | undefined, schema: JsonObject): boolean {
  if (value === null && schema["nullable"] === true) return true;
  if (schema["x-kubernetes-int-or-string"] === true)
    return typeof value === "string" || (typeof value === "number" && Number.isInteger(value));
  switch (type) {
    case undefined:
      return true;
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const subtree = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** All causes why a value doesn't fit a schema; empty when it does. Cost: the value's size times its alternatives. */
export function validate(value: Json, schema: JsonObject, path = ""): Cause[] {
  const own = resolve(schema);
  const type = own["type"];
  if (!hasType(value, type, own)) {
    const shown = JSON.stringify(typeName(value));
    const wanted = own["x-kubernetes-int-or-string"] === true ? "integer,string" : String(type);
    return [
      {
        reason: "FieldValueTypeInvalid",
        message: `Invalid value: ${shown}: ${path} in body must be of type ${wanted}: ${shown}`,
        field: path,
      },
    ];
  }
  if (value === null) return [];
  const causes: Cause[] = [];
  const found = { path, causes };
  checkEnum(value, own, found);
  if (typeof value === "string") checkString(value, own, found);
  else if (typeof value === "number") checkNumber(value, own, found);
  else if (Array.isArray(value)) {
    checkList(value, own, found);
    const items = own["items"];
    if (isObject(items))
      for (const [i, item] of value.entries()) causes.push(...validate(item as Json, items, `${path}[${i}]`));
  } else if (isObject(value)) {
    checkObject(value, own, found);
    const properties = isObject(own["properties"]) ? own["properties"] : {};
    const additional = own["additionalProperties"];
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      const known = Object.hasOwn(properties, key) ? properties[key] : additional;
      if (isObject(known)) causes.push(...validate(inner, known, subtree(path, key)));
    }
  }
  checkAlternatives(value, own, found);
  return causes;
}

function checkEnum(value: Json, schema: JsonObject, { path, causes }: Found): void {
  const allowed = schema["enum"];
  if (!Array.isArray(allowed) || allowed.some((item: Json) => equal(item, value))) return;
  causes.push({
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((item: Json) => JSON.stringify(item)).join(", ")}`,
    field: path,
  });
}

function alternatives(schema: JsonObject, keyword: string): readonly JsonObject[] | null {
  const list = schema[keyword];
  return Array.isArray(list) ? list.filter(isObject) : null;
}

/** allOf, anyOf, oneOf, not. In structural schemas they only add conditions, never fields. */
function checkAlternatives(value: Json, schema: JsonObject, { path, causes }: Found): void {
  const shown = isObject(value) || Array.isArray(value) ? '""' : JSON.stringify(value);
  const fails = (message: string): void => {
    // The real server doesn't say the field of these causes; the message does.
    causes.push({ reason: "FieldValueInvalid", message: `Invalid value: ${shown}: ${message}`, field: "<nil>" });
  };
  const fits = (candidate: JsonObject): boolean => validate(value, candidate, path).length === 0;
  for (const part of alternatives(schema, "allOf") ?? []) causes.push(...validate(value, part, path));
  const anyOf = alternatives(schema, "anyOf");
  if (anyOf !== null && !anyOf.some(fits)) fails(`${JSON.stringify(path)} must validate at least one schema (anyOf)`);
  const oneOf = alternatives(schema, "oneOf");
  if (oneOf !== null) {
    const valid = oneOf.filter(fits).length;
    if (valid !== 1) {
      const detail = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
      fails(`${JSON.stringify(path)} must validate one and only one schema (oneOf). ${detail}`);
    }
  }
  const not = schema["not"];
  if (isObject(not) && fits(not)) fails(`${JSON.stringify(path)} must not validate the schema (not)`);
}
