/** Reading fields of objects whose form only the API server has checked: what is of another type counts as absent. */
import { isObject as isAnyObject } from "#lib/policy/json.ts";
import type { Json, JsonObject, Manifest } from "#lib/policy/manifest.ts";

/** As lib/policy/json.ts has it, for what came as JSON. */
export const isObject: (value: unknown) => value is JsonObject = isAnyObject as (value: unknown) => value is JsonObject;

/** A field that is an object; {} where it isn't. */
export function objectAt(value: unknown, key: string): JsonObject {
  const field = isObject(value) ? value[key] : undefined;
  return isObject(field) ? field : {};
}

/** A field's elements as they are, with their places; what isn't an object reads as {}. */
export function listAt(value: unknown, key: string): readonly JsonObject[] {
  const field = isObject(value) ? value[key] : undefined;
  return Array.isArray(field) ? field.map((item: unknown) => (isObject(item) ? item : {})) : [];
}

export function textsAt(value: unknown, key: string): readonly string[] {
  const field = isObject(value) ? value[key] : undefined;
  return Array.isArray(field) ? field.filter((item): item is string => typeof item === "string") : [];
}

export function textAt(value: unknown, key: string): string | null {
  const field = isObject(value) ? value[key] : undefined;
  return typeof field === "string" ? field : null;
}

export function numberAt(value: unknown, key: string): number | null {
  const field = isObject(value) ? value[key] : undefined;
  return typeof field === "number" && Number.isFinite(field) ? field : null;
}

export function has(value: JsonObject, key: string): boolean {
  return value[key] !== undefined && value[key] !== null;
}

/** What a destination or backend says of its weight. */
export function weightOf(destination: JsonObject): { readonly weight: number | null } {
  return { weight: numberAt(destination, "weight") };
}

/** The texts of a map of texts. */
export function mapAt(value: unknown, key: string): Readonly<Record<string, string>> {
  const entries = Object.entries(objectAt(value, key));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

export const specOf = (manifest: Manifest): JsonObject => (isObject(manifest.spec) ? manifest.spec : {});
export const namespaceOf = (manifest: Manifest): string => manifest.metadata.namespace ?? "default";

type Order = (a: Manifest, b: Manifest) => number;

/** The oldest first, then by these texts. */
export function oldestFirst(then: (metadata: Manifest["metadata"]) => readonly string[]): Order {
  const key = ({ metadata }: Manifest) => [metadata.creationTimestamp ?? "", ...then(metadata)];
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    const at = left.findIndex((each, index) => each !== right[index]);
    if (at < 0) return 0;
    return (left[at] ?? "") < (right[at] ?? "") ? -1 : 1;
  };
}

/**
 * Then by name and namespace: the order in which Istio settles who counts.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
 */
export const byAge: Order = oldestFirst(({ name, namespace = "" }) => [name, namespace]);

/** In `exportTo` beside the rest: the mesh's default says it, not the object, which is merged with those that say nothing. No namespace's name. */
export const BY_DEFAULT = "(default)";

/** `exportTo` lets a namespace see the object. Absent: the mesh's default, which is everyone. */
export function visibleTo(manifest: Manifest, namespace: string): boolean {
  const exportTo = textsAt(specOf(manifest), "exportTo");
  if (exportTo.length === 0) return true;
  const own = namespaceOf(manifest) === namespace;
  return exportTo.some((to) => to === "*" || to === namespace || (to === "." && own));
}

export type { Json, JsonObject };
