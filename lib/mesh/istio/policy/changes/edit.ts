/** Edits that keep what they don't name: other fields, their order, and objects that stay equal. */

import { MeshscopeError } from "#lib/errors.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import { isObject, type Json, type JsonObject, specOf } from "../routing/json.ts";

/** @throws MeshscopeError `bad_intent`, naming the field. */
export function refuse(field: string, why: string): never {
  throw new MeshscopeError("bad_intent", `${field}: ${why}`);
}

/** With a field set, or without it where the value is undefined or null. */
export function set(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  if (value !== undefined && value !== null) {
    return same(object[key], value) ? object : { ...object, [key]: value };
  }
  if (object[key] === undefined) return object;
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

export function setAll(object: JsonObject, fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.entries(fields).reduce((result, [key, value]) => set(result, key, value), object);
}

/** An object's field edited; gone when nothing is left in it, as it was (`{}` too) where nothing was edited. */
export function edit(object: JsonObject, key: string, change: (field: JsonObject) => JsonObject): JsonObject {
  const before = isObject(object[key]) ? object[key] : {};
  const after = change(before);
  if (after === before) return object;
  return set(object, key, Object.keys(after).length === 0 ? undefined : after);
}

export function editAt(
  object: JsonObject,
  key: string,
  index: number,
  change: (item: JsonObject) => JsonObject,
): JsonObject {
  const list = Array.isArray(object[key]) ? (object[key] as readonly Json[]) : [];
  return set(
    object,
    key,
    list.map((item, i) => (i === index ? change(isObject(item) ? item : {}) : item)),
  );
}

export function editSpec(manifest: Manifest, change: (spec: JsonObject) => JsonObject): Manifest {
  const before = specOf(manifest);
  const spec = change(before);
  return spec === before ? manifest : { ...manifest, spec };
}

export function editMap(
  manifest: Manifest,
  map: "labels" | "annotations",
  fields: Readonly<Record<string, string | undefined>>,
): Manifest {
  const entries = { ...manifest.metadata[map] } as Record<string, string | undefined>;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) delete entries[key];
    else entries[key] = value;
  }
  const { [map]: _before, ...rest } = manifest.metadata;
  const next = entries as Record<string, string>;
  if (same(manifest.metadata[map] ?? {}, next)) return manifest;
  return { ...manifest, metadata: Object.keys(next).length === 0 ? rest : { ...rest, [map]: next } };
}

/** Objects as they become while an intent is carried out; what ends as it began is not part of the result. */
export class Workbench {
  readonly world: PolicyWorld;
  readonly notes: string[] = [];
  readonly #edited = new Map<string, Manifest>();
  readonly #deleted = new Map<string, ObjectRef>();

  constructor(world: PolicyWorld) {
    this.world = world;
  }

  ref(manifest: Manifest): ObjectRef {
    return refOf(this.world.cluster, manifest);
  }

  /** As it is by now. */
  now(manifest: Manifest): Manifest {
    return this.#edited.get(refKey(this.ref(manifest))) ?? manifest;
  }

  put(manifest: Manifest): void {
    this.#edited.set(refKey(this.ref(manifest)), manifest);
  }

  edit(manifest: Manifest, change: (now: Manifest) => Manifest): void {
    this.put(change(this.now(manifest)));
  }

  delete(manifest: Manifest): void {
    this.#edited.delete(refKey(this.ref(manifest)));
    this.#deleted.set(refKey(this.ref(manifest)), this.ref(manifest));
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  exists(kind: string, namespace: string, name: string): boolean {
    return this.world.objects(kind).some(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  }

  /** A name of the kind that nothing in the namespace has yet. */
  freeName(kind: string, namespace: string, wanted: string): string {
    let name = wanted;
    for (let i = 2; this.exists(kind, namespace, name); i++) name = `${wanted}-${i}`;
    return name;
  }

  /** A free name for an object that selects these labels, or without any the whole namespace. */
  nameFor(kind: string, namespace: string, labels: Readonly<Record<string, string>>): string {
    if (Object.keys(labels).length === 0) return this.freeName(kind, namespace, "default");
    const value = labels["app"] ?? labels["app.kubernetes.io/name"] ?? Object.values(labels)[0] ?? "";
    const plain = value
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .replace(/^-+|-+$/g, "");
    return this.freeName(kind, namespace, plain || "workload");
  }

  /** In the version in which the cluster's other objects of the kind are read. */
  apiVersion(kind: string, otherwise: string): string {
    return this.world.objects(kind)[0]?.apiVersion ?? otherwise;
  }

  result() {
    const originals = (manifest: Manifest) =>
      this.world.objects(manifest.kind).find((one) => refKey(this.ref(one)) === refKey(this.ref(manifest)));
    const manifests = [...this.#edited.values()].filter((manifest) => {
      const before = originals(manifest);
      return before === undefined || !same(before, manifest);
    });
    const deletions = [...this.#deleted.values()];
    const nothing = manifests.length + deletions.length === 0;
    return {
      manifests,
      deletions,
      notes: nothing ? ["everything is as wanted already: nothing changes", ...this.notes] : this.notes,
    };
  }
}
