import type { Kube } from "../kube/client.ts";
import { KubeError } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import { resourceOf } from "../kube/object.ts";

/** Whoever would have applied it: Argo CD marks what is its own, the rest was somebody at a terminal. */
const managerOf = ({ metadata }: KubeObject): string =>
  metadata.annotations?.["argocd.argoproj.io/tracking-id"] === undefined ? "kubectl-create" : "argocd-controller";

/**
 * Creates a scenario's objects through the API: namespaces first, the rest side by side. What exists already is left as
 * it is, so that a scenario can be laid over a cluster that has parts of it.
 */
export async function seed(kube: Kube, manifests: readonly KubeObject[]): Promise<void> {
  const create = async (object: KubeObject): Promise<void> => {
    const resource = resourceOf(object);
    if (resource === undefined) throw new Error(`no such kind in the lab: ${object.apiVersion} ${object.kind}`);
    try {
      await kube.create(resource, object, managerOf(object));
    } catch (error) {
      if (!(error instanceof KubeError) || error.reason !== "AlreadyExists") throw error;
    }
  };
  for (const object of manifests) if (object.kind === "Namespace") await create(object);
  const rest = manifests.filter((o) => o.kind !== "Namespace");
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let object = rest[next++]; object !== undefined; object = rest[next++]) await create(object);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
}
