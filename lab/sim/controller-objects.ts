/** What controllers write, as far as it follows from what they see: a Deployment's ReplicaSet, a controller's status. Pure. */
import type { KubeObject } from "../kube/object.ts";
import { labelsAt, objectAt } from "../kube/read.ts";
import { controllerOf } from "./owner.ts";

/** The ReplicaSet of one revision of a Deployment's template. */
export function replicaSetOf(deployment: KubeObject, name: string, revision: string, replicas: number): KubeObject {
  const { namespace = "default" } = deployment.metadata;
  const template = objectAt(deployment.spec, "template");
  const labels = { ...labelsAt(objectAt(template, "metadata"), "labels"), "pod-template-hash": revision };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, namespace, labels, ownerReferences: [controllerOf(deployment, "Deployment")] },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { ...objectAt(template, "metadata"), labels } },
    },
  };
}

/** `owned`: its pods, all of which are ready. */
export function statusOf(kind: string, owned: number, generation: number, nodes: number): Record<string, number> {
  if (kind === "DaemonSet")
    return {
      currentNumberScheduled: owned,
      desiredNumberScheduled: nodes,
      numberReady: owned,
      numberAvailable: owned,
      numberMisscheduled: 0,
      observedGeneration: generation,
    };
  return {
    replicas: owned,
    readyReplicas: owned,
    availableReplicas: owned,
    observedGeneration: generation,
    ...(kind !== "ReplicaSet" && { updatedReplicas: owned }),
  };
}
