/** The way from kubectl's client-side apply to server-side apply: its annotation says what kubectl owns. */
import { isObject, type Json } from "../json.ts";
import { type KubeObject, withMeta } from "../object.ts";
import { faultsOf } from "./check.ts";
import { compare } from "./compare.ts";
import { fieldsOf } from "./fields-of.ts";
import { difference, type FieldSet } from "./set.ts";
import type { Rules } from "./updater.ts";

export const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";

/** The fields that client-side apply set and that still are what it set; null when nothing says so. */
export function allowedConflicts(rules: Rules, live: KubeObject): FieldSet | null {
  const text = live.metadata.annotations?.[lastAppliedKey];
  if (text === undefined || text === "") return null;
  let last: Json;
  try {
    last = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  if (!isObject(last) || last["apiVersion"] !== rules.apiVersion || faultsOf(rules.type, last).length > 0) return null;
  const { added, modified, removed } = compare(rules.type, last, { ...live, apiVersion: rules.apiVersion });
  return difference(difference(difference(fieldsOf(rules.type, last), modified), added), removed);
}

/** The object with its annotation saying what was applied now. */
export function withLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  const { [lastAppliedKey]: _, ...annotations } = applied.metadata.annotations ?? {};
  const rest = Object.keys(annotations).length > 0 ? annotations : undefined;
  const text = JSON.stringify(sorted(withMeta(applied, { annotations: rest })));
  return withMeta(object, { annotations: { ...object.metadata.annotations, [lastAppliedKey]: `${text}\n` } });
}

/** Members by name, as Go writes maps. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, sorted(value[name])]])));
}
