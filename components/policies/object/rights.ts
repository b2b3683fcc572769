import type { ObjectRef } from "#lib/policy/ref.ts";

/** Why a button is disabled: the verbs, the kind and the place that the viewer has no right to. */
export function missingRight({ kind, namespace, cluster }: ObjectRef, ...verbs: readonly string[]): string {
  return `You have no right to ${verbs.join(" or ")} ${kind} objects ${namespace === null ? "" : `in namespace ${namespace} `}of cluster ${cluster}.`;
}
