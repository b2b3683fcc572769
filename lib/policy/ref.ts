/** Which object is meant, and its place in addresses: `{cluster}/{group}/{version}/{kind}/{namespace}/{name}`. */
import type { Manifest } from "./manifest.ts";

export interface ObjectRef {
  /** The configured cluster name. */
  readonly cluster: string;
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** null for cluster-scoped kinds. */
  readonly namespace: string | null;
  readonly name: string;
}

/** The path of an object: `core` stands for the empty group, `-` for no namespace; each segment percent-encoded. */
export function refPath(ref: ObjectRef): string {
  const segments = [ref.cluster, ref.group || "core", ref.version, ref.kind, ref.namespace ?? "-", ref.name];
  return segments.map(encodeURIComponent).join("/");
}

/** What a path's six segments, already decoded, name; null if they can't name an object. */
export function parseRefPath(segments: readonly string[]): ObjectRef | null {
  const [cluster, group, version, kind, namespace, name, ...more] = segments;
  if (!cluster || !group || !version || !kind || !namespace || !name || more.length > 0) return null;
  const plain = /^[A-Za-z0-9]([-A-Za-z0-9._:]{0,251}[A-Za-z0-9])?$/;
  const parts = [cluster, group, version, kind, name, ...(namespace === "-" ? [] : [namespace])];
  if (!parts.every((part) => plain.test(part) && !part.includes(".."))) return null;
  return {
    cluster,
    group: group === "core" ? "" : group,
    version,
    kind,
    namespace: namespace === "-" ? null : namespace,
    name,
  };
}

/** The object a manifest is, in a cluster. */
export function refOf(cluster: string, manifest: Manifest): ObjectRef {
  const slash = manifest.apiVersion.indexOf("/");
  return {
    cluster,
    group: slash < 0 ? "" : manifest.apiVersion.slice(0, slash),
    version: manifest.apiVersion.slice(slash + 1),
    kind: manifest.kind,
    namespace: manifest.metadata.namespace ?? null,
    name: manifest.metadata.name,
  };
}

/** Identity of an object whatever version it was read in. */
export function refKey({ cluster, group, kind, namespace, name }: ObjectRef): string {
  return `${cluster}/${group || "core"}/${kind}/${namespace ?? "-"}/${name}`;
}

/** As people write it: `VirtualService shop/reviews`. */
export function refText({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;
}
