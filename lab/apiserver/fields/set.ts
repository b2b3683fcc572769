/** Sets of fields: trees of path elements, and their algebra (package fieldpath of sigs.k8s.io/structured-merge-diff). */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { compareElements, fieldName, isElement } from "./element.ts";
import type { Type } from "./type.ts";

/** `members` are in the set; `children` lead to members below. Never changed once it is shared. */
export interface FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
}

interface Growing {
  readonly members: Set<string>;
  readonly children: Map<string, Growing>;
}

const grow = (): Growing => ({ members: new Set(), children: new Map() });

/** The set without members. */
export const emptySet: FieldSet = grow();

/** Collects paths into a set. */
export class SetBuilder {
  readonly #root = grow();

  /** Adds a path; the empty one, which means the whole object, is not tracked. */
  insert(path: readonly string[]): void {
    const last = path.at(-1);
    if (last === undefined) return;
    let at = this.#root;
    for (let i = 0; i < path.length - 1; i++) {
      const element = path[i] ?? "";
      let next = at.children.get(element);
      if (next === undefined) {
        next = grow();
        at.children.set(element, next);
      }
      at = next;
    }
    at.members.add(last);
  }

  /** The set; nothing may be inserted afterwards. */
  done(): FieldSet {
    return this.#root;
  }
}

/** The set of some paths. */
export function setOf(...paths: readonly (readonly string[])[]): FieldSet {
  const builder = new SetBuilder();
  for (const path of paths) builder.insert(path);
  return builder.done();
}

export function isEmpty(set: FieldSet): boolean {
  return set.members.size === 0 && [...set.children.values()].every(isEmpty);
}

function kept(members: ReadonlySet<string>, test: (element: string) => boolean): ReadonlySet<string> {
  return new Set([...members].filter(test));
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || b.members.size + b.children.size === 0) return a;
  if (a.members.size + a.children.size === 0) return b;
  const children = new Map(a.children);
  for (const [element, child] of b.children) {
    const own = children.get(element);
    children.set(element, own === undefined ? child : union(own, child));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    const both = other === undefined ? emptySet : intersection(child, other);
    if (!isEmpty(both)) children.set(element, both);
  }
  return { members: kept(a.members, (element) => b.members.has(element)), children };
}

/** What is in `a` and not in `b`; a parent in `b` doesn't take its children along, unless `deep`. */
export function difference(a: FieldSet, b: FieldSet, deep = false): FieldSet {
  if (b.members.size + b.children.size === 0) return a;
  const children = new Map<string, FieldSet>();
  for (const [element, child] of a.children) {
    if (deep && b.members.has(element)) continue;
    const other = b.children.get(element);
    const rest = other === undefined ? child : difference(child, other, deep);
    if (!isEmpty(rest)) children.set(element, rest);
  }
  return { members: kept(a.members, (element) => !b.members.has(element)), children };
}

export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return false;
  if (rest.length === 0) return set.members.has(first);
  const child = set.children.get(first);
  return child !== undefined && hasPath(child, rest);
}

/** All members in order, parents before their children's level. */
export function pathsOf(set: FieldSet, prefix: readonly string[] = []): (readonly string[])[] {
  const members = [...set.members].sort(compareElements).map((element) => [...prefix, element]);
  const below = [...set.children].sort(([a], [b]) => compareElements(a, b));
  return [...members, ...below.flatMap(([element, child]) => pathsOf(child, [...prefix, element]))];
}

/** The set, with every declared field that leads to a member being a member itself. */
export function withNamedFields(set: FieldSet, type: Type | null): FieldSet {
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const name = fieldName(element);
    const field = name === null ? undefined : type?.map?.fields.get(name);
    if (field !== undefined) members.add(element);
    const inner = name === null ? type?.list?.element() : (field?.type() ?? type?.map?.element?.());
    children.set(element, withNamedFields(child, inner ?? null));
  }
  return { members, children };
}

const written = new WeakMap<FieldSet, JsonObject>();
const read = new WeakMap<JsonObject, FieldSet>();
const shared = new Map<string, JsonObject>();

function write(set: FieldSet, self: boolean): JsonObject {
  const out: Record<string, Json> = self ? { ".": {} } : {};
  const elements = [...new Set([...set.members, ...set.children.keys()])].sort(compareElements);
  for (const element of elements) {
    const child = set.children.get(element);
    out[element] = child === undefined ? {} : write(child, set.members.has(element));
  }
  return out;
}

/** The set as fieldsV1. Equal sets share one value: thousands of objects of one shape are common. */
export function toFields(set: FieldSet): JsonObject {
  const known = written.get(set);
  if (known !== undefined) return known;
  const own = write(set, false);
  const text = JSON.stringify(own);
  const fields = shared.get(text) ?? own;
  if (fields === own) {
    if (shared.size >= 4096) shared.clear();
    shared.set(text, own);
  }
  written.set(set, fields);
  if (!read.has(fields)) read.set(fields, set);
  return fields;
}

/** The set of a fieldsV1; null when it isn't one. */
export function fromFields(fields: JsonObject): FieldSet | null {
  const known = read.get(fields);
  if (known !== undefined) return known;
  const set = grow();
  if (!collect(fields, set)) return null;
  read.set(fields, set);
  return set;
}

function collect(fields: JsonObject, into: Growing): boolean {
  for (const [element, inner] of Object.entries(fields)) {
    if (element === ".") continue;
    if (!isElement(element) || !isObject(inner)) return false;
    const names = Object.keys(inner);
    if (names.length === 0 || inner["."] !== undefined) into.members.add(element);
    if (names.every((name) => name === ".")) continue;
    const child = grow();
    if (!collect(inner, child)) return false;
    into.children.set(element, child);
  }
  return true;
}
