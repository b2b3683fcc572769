/**
 * What of an object is shown, and what of it a person can want. The server keeps the rest itself: status,
 * metadata.managedFields and its like. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
import { isObject, keysOf, objectOf, own } from "./json.ts";
import type { Manifest } from "./manifest.ts";

/** kubectl's own note of what it applied: a copy of the object, kept by kubectl alone. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** Stands for an annotation's value that looks like a secret. */
export const HIDDEN = "(hidden)";
const HIDDEN_CHANGED = "(hidden, changed)";

/** Metadata that a writer can set; all else is the server's. */
const WRITABLE = ["name", "namespace", "labels", "annotations", "ownerReferences", "finalizers"] as const;
const SECRET = /secret|passw|token|credential|api-?key|private-?key|authorization/i;

function annotationsOf(manifest: Manifest | null, change: (key: string, value: string) => string) {
  const annotations = own(manifest?.metadata, "annotations");
  if (!isObject(annotations)) return {};
  return objectOf(
    keysOf(annotations)
      .filter((key) => key !== LAST_APPLIED)
      .map((key) => [key, change(key, String(annotations[key]))] as const),
  );
}

function cleaned(manifest: Manifest, change: (key: string, value: string) => string): Manifest {
  const { status: _, metadata, ...rest } = manifest;
  const annotations = annotationsOf(manifest, change);
  const kept = WRITABLE.filter((key) => own(metadata, key) !== undefined).flatMap((key): [string, unknown][] => {
    if (key === "annotations") return keysOf(annotations).length > 0 ? [[key, annotations]] : [];
    // An empty map says nothing: the server drops it.
    const value = metadata[key];
    return key === "labels" && isObject(value) && keysOf(value).length === 0 ? [] : [[key, value]];
  });
  return { ...rest, metadata: objectOf(kept) } as unknown as Manifest;
}

/**
 * The object as pages and diffs show it: without status and what the server keeps in metadata, without kubectl's copy,
 * annotations that look like secrets as `(hidden)`. `wanted` undoes that, so that what is shown can be sent back. Beside a
 * state `before`, a hidden value that is another one now says so.
 */
export function shown(manifest: Manifest, before: Manifest | null = null): Manifest {
  const old = own(before?.metadata, "annotations");
  return cleaned(manifest, (key, value) => {
    if (!SECRET.test(key)) return value;
    const other = own(old, key);
    return other === undefined || other === value || value === HIDDEN ? HIDDEN : HIDDEN_CHANGED;
  });
}

/**
 * What a manifest asks for: without status, what the server keeps in metadata, and kubectl's copy. A value that came back
 * hidden is taken from `existing`; without one it stays what was written.
 */
export function wanted(manifest: Manifest, existing: Manifest | null = null): Manifest {
  const annotations = own(existing?.metadata, "annotations");
  return cleaned(manifest, (key, value) => {
    const before = own(annotations, key);
    return value === HIDDEN && typeof before === "string" ? before : value;
  });
}

/** `existing` with what `manifest` wants: status, the server's metadata and kubectl's copy stay as they are. */
export function onto(existing: Manifest, manifest: Manifest): Manifest {
  const { metadata: asked, ...rest } = wanted(manifest, existing);
  const kept = Object.entries(existing.metadata).filter(([key]) => !(WRITABLE as readonly string[]).includes(key));
  const copy = own(own(existing.metadata, "annotations"), LAST_APPLIED);
  const annotations = { ...asked.annotations, ...(typeof copy === "string" ? { [LAST_APPLIED]: copy } : {}) };
  const emptied = ["labels", "annotations"].filter((key) => isObject(own(existing.metadata, key)));
  const metadata = {
    ...objectOf(emptied.map((key) => [key, {}] as const)),
    ...objectOf(kept),
    ...asked,
    ...(keysOf(annotations).length > 0 ? { annotations } : {}),
  };
  return { ...rest, metadata, ...(existing.status === undefined ? {} : { status: existing.status }) };
}
