import type { KubeObject, OwnerReference } from "../kube/object.ts";

/** The reference by which a controller marks what it made. */
export function controllerOf(
  owner: KubeObject,
  kind: string,
): OwnerReference & { readonly blockOwnerDeletion: boolean } {
  const apiVersion = { ReplicaSet: "apps/v1", Service: "v1", Job: "batch/v1" }[kind] ?? "apps/v1";
  return {
    apiVersion,
    kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}
