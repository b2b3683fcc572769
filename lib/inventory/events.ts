/** What befell workloads, as far as objects still tell: ReplicaSets keep when they were made, containers how they last ended. */
import type { WorkloadEvent } from "./model.ts";
import { type OwnerLookup, workloadOf } from "./owner.ts";
import type { OwnedRecord, PodRecord } from "./records.ts";

/** Of one namespace, in no order. */
export function eventsOf(
  namespace: string,
  { owned, pods }: { readonly owned: readonly OwnedRecord[]; readonly pods: readonly PodRecord[] },
  lookup: OwnerLookup,
): readonly WorkloadEvent[] {
  const rollouts = owned.flatMap(({ kind, name, owner, createdAt }): WorkloadEvent[] => {
    // A Job is a run, not a version; a ReplicaSet of nobody rolls nothing out.
    if (kind !== "ReplicaSet" || owner === null || createdAt === null) return [];
    return [{ kind: "deployment", namespace, workload: owner, at: createdAt, text: `ReplicaSet ${name}` }];
  });
  const restarts = pods.flatMap((pod) =>
    pod.restarts.map(({ container, at, reason, exitCode, count }): WorkloadEvent => {
      const { kind, name } = workloadOf(pod, lookup);
      const code = exitCode === null ? "" : ` (exit ${exitCode})`;
      const text = `${pod.name}, container ${container}: ${reason || "ended"}${code}, restart ${count}`;
      return { kind: "restart", namespace, workload: { kind, name }, at, text };
    }),
  );
  return [...rollouts, ...restarts];
}
