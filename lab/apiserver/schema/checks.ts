/** The keywords that look at one value: lengths, bounds, patterns, formats, required members, keys of lists. */
import { isIPv4, isIPv6 } from "node:net";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Cause } from "../status.ts";

/** The place that is looked at, and where its faults are collected. */
export interface Found {
  readonly path: string;
  readonly causes: Cause[];
}

const patterns = new Map<string, RegExp>();

/** CRD patterns are RE2; what they use of it means the same in JavaScript. */
function regexOf(pattern: string): RegExp {
  let regex = patterns.get(pattern);
  if (regex === undefined) {
    regex = compile(pattern);
    patterns.set(pattern, regex);
  }
  return regex;
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch {
    // RE2 allows escapes of characters that need none, as JavaScript does without the u flag.
    return new RegExp(pattern);
  }
}

const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": (text) => dateTime.test(text) && !Number.isNaN(Date.parse(text)),
  ipv4: isIPv4,
  ipv6: isIPv6,
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
};

const invalid = ({ path, causes }: Found, value: Json, message: string): void => {
  causes.push({
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
    field: path,
  });
};

/** minLength, maxLength (in characters), pattern, format. */
export function checkString(value: string, schema: JsonObject, found: Found): void {
  const { path, causes } = found;
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  if (typeof maxLength === "number" && length > maxLength)
    causes.push({
      reason: "FieldValueTooLong",
      message: `Too long: may not be more than ${maxLength} bytes`,
      field: path,
    });
  if (typeof minLength === "number" && length < minLength)
    invalid(found, value, `${path} in body should be at least ${minLength} chars long`);
  if (typeof pattern === "string" && !regexOf(pattern).test(value))
    invalid(found, value, `${path} in body should match '${pattern}'`);
  const check = typeof format === "string" && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (check !== undefined && !check(value))
    invalid(found, value, `${path} in body must be of type ${String(format)}: ${JSON.stringify(value)}`);
}

const integers: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 };

/** minimum, maximum, multipleOf, and the range of an integer format. */
export function checkNumber(value: number, schema: JsonObject, found: Found): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const { path } = found;
  if (typeof minimum === "number" && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    invalid(
      found,
      value,
      `${path} in body should be greater than ${exclusiveMinimum === true ? "" : "or equal to "}${minimum}`,
    );
  if (typeof maximum === "number" && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    invalid(
      found,
      value,
      `${path} in body should be less than ${exclusiveMaximum === true ? "" : "or equal to "}${maximum}`,
    );
  if (typeof multipleOf === "number" && !Number.isInteger(value / multipleOf))
    invalid(found, value, `${path} in body should be a multiple of ${multipleOf}`);
  const range = typeof format === "string" ? integers[format] : undefined;
  if (range !== undefined && (value >= range || value < -range))
    invalid(found, value, `${path} in body must be of type ${String(format)}: ${JSON.stringify(value)}`);
}

/** minItems, maxItems, uniqueItems, and the keys of map and set lists. */
export function checkList(value: readonly Json[], schema: JsonObject, { path, causes }: Found): void {
  const { minItems, maxItems } = schema;
  if (typeof maxItems === "number" && value.length > maxItems)
    causes.push({
      reason: "FieldValueTooMany",
      message: `Too many: ${value.length}: must have at most ${maxItems} items`,
      field: path,
    });
  if (typeof minItems === "number" && value.length < minItems)
    causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${value.length}: ${path} in body should have at least ${minItems} items`,
      field: path,
    });
  const keysOf = keyFunction(schema);
  if (keysOf === null) return;
  const seen = new Set<string>();
  for (const [i, item] of value.entries()) {
    const key = keysOf(item);
    const text = JSON.stringify(key);
    if (seen.has(text))
      causes.push({ reason: "FieldValueDuplicate", message: `Duplicate value: ${text}`, field: `${path}[${i}]` });
    seen.add(text);
  }
}

function keyFunction(schema: JsonObject): ((item: Json) => Json) | null {
  const names = schema["x-kubernetes-list-map-keys"];
  if (schema["x-kubernetes-list-type"] === "set" || schema["uniqueItems"] === true) return (item) => item;
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(names)) return null;
  return (item) =>
    Object.fromEntries(
      names.flatMap((name: Json) => {
        const value = isObject(item) && typeof name === "string" ? item[name] : undefined;
        return typeof name === "string" && value !== undefined ? [[name, value]] : [];
      }),
    );
}

/** required, minProperties, maxProperties. */
export function checkObject(value: JsonObject, schema: JsonObject, { path, causes }: Found): void {
  const { required, minProperties, maxProperties } = schema;
  if (Array.isArray(required))
    for (const name of required)
      if (typeof name === "string" && (!Object.hasOwn(value, name) || value[name] === undefined))
        causes.push(missing(path === "" ? name : `${path}.${name}`));
  const size = Object.keys(value).length;
  if (typeof maxProperties === "number" && size > maxProperties)
    causes.push({
      reason: "FieldValueTooMany",
      message: `Too many: ${size}: must have at most ${maxProperties} items`,
      field: path,
    });
  if (typeof minProperties === "number" && size < minProperties)
    causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${size}: ${path} in body should have at least ${minProperties} properties`,
      field: path,
    });
}

/** The cause of an absent required field. */
export function missing(field: string): Cause {
  return { reason: "FieldValueRequired", message: "Required value", field };
}
