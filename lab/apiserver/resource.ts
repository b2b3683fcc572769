/** What the server serves: kinds, their versions and the few traits in which built-in kinds differ from each other. */
import type { JsonObject } from "./json.ts";
import type { Named } from "./status.ts";

/** A column of `kubectl get`, as CRDs declare them. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly priority?: number;
}

export interface ResourceVersion {
  readonly name: string;
  readonly storage: boolean;
  /** Structural schema; `$ref`s, if any, are into `definitions` of the schema module. */
  readonly schema: JsonObject;
  readonly status: boolean;
  readonly columns: readonly Column[];
  /** Sent as a Warning header. */
  readonly deprecationWarning?: string;
}

export interface Resource extends Named {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Versions served, in order of preference. */
  readonly versions: readonly ResourceVersion[];
  /** Compiled into the real server: strategic merge patch, items of lists without kind and apiVersion. */
  readonly builtin: boolean;
  /** Can only be read here. */
  readonly readOnly: boolean;
  /** Has metadata.generation, raised when its spec changes. */
  readonly generation: boolean;
  /** Has a scale subresource. */
  readonly scale: boolean;
  /** Has a log subresource. */
  readonly log: boolean;
  /** PUT may leave out resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** PUT may create. */
  readonly createOnUpdate: boolean;
  /** DELETE on the collection is allowed. */
  readonly deleteCollection: boolean;
  /** DELETE answers the object instead of a Status. */
  readonly deleteReturnsObject: boolean;
}

/** The version objects are kept in. */
export function storageVersion(resource: Resource): ResourceVersion {
  const version = resource.versions.find((candidate) => candidate.storage) ?? resource.versions[0];
  if (version === undefined) throw new Error(`${resource.plural} has no version`);
  return version;
}
