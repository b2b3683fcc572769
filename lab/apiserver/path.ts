/** Paths of the resource API: /api/v1/… and /apis/GROUP/VERSION/…, with or without a namespace. */

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** Empty where the path names none. */
  readonly namespace: string;
  readonly plural: string;
  /** Null for the collection. */
  readonly name: string | null;
  readonly subresource: string | null;
}

/** A group version's own path, which lists its resources. */
export interface GroupVersionPath {
  readonly group: string;
  readonly version: string;
}

/** Segments of a path, decoded; null when one can't be. */
export function segmentsOf(path: string): readonly string[] | null {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** Reads a path; null when it can't be one of the resource API's. */
export function parsePath(segments: readonly string[]): ResourcePath | GroupVersionPath | null {
  const [root, ...rest] = segments;
  const group = root === "api" ? "" : root === "apis" ? rest.shift() : undefined;
  const version = rest.shift();
  if (group === undefined || version === undefined) return null;
  if (rest.length === 0) return { group, version };
  let namespace = "";
  // /namespaces/NAME, /namespaces/NAME/status and /namespaces/NAME/finalize are about the namespace itself.
  const own = rest[0] === "namespaces" && (rest.length <= 2 || rest[2] === "status" || rest[2] === "finalize");
  if (rest[0] === "namespaces" && !(own && group === "")) {
    namespace = rest[1] ?? "";
    if (namespace === "") return null;
    rest.splice(0, 2);
  }
  const [plural, name = null, subresource = null] = rest;
  if (plural === undefined || rest.length > 3) return null;
  return { group, version, namespace, plural, name, subresource };
}
