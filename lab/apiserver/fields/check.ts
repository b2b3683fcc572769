/** Is a value of its type? What is applied has to be, exactly: unknown fields and repeated elements are refused. */
import { isObject, type Json } from "../json.ts";
import { fieldElement, showElement } from "./element.ts";
import { itemElement } from "./items.ts";
import { deduce, memberType, type Type } from "./type.ts";

/** What is wrong, one line a fault, each with its path; empty when nothing is. */
export function faultsOf(given: Type, value: Json): string[] {
  const type = deduce(given, value);
  if (value === null) return [];
  if (type.map !== null) {
    if (!isObject(value)) return [`: expected map, got ${JSON.stringify(value)}`];
    const faults: string[] = [];
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      const own = memberType(type.map, name);
      if (own === null) return [...faults, `.${name}: field not declared in schema`];
      faults.push(...below(fieldElement(name), faultsOf(own, inner)));
    }
    return faults;
  }
  if (type.scalar !== null) {
    if (type.scalar === "any" ? typeof value !== "object" : typeof value === type.scalar) return [];
    const wanted = { string: "string", number: "numeric (int or float)", boolean: "boolean", any: "any scalar" };
    return [`: expected ${wanted[type.scalar]}, got ${JSON.stringify(value)}`];
  }
  if (type.list === null) return [];
  if (!Array.isArray(value)) return [`: expected list, got ${JSON.stringify(value)}`];
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const [i, item] of (value as readonly Json[]).entries()) {
    const element = type.list.atomic ? `i:${i}` : itemElement(type.list, item);
    if (typeof element !== "string") return [...faults, `: element ${i}: ${element.message}`];
    if (seen.has(element)) faults.push(`: duplicate entries for key ${showElement(element)}`);
    seen.add(element);
    faults.push(...below(element, faultsOf(type.list.element(), item)));
  }
  return faults;
}

function below(element: string, faults: readonly string[]): string[] {
  return faults.map((fault) => showElement(element) + fault);
}
