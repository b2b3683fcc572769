/** The newest lines of sidecars' logs, within bounds: read as the viewer and kept nowhere. */
import { problemOf } from "#lib/errors.ts";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import type { As, KubeClient } from "#lib/kube/client.ts";
import type { LogLine } from "#lib/kube/log-line.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { formatNanoseconds } from "#lib/nanoseconds.ts";
import type { ReadLog } from "#lib/policy/log-callers.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";

/** Read of one workload at most: of so many pods the newest lines of the last hour. */
const PODS = 5;
const LINES = 1000;
const BYTES = 1024 * 1024;
const SECONDS = 3600;
const PROXY = "istio-proxy";

export interface LogPlace {
  readonly as?: As;
  readonly signal?: AbortSignal;
  readonly namespace: string;
  readonly pod: string;
  readonly since: UnixSeconds;
}

/** Those with a proxy, and the few of them that are read, ready ones first. */
export function podsToRead({ pods }: Pick<Workload, "pods">): {
  readonly all: readonly PodRef[];
  readonly read: readonly PodRef[];
} {
  const all = pods.filter(({ reports }) => reports);
  const inOrder = all.toSorted((a, b) => Number(b.ready) - Number(a.ready) || (a.name < b.name ? -1 : 1));
  return { all, read: inOrder.slice(0, PODS) };
}

export const readSince = (now: UnixSeconds): UnixSeconds => unixSeconds(now - SECONDS);

/** A log that can't be read says why, and fails nothing. */
export async function readProxyLog(
  client: KubeClient & KubeLogs,
  place: LogPlace,
  take: (line: LogLine) => void,
): Promise<Pick<ReadLog, "pod" | "lines" | "since" | "problem">> {
  let lines = 0;
  let sinceNs: bigint | null = null;
  const counted = (line: LogLine): boolean => {
    lines += 1;
    sinceNs ??= line.atNs;
    take(line);
    return lines < LINES;
  };
  const { pod } = place;
  const told = (problem: string | null) => ({
    ...{ pod, lines: problem !== null && lines === 0 ? null : lines, problem },
    since: sinceNs === null ? null : formatNanoseconds(sinceNs),
  });
  try {
    const bounds = { container: PROXY, previous: false, tailLines: LINES, limitBytes: BYTES };
    await client.readLog({ ...place, ...bounds, take: counted });
    return told(null);
  } catch (thrown) {
    return told(problemOf(thrown).detail);
  }
}
