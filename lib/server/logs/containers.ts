/** A pod's containers, as far as reading their logs takes it. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ContainerStatus */
import type { LogContainer } from "#lib/api/logs.ts";
import { isObject, listAt, own, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";

/** One instance's time, RFC 3339 as the kubelet has it; null where that isn't told. */
export interface Instance {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** How it ended, or why it waits: `OOMKilled (exit 137)`, `ContainerCreating`. Empty: not told. */
  readonly reason: string;
}

export interface Container extends LogContainer {
  readonly current: Instance;
  readonly before: Instance;
}

const LISTS = [
  ["containers", "containerStatuses", "program"],
  ["initContainers", "initContainerStatuses", "init"],
  ["ephemeralContainers", "ephemeralContainerStatuses", "ephemeral"],
] as const;
/** Where Istio's proxy is the pod's own business: injected, or a gateway's only container. */
const PROXIES: ReadonlySet<string> = new Set(["istio-proxy", "linkerd-proxy"]);

/** In the order of the pod's spec, native sidecars among the init containers. */
export function containersOf(pod: Manifest): readonly Container[] {
  return LISTS.flatMap(([list, statuses, kind]) =>
    objects(listAt(pod, "spec", list)).flatMap((spec): Container[] => {
      const name = textAt(spec, "name");
      if (name === null) return [];
      const status = objects(listAt(pod, "status", statuses)).find((each) => textAt(each, "name") === name);
      const [state, current] = instanceOf(own(status, "state"));
      const [, before] = instanceOf(own(status, "lastState"));
      const restarts = own(status, "restartCount");
      return [
        {
          name,
          kind: PROXIES.has(name) ? "proxy" : kind,
          ...{ state, startedAt: current.startedAt, current, before },
          restarts: typeof restarts === "number" ? restarts : 0,
          previousEndedAt: before.endedAt,
        },
      ];
    }),
  );
}

/** The container that is shown unless another is named; null for a pod without any. */
export function defaultOf(pod: Manifest, containers: readonly Container[]): Container | null {
  const annotated = textAt(pod.metadata, "annotations", "kubectl.kubernetes.io/default-container");
  return (
    containers.find(({ name }) => name === annotated) ??
    containers.find(({ kind }) => kind === "program") ??
    containers.find(({ kind }) => kind === "proxy") ??
    containers[0] ??
    null
  );
}

const objects = (list: readonly unknown[]) => list.filter(isObject);

function instanceOf(state: unknown): readonly [LogContainer["state"], Instance] {
  const [running, waiting, terminated] = ["running", "waiting", "terminated"].map((key) => own(state, key));
  if (isObject(running)) return ["running", { startedAt: textAt(running, "startedAt"), endedAt: null, reason: "" }];
  if (isObject(terminated)) {
    const exit = own(terminated, "exitCode");
    const reason = `${textAt(terminated, "reason") ?? "ended"}${typeof exit === "number" ? ` (exit ${exit})` : ""}`;
    const [startedAt, endedAt] = [textAt(terminated, "startedAt"), textAt(terminated, "finishedAt")];
    return ["terminated", { startedAt, endedAt, reason }];
  }
  const reason = isObject(waiting) ? (textAt(waiting, "reason") ?? "") : "";
  return [isObject(waiting) ? "waiting" : "unknown", { startedAt: null, endedAt: null, reason }];
}
