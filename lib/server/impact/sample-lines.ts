/** Lines of proxies' logs as samples: what was read of the pods, and of whom each line is. */
import { formatPlural } from "#lib/format.ts";
import type { PodRef } from "#lib/inventory/model.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import type { LogLine } from "#lib/kube/log-line.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import type { Sampled } from "#lib/mesh/impact.ts";
import { type LogBounds, type LogPlace, readProxyLog, someOf } from "../logs/proxy-log.ts";

export interface LoggedRequest extends Sampled {
  /** Node ids; null: no line tells for sure. */
  readonly source: string | null;
  readonly target: string | null;
  /** A connection, of which its writer read no request; null: not told. */
  readonly bytes: boolean | null;
}

export interface LoggedRequests {
  readonly requests: readonly LoggedRequest[];
  readonly lines: number;
  readonly newest: boolean;
  readonly pods: { readonly read: number; readonly all: number };
  readonly since: string | null;
  readonly problems: readonly string[];
}

export const unread = (...problems: readonly string[]): LoggedRequests => ({
  ...{ requests: [], lines: 0, newest: true, pods: { read: 0, all: 0 }, since: null, problems },
});

export interface Logs {
  readonly client: KubeClient & KubeLogs;
  readonly calling: Pick<LogPlace, "as" | "signal" | "since">;
}

interface Pod {
  readonly namespace: string;
  readonly pod: PodRef;
}

interface Asked {
  /** Those with a proxy; a few of them are read. */
  readonly pods: readonly Pod[];
  /** As sentences have whose they are. */
  readonly name: string;
  /** How many there are, where not all of them may be read. */
  readonly all?: number;
  /** What it means that no line is of a call. */
  readonly silent?: string;
  readonly read: (text: string) => LoggedRequest | "unreadable" | null;
  readonly most?: LogBounds;
}

/** Logs that can't be read are told of, and fail nothing. */
export async function readLines({ client, calling }: Logs, asked: Asked): Promise<LoggedRequests> {
  const { pods, name, read, most, all = pods.length } = asked;
  const { silent = `The proxies of ${name} wrote no call down: access logs may be off.` } = asked;
  const said = ({ text }: LogLine) => read(text);
  const logs = await Promise.all(
    someOf(pods, ({ pod }) => pod).map(({ namespace, pod }) =>
      readProxyLog(client, { ...calling, namespace, pod: pod.name }, said, most),
    ),
  );
  const requests = logs.flatMap(({ found }) => found);
  const done = logs.flatMap(({ log }) => (log.lines === null ? [] : log));
  const [since = null] = done.flatMap((log) => log.since ?? []).toSorted();
  const older = done.filter(({ olderOf }) => olderOf !== null).length;
  const sum = (of: "lines" | "unreadable") => done.reduce((total, log) => total + (log[of] ?? 0), 0);
  return {
    ...{ requests, lines: sum("lines"), newest: older === 0, since },
    pods: { read: done.length, all },
    problems: [
      ...new Set(logs.flatMap(({ log }) => log.problem ?? [])),
      ...(older > 0
        ? [
            `Of ${formatPlural(older, "pod")} of ${name} only the older part of the last lines was read, for they are long.`,
          ]
        : []),
      ...(requests.length === 0 && done.length > 0 ? [silent] : []),
      ...(sum("unreadable") > 0
        ? [`Lines that can’t be read for sure and count for nothing: ${sum("unreadable")}.`]
        : []),
    ],
  };
}
