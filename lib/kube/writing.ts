/**
 * Writing to a Kubernetes API, always as the user: there is no way to write as the console. Every write names its field
 * manager and can be a dry run. https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { As, Calling } from "./calling.ts";
import type { Resource } from "./resource.ts";

/** The field manager of everything the console writes. */
export const FIELD_MANAGER = "meshscope";

export interface Writing extends Calling {
  /** Whose write it is. Required: the console's own credential never writes. */
  readonly as: As;
  /** Run admission and validation on the server and keep nothing. */
  readonly dryRun?: boolean;
  readonly namespace?: string;
  readonly objectName: string;
}

/** RFC 6902. https://www.rfc-editor.org/rfc/rfc6902 */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** Another manager's field that an apply would take over. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

export interface Written {
  /** The object as the server now has it (or would, in a dry run). */
  readonly object: Manifest;
  /** true: it didn't exist before. */
  readonly created: boolean;
  /** Texts of Warning headers. */
  readonly warnings: readonly string[];
}

export interface UserInfo {
  readonly username: string;
  readonly groups: readonly string[];
}

export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  /** Absent: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * The writing half of a KubeClient. Beside a reader's errors they throw: `conflict` (409: somebody was faster),
 * `invalid_object` (422; the detail lists the fields), `admission_refused` (a webhook or admission plugin said no, with its
 * words), `already_exists`, `not_found`.
 */
export interface KubeWriter {
  /** Server-side apply. A conflict of fields is an answer, not an error. `force` takes the fields over. */
  apply(
    resource: Resource,
    o: Writing & { readonly manifest: Manifest; readonly force?: boolean },
  ): Promise<Written | { readonly conflicts: readonly FieldConflict[] }>;
  /** JSON Patch. 422 for a failed `test` and for a malformed patch alike: read again to tell (docs/policies.md). */
  patch(resource: Resource, o: Writing & { readonly operations: readonly PatchOperation[] }): Promise<Written>;
  /** POST; `metadata.name` is the manifest's. */
  create(resource: Resource, o: Omit<Writing, "objectName"> & { readonly manifest: Manifest }): Promise<Written>;
  delete(resource: Resource, o: Writing & { readonly uid: string; readonly resourceVersion: string }): Promise<void>;
  /** authentication.k8s.io/v1 SelfSubjectReview. */
  whoAmI(o: Calling & { readonly as: As }): Promise<UserInfo>;
  /** authorization.k8s.io/v1 SelfSubjectAccessReview. */
  mayI(attributes: Attributes, o: Calling & { readonly as: As }): Promise<{ allowed: boolean; reason: string }>;
}
