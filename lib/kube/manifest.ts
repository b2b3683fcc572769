/** Whole Kubernetes objects from `unknown`: identity is checked, the rest is kept as it is. */
import type { Manifest, Metadata } from "#lib/policy/manifest.ts";
import type { Resource } from "./resource.ts";

/**
 * A decoder of whole objects. Items of a list carry no apiVersion and kind (built-in types), so they are filled in;
 * an object without a name, or of another kind, is null.
 */
export function decodeManifest(resource: Resource): (object: unknown) => Manifest | null {
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  return (object) => {
    if (!isObject(object) || !isObject(object.metadata)) return null;
    const { name, namespace } = object.metadata;
    if (typeof name !== "string" || name === "") return null;
    if (namespace !== undefined && typeof namespace !== "string") return null;
    if (object.kind !== undefined && object.kind !== resource.kind) return null;
    const said = typeof object.apiVersion === "string" ? object.apiVersion : apiVersion;
    return { ...object, apiVersion: said, kind: resource.kind, metadata: object.metadata as unknown as Metadata };
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
