/** What a write does to ownership (package merge of sigs.k8s.io/structured-merge-diff). */
import { equal, type Json } from "../json.ts";
import { type Comparison, compare, without } from "./compare.ts";
import { fieldsOf } from "./fields-of.ts";
import type { Managers, Owned } from "./managers.ts";
import { merge, removeFields } from "./merge.ts";
import { difference, emptySet, type FieldSet, intersection, isEmpty, pathsOf, union, withNamedFields } from "./set.ts";
import type { Type } from "./type.ts";

/** One field that another manager owns with another value. */
export interface Conflict {
  readonly manager: string;
  readonly path: readonly string[];
}

/** What an update or an application is told about its object. */
export interface Rules {
  readonly type: Type;
  /** The type of another version; null where it isn't served. */
  readonly typeOf: (apiVersion: string) => Type | null;
  readonly apiVersion: string;
  /** Paths that this kind of write leaves as they are, and that are never owned by it. */
  readonly ignored: FieldSet;
}

/** Takes changed and removed fields from everybody but `self`. Conflicts instead, unless forced. */
function take(
  rules: Rules,
  before: Json,
  after: Json,
  managers: Managers,
  self: string,
  force: boolean,
  known?: Comparison,
): Managers | readonly Conflict[] {
  const result = new Map<string, Owned>();
  const conflicts: Conflict[] = [];
  const seen = new Map<Type, Comparison>();
  for (const [manager, owned] of managers) {
    if (manager === self) {
      if (!isEmpty(owned.set)) result.set(manager, owned);
      continue;
    }
    const type = rules.typeOf(owned.apiVersion);
    if (type === null) continue;
    let changes = seen.get(type);
    if (changes === undefined) {
      const whole = known !== undefined && type === rules.type ? known : compare(type, before, after);
      changes = without(whole, rules.ignored);
      seen.set(type, changes);
    }
    const contested = intersection(owned.set, union(changes.modified, changes.added));
    for (const path of pathsOf(contested)) conflicts.push({ manager, path });
    const rest = difference(difference(owned.set, contested), changes.removed);
    if (!isEmpty(rest)) result.set(manager, rest === owned.set ? owned : { ...owned, set: rest });
  }
  return conflicts.length > 0 && !force ? conflicts : result;
}

/** Ownership after a write of a whole object: whoever changes a field owns it. */
export function updateOwnership(rules: Rules, before: Json, after: Json, managers: Managers, self: string): Managers {
  const changes = compare(rules.type, before, after);
  const rest = take(rules, before, after, managers, self, true, changes) as Managers;
  const own = difference(rest.get(self)?.set ?? emptySet, changes.removed);
  const set = difference(union(union(own, changes.modified), changes.added), rules.ignored, true);
  const result = new Map(rest);
  result.delete(self);
  if (!isEmpty(set)) result.set(self, { set, apiVersion: rules.apiVersion, applied: false, time: null });
  return result;
}

/** What applying did: the merged object (null when nothing changed) and who owns what then. */
export interface Application {
  readonly object: Json | null;
  readonly managers: Managers;
}

/** Merges what is applied into the live object, and removes what `self` applied before and no longer does. */
export function applyConfiguration(
  rules: Rules,
  live: Json,
  applied: Json,
  managers: Managers,
  self: string,
  force: boolean,
): Application | readonly Conflict[] {
  const last = managers.get(self) ?? null;
  const set = difference(fieldsOf(rules.type, applied), rules.ignored, true);
  const owners = new Map(managers);
  owners.set(self, { set, apiVersion: rules.apiVersion, applied: true, time: last?.time ?? null });
  const merged = merge(rules.type, live, applied) ?? {};
  const pruned = last === null || isEmpty(last.set) ? merged : prune(rules, merged, owners, last);
  const rest = take(rules, live, pruned, owners, self, force);
  if (!(rest instanceof Map)) return rest as readonly Conflict[];
  return { object: equal(live, pruned) ? null : pruned, managers: rest };
}

/** Removes what was applied last time, unless it is applied now or anybody else owns it. */
function prune(rules: Rules, merged: Json, owners: Managers, last: Owned): Json {
  const type = rules.typeOf(last.apiVersion);
  if (type === null) return merged;
  const named = (set: FieldSet): FieldSet => withNamedFields(set, type);
  const all = named(fieldsOf(type, merged));
  const lastSet = named(last.set);
  let pruned = removeFields(type, merged, lastSet);
  let owned: FieldSet = emptySet;
  for (const { set } of owners.values()) owned = union(owned, set);
  pruned = removeFields(type, merged, difference(all, union(named(fieldsOf(type, pruned)), named(owned))));
  const gone = difference(all, named(fieldsOf(type, pruned)));
  return removeFields(type, merged, intersection(gone, lastSet));
}
