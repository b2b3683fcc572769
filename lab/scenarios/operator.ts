/** The hands that change a running scenario: they know the API server and the clock, nothing of the simulation. */
import type { Kube } from "../kube/client.ts";
import { KubeError } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import { RESOURCES } from "../kube/object.ts";
import { listAt, numberAt, objectAt, textAt } from "../kube/read.ts";
import { workloadName } from "../sim/pod.ts";
import type { ScenarioEvent } from "./model.ts";

export interface Operator {
  /** Does what became due since the last call; resolves when it is done. Failures are logged and not repeated. */
  advance(nowMs: number): Promise<void>;
}

export function createOperator(options: {
  readonly events: readonly ScenarioEvent[];
  readonly kube: (cluster: string) => Kube;
  readonly startMs: number;
  readonly log: (message: string) => void;
}): Operator {
  const done = options.events.map(() => 0);
  const jobs: { readonly until: number; readonly remove: () => Promise<void> }[] = [];

  const act = async (event: ScenarioEvent, times: number, nowMs: number): Promise<void> => {
    const kube = options.kube(event.cluster);
    const { action, namespace } = event;
    switch (action.kind) {
      case "scale": {
        const replicas = action.replicas[times % action.replicas.length] ?? 1;
        await kube.patch(RESOURCES.Deployment, namespace, action.deployment, { spec: { replicas } });
        return;
      }
      case "rollout": {
        const annotations = { "kubectl.kubernetes.io/restartedAt": new Date(nowMs).toISOString() };
        const body = { spec: { template: { metadata: { annotations } } } };
        await kube.patch(RESOURCES.Deployment, namespace, action.deployment, body);
        return;
      }
      case "crash":
        await crash(kube, namespace, action.workload, nowMs);
        return;
      case "job": {
        const { name } = (await kube.create(RESOURCES.Job, action.job)).metadata;
        jobs.push({ until: nowMs + action.seconds * 1000, remove: () => kube.remove(RESOURCES.Job, namespace, name) });
        return;
      }
    }
  };

  return {
    advance: async (nowMs) => {
      const due: Promise<void>[] = [];
      options.events.forEach((event, i) => {
        const times = Math.floor(((nowMs - options.startMs) / 1000 - event.offset) / event.every) + 1;
        const before = done[i] ?? 0;
        if (times <= before) return;
        done[i] = times;
        due.push(act(event, times - 1, nowMs));
      });
      for (const job of jobs.filter((j) => j.until <= nowMs)) {
        jobs.splice(jobs.indexOf(job), 1);
        due.push(job.remove());
      }
      for (const result of await Promise.allSettled(due))
        if (result.status === "rejected" && !(result.reason instanceof KubeError && result.reason.code === 0))
          options.log(`scenario event failed: ${String(result.reason)}`);
    },
  };
}

/** Counts up the restarts of a workload's first pod, as its kubelet would after a crash. */
async function crash(kube: Kube, namespace: string, workload: string, nowMs: number): Promise<void> {
  const pods = (await kube.list(RESOURCES.Pod)).items
    .filter((p) => p.metadata.namespace === namespace && workloadName(p) === workload)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const [pod] = pods;
  if (pod === undefined) return;
  const now = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  const containerStatuses = listAt(objectAt(pod, "status"), "containerStatuses").map((c) => {
    const startedAt = textAt(objectAt(objectAt(c, "state"), "running"), "startedAt") ?? now;
    return {
      ...c,
      restartCount: (numberAt(c, "restartCount") ?? 0) + 1,
      lastState: { terminated: { exitCode: 1, reason: "Error", startedAt, finishedAt: now } },
      state: { running: { startedAt: now } },
    };
  });
  await kube.patch(
    RESOURCES.Pod,
    namespace,
    pod.metadata.name,
    { status: { containerStatuses } } satisfies Partial<KubeObject>,
    "status",
  );
}
