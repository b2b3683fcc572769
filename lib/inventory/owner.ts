/** Which controller a pod is one of, under the name that operators and the mesh's telemetry use for it. */
import type { OwnedRecord, Owner, PodRecord } from "./records.ts";

/** A CronJob's Jobs end in their scheduled minute: https://github.com/istio/istio/blob/master/pkg/kube/kubetypes/ does the same. */
const CRON = /^(.+)-\d{8,10}$/;

/** Looks up the owner of a ReplicaSet or Job, if those can be read. */
export type OwnerLookup = (kind: OwnedRecord["kind"], namespace: string, name: string) => OwnedRecord | undefined;

/**
 * Deployment rather than ReplicaSet, CronJob rather than Job. Where the object between them isn't known, its name tells:
 * a Deployment's ReplicaSet is called after it and the pod-template-hash. A pod without a controller stands for itself.
 */
export function workloadOf(pod: PodRecord, lookup: OwnerLookup): Owner {
  const { owner, namespace } = pod;
  if (!owner || owner.kind === "Node") return { kind: "Pod", name: pod.name };
  if (owner.kind === "ReplicaSet") {
    const known = lookup("ReplicaSet", namespace, owner.name);
    if (known) return known.owner ?? owner;
    const hash = pod.labels["pod-template-hash"];
    const suffix = `-${hash}`;
    if (hash && owner.name.endsWith(suffix) && owner.name.length > suffix.length) {
      return { kind: "Deployment", name: owner.name.slice(0, -suffix.length) };
    }
    return owner;
  }
  if (owner.kind === "Job") {
    const known = lookup("Job", namespace, owner.name);
    if (known) return known.owner ?? owner;
    const name = CRON.exec(owner.name)?.[1];
    return name ? { kind: "CronJob", name } : owner;
  }
  return owner;
}
