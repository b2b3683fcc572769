/** The two ways in which applying changes an object: merging what is applied, removing what no longer is. */
import { isObject, type Json, put } from "../json.ts";
import { fieldElement } from "./element.ts";
import { itemElement, itemsOf } from "./items.ts";
import { emptySet, type FieldSet } from "./set.ts";
import { deduce, type ListType, memberType, type Type } from "./type.ts";

/** `live` with what `applied` says. Nothing is removed; lists take the order of `applied` as far as it says one. */
export function merge(type: Type, live: Json | undefined, applied: Json | undefined): Json | undefined {
  if (applied === undefined) return live;
  if (live === undefined) return applied;
  const right = deduce(type, applied);
  if (right.map !== null) {
    const [mine, theirs] = [isObject(live) ? live : {}, isObject(applied) ? applied : {}];
    const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
    if (right.map.atomic || names.size === 0) return applied;
    const out: Record<string, Json> = {};
    for (const name of names) {
      const inner = memberType(right.map, name);
      const value = inner === null ? mine[name] : merge(inner, mine[name], theirs[name]);
      if (value !== undefined) put(out, name, value);
    }
    return out;
  }
  if (right.scalar !== null || right.list === null || right.list.atomic) return applied;
  const [mine, theirs] = [Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : []];
  return mine.length + theirs.length === 0 ? applied : mergeLists(right.list, mine, theirs);
}

/** Walks both lists side by side: shared elements in the order of `theirs`, others of `mine` where they stood. */
function mergeLists(list: ListType, mine: readonly Json[], theirs: readonly Json[]): Json[] {
  const nameOf = (item: Json): string => String(itemElement(list, item));
  const [left, right] = [mine.map(nameOf), theirs.map(nameOf)];
  const [known, asked] = [itemsOf(list, mine), itemsOf(list, theirs)];
  const shared = right.filter((element) => known.has(element));
  const merged = new Set<string>();
  const out: Json[] = [];
  // Of an element that is there several times nothing is merged: what is applied replaces it.
  const only = (element: string): Json | undefined => {
    const items = known.get(element) ?? [];
    return items.length === 1 ? items[0] : undefined;
  };
  const take = (element: string): void => {
    merged.add(element);
    const value = merge(list.element(), only(element), asked.get(element)?.[0]);
    if (value !== undefined) out.push(value);
  };
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const [own, next] = [left[l], right[r]];
    if (own !== undefined && next !== undefined) {
      if (own === next) {
        take(own);
        l += 1;
        r += 1;
        shared.shift();
        continue;
      }
      if (asked.has(own) && shared[0] !== undefined && shared[0] !== own) {
        l += 1;
        continue;
      }
    }
    if (own !== undefined) {
      if (!asked.has(own)) {
        const item = mine[l];
        if (item !== undefined) out.push(item);
        l += 1;
        continue;
      }
      if (merged.has(own)) l += 1;
    }
    if (next !== undefined) {
      take(next);
      r += 1;
      if (shared[0] === next) shared.shift();
    }
  }
  return out;
}

/** The value without the members of a set; null where nothing is left. */
export function removeFields(given: Type, value: Json, set: FieldSet): Json {
  const type = deduce(given, value);
  if (type.map !== null && isObject(value)) {
    if (type.map.atomic) return null;
    const out: Record<string, Json> = {};
    for (const [name, inner] of Object.entries(value)) {
      const element = fieldElement(name);
      if (inner === undefined || set.members.has(element)) continue;
      const below = set.children.get(element);
      const own = memberType(type.map, name);
      put(out, name, below === undefined || own === null ? inner : removeFields(own, inner, below));
    }
    return Object.keys(out).length === 0 ? null : out;
  }
  if (type.list !== null && Array.isArray(value)) {
    const { list } = type;
    if (list.atomic) return null;
    const kept = value.flatMap((item: Json): Json[] => {
      const element = String(itemElement(list, item));
      if (set.members.has(element)) return [];
      const below = set.children.get(element) ?? emptySet;
      return [below === emptySet ? item : removeFields(list.element(), item, below)];
    });
    return kept.length === 0 ? null : kept;
  }
  return type.scalar === null ? null : value;
}
