/** Elements of lists that aren't atomic. */
import { isObject, type Json } from "../json.ts";
import { keyElement, valueElement } from "./element.ts";
import type { ListType } from "./type.ts";

/** How an element is named in paths; a sentence where it can't be. */
export function itemElement(list: ListType, item: Json): string | Error {
  if (list.keys.length === 0) {
    if (isObject(item)) return new Error("associative list without keys has an element that's a map type");
    if (Array.isArray(item)) return new Error("not supported: associative list with lists as elements");
    if (item === null) return new Error("associative list without keys has an element that's an explicit null");
    return valueElement(item);
  }
  if (item === null) return new Error("associative list with keys may not have a null element");
  if (!isObject(item)) return new Error("associative list with keys may not have non-map elements");
  const keys: (readonly [string, Json])[] = [];
  for (const name of list.keys) {
    const value = item[name] ?? list.element().map?.fields.get(name)?.fallback;
    if (value !== undefined) keys.push([name, value]);
  }
  if (keys.length > 0) return keyElement(keys);
  const names = `[${list.keys.map((name) => JSON.stringify(name)).join(" ")}]`;
  return new Error(
    `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
  );
}

/** The elements of a list by name, in the order of their first; what can't be named is left out. */
export function itemsOf(list: ListType, value: Json | undefined): Map<string, Json[]> {
  const items = new Map<string, Json[]>();
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : []) {
    const element = itemElement(list, item);
    if (typeof element !== "string") continue;
    const same = items.get(element);
    if (same === undefined) items.set(element, [item]);
    else same.push(item);
  }
  return items;
}
