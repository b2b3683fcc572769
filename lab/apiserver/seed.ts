/** What a cluster holds before anyone has created anything. */
import { type Context, timestamp } from "./context.ts";
import { crdObject, stableUid } from "./custom.ts";
import { crds } from "./definitions.ts";
import { keyOf } from "./object.ts";
import { seedRoles } from "./rbac/bootstrap.ts";
import { qualified } from "./status.ts";

/** Fills a new store: the system namespaces, the default roles and the CRDs; then forgets how they came. */
export function seed(context: Context): void {
  const at = timestamp(context);
  const namespaces = context.store.collection("namespaces");
  for (const name of ["default", "kube-node-lease", "kube-public", "kube-system"])
    namespaces.commit(keyOf("", name), {
      kind: "Namespace",
      apiVersion: "v1",
      metadata: {
        name,
        uid: stableUid(`namespace ${name}`),
        creationTimestamp: at,
        labels: { "kubernetes.io/metadata.name": name },
      },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
  seedRoles(context.store, at);
  const definitions = context.store.collection("customresourcedefinitions.apiextensions.k8s.io");
  for (const [name, crd] of crds) definitions.commit(keyOf("", name), crdObject(name, crd, at));
  for (const resource of context.catalogue.resources) context.store.collection(qualified(resource));
  context.store.compact();
}
