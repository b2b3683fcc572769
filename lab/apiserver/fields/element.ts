/**
 * Path elements of field sets in the form that fieldsV1 has: `f:name` (a field), `k:{"name":"x"}` (an element of a list with
 * keys), `v:"x"` (an element of a set).
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#fieldsv1-v1-meta
 */
import { isObject, type Json, type JsonObject } from "../json.ts";

/** The element of a field. */
export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** The element of a set's value. */
export function valueElement(value: Json): string {
  return `v:${JSON.stringify(value)}`;
}

/** The element of a list's item by its keys, in the order of their names. */
export function keyElement(keys: readonly (readonly [string, Json])[]): string {
  const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
  return `k:${JSON.stringify(Object.fromEntries(sorted))}`;
}

/** The name of a field's element; null for other elements. */
export function fieldName(element: string): string | null {
  return element.startsWith("f:") ? element.slice(2) : null;
}

const ranks = "fkvi";

function valueRank(value: Json): number {
  if (typeof value === "number") return 0;
  if (typeof value === "string") return 1;
  return typeof value === "boolean" ? 2 : 3;
}

function compareValues(a: Json, b: Json): number {
  const rank = valueRank(a) - valueRank(b);
  if (rank !== 0) return rank;
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareKeys(a: JsonObject, b: JsonObject): number {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  for (const [i, [name, value]] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    const order = compareValues(value ?? null, other[1] ?? null);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** The order in which elements are written: fields, keys, values, indices; each by content. */
export function compareElements(a: string, b: string): number {
  const rank = ranks.indexOf(a.charAt(0)) - ranks.indexOf(b.charAt(0));
  if (rank !== 0) return rank;
  if (a.startsWith("f:")) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [JSON.parse(a.slice(2)) as Json, JSON.parse(b.slice(2)) as Json];
  return isObject(left) && isObject(right) ? compareKeys(left, right) : compareValues(left, right);
}

/** Can this text be a path element? Anything else in a fieldsV1 makes it unreadable. */
export function isElement(text: string): boolean {
  if (text.startsWith("f:")) return true;
  if (/^i:-?\d+$/.test(text)) return true;
  if (!/^[kv]:/.test(text)) return false;
  try {
    const value = JSON.parse(text.slice(2)) as Json;
    return text.startsWith("v:") || isObject(value);
  } catch {
    return false;
  }
}

/** A path as messages have it: `.spec.containers[name="main"].image`. */
export function showPath(path: readonly string[]): string {
  return path.map(showElement).join("");
}

/** One element as messages have it. */
export function showElement(element: string): string {
  const content = element.slice(2);
  if (element.startsWith("f:")) return `.${content}`;
  if (element.startsWith("v:")) return `[=${content}]`;
  if (!element.startsWith("k:")) return `[${content}]`;
  const keys = Object.entries(JSON.parse(content) as JsonObject);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
}
