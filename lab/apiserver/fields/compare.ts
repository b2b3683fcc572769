/** What differs between two states of an object, by path (Compare of structured-merge-diff). */
import { equal, isObject, type Json, type JsonObject } from "../json.ts";
import { fieldElement } from "./element.ts";
import { itemsOf } from "./items.ts";
import { difference, type FieldSet, SetBuilder } from "./set.ts";
import { deduce, type ListType, type MapType, memberType, type Type } from "./type.ts";

export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

interface Walk {
  readonly path: string[];
  readonly added: SetBuilder;
  readonly removed: SetBuilder;
  readonly modified: SetBuilder;
}

/** Compares two states of one type. Cost: the size of both, but for parts that they share. */
export function compare(type: Type, before: Json, after: Json): Comparison {
  const walk: Walk = { path: [], added: new SetBuilder(), removed: new SetBuilder(), modified: new SetBuilder() };
  visit(walk, type, before, after);
  return { added: walk.added.done(), removed: walk.removed.done(), modified: walk.modified.done() };
}

/** The comparison without what lies at or below some paths. */
export function without({ added, removed, modified }: Comparison, paths: FieldSet): Comparison {
  return {
    added: difference(added, paths, true),
    removed: difference(removed, paths, true),
    modified: difference(modified, paths, true),
  };
}

function visit(walk: Walk, type: Type, before: Json | undefined, after: Json | undefined): void {
  if (before === after) return;
  const [left, right] = [deduce(type, before), deduce(type, after)];
  let leaf: boolean;
  if (after === undefined) leaf = handle(walk, left, before, after);
  else if (before === undefined || kindOf(left) === kindOf(right)) leaf = handle(walk, right, before, after);
  else {
    handle(walk, left, before, after);
    leaf = handle(walk, right, before, after);
  }
  if (leaf) return;
  if (before === undefined) walk.added.insert(walk.path);
  else if (after === undefined) walk.removed.insert(walk.path);
}

function kindOf(type: Type): string {
  return `${type.map !== null} ${type.scalar !== null} ${type.list !== null}`;
}

/** Is the value, as this type, one leaf? Otherwise its members have been compared. */
function handle(walk: Walk, type: Type, before: Json | undefined, after: Json | undefined): boolean {
  if (type.map !== null) return handleMap(walk, type.map, before, after);
  if (type.scalar === null && type.list !== null) return handleList(walk, type.list, before, after);
  return markLeaf(walk, before, after);
}

function markLeaf(walk: Walk, before: Json | undefined, after: Json | undefined): true {
  if (before === undefined) walk.added.insert(walk.path);
  else if (after === undefined) walk.removed.insert(walk.path);
  else if (!equal(before, after)) walk.modified.insert(walk.path);
  return true;
}

function handleMap(walk: Walk, type: MapType, before: Json | undefined, after: Json | undefined): boolean {
  const left = isObject(before) ? before : {};
  const right = isObject(after) ? after : {};
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  if (type.atomic || names.size === 0) return markLeaf(walk, before, after);
  for (const name of names) {
    const inner = memberType(type, name);
    if (inner === null) continue;
    const zero = type.fields.get(name)?.zero;
    walk.path.push(fieldElement(name));
    // A null is a value: only what isn't there at all is what Go would have put there.
    const of = (side: JsonObject, whole: Json | undefined): Json | undefined =>
      side[name] === undefined && isObject(whole) ? zero : side[name];
    visit(walk, inner, of(left, before), of(right, after));
    walk.path.pop();
  }
  return false;
}

function handleList(walk: Walk, type: ListType, before: Json | undefined, after: Json | undefined): boolean {
  const size = (value: Json | undefined): number => (Array.isArray(value) ? value.length : 0);
  if (type.atomic || size(before) + size(after) === 0) return markLeaf(walk, before, after);
  const [left, right] = [itemsOf(type, before), itemsOf(type, after)];
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const [mine, theirs] = [left.get(element) ?? [], right.get(element) ?? []];
    walk.path.push(element);
    if (mine.length > 1 && theirs.length > 1) {
      if (!equal(mine, theirs)) walk.modified.insert(walk.path);
    } else if (mine.length > 1) {
      if (theirs.length > 0) visit(walk, type.element(), undefined, theirs[0]);
      walk.removed.insert(walk.path);
    } else if (theirs.length > 1) {
      if (mine.length > 0) visit(walk, type.element(), mine[0], undefined);
      walk.added.insert(walk.path);
    } else visit(walk, type.element(), mine[0], theirs[0]);
    walk.path.pop();
  }
  return false;
}
