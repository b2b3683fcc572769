/** Reading the log of one container. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod */
import type { Seconds, UnixSeconds } from "#lib/units.ts";
import type { Calling } from "./calling.ts";
import { type LogEnd, type LogLine, readLogLines } from "./log-line.ts";
import { PODS, pathOf } from "./resource.ts";
import type { Asked } from "./status.ts";
import type { Transport } from "./transport.ts";

export interface LogReading extends Calling {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The instance before the one that runs. */
  readonly previous: boolean;
  /** null: from the oldest line that is kept. Kubernetes knows whole seconds: earlier lines of the same second come, too. */
  readonly since: UnixSeconds | null;
  /** Of the newest lines so many; absent: all. */
  readonly tailLines?: number;
  /** Sent at most; there is no way to ask for an end. */
  readonly limitBytes: number;
  /** Takes line by line, oldest first; answers whether it wants more. */
  readonly take: (line: LogLine) => boolean;
}

export interface KubeLogs {
  /**
   * Throws MeshscopeError as KubeClient does; `forbidden` names `get pods/log`. What was taken before a failure stays taken.
   */
  readLog(o: LogReading): Promise<LogEnd>;
}

type Within = <T>(what: Asked, o: Calling, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export function createLogReader(cluster: string, transport: Transport, within: Within): KubeLogs {
  return {
    async readLog(o) {
      const { namespace, pod, container, previous, since, limitBytes } = o;
      const parameters = new URLSearchParams({ container, timestamps: "true", limitBytes: String(limitBytes) });
      if (o.tailLines !== undefined) parameters.set("tailLines", String(o.tailLines));
      if (previous) parameters.set("previous", "true");
      if (since !== null) parameters.set("sinceTime", new Date(Math.floor(since) * 1000).toISOString());
      const path = `${pathOf(PODS, namespace, pod)}/log?${parameters}`;
      const what: Asked = {
        ...{ cluster, verb: "get", resource: "pods/log", namespace, objectName: pod },
        user: o.as !== undefined,
      };
      return within(what, { ...o, timeout: o.timeout ?? (10 as Seconds) }, async (signal) => {
        // Text, whatever is asked for; a refusal is JSON.
        const stream = await transport.stream(path, what, { signal, as: o.as, accept: "*/*" });
        return readLogLines(stream, limitBytes, o.take);
      });
    },
  };
}
