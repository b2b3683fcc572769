/** The newest lines of sidecars' logs, within bounds: read as the viewer and kept nowhere. */
import { problemOf } from "#lib/errors.ts";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import type { As, KubeClient } from "#lib/kube/client.ts";
import type { LogEnd, LogLine } from "#lib/kube/log-line.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { formatNanoseconds } from "#lib/nanoseconds.ts";
import type { ReadLog } from "#lib/policy/log-callers.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";

/** Read of one workload at most: of so many pods the newest lines of the last hour. */
const PODS = 5;
const LINES = 1000;
const BYTES = 1024 * 1024;
const SECONDS = 3600;

export interface LogBounds {
  readonly lines: number;
  readonly bytes: number;
}
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
  return { all, read: someOf(all, (pod) => pod) };
}

export const readSince = (now: UnixSeconds): UnixSeconds => unixSeconds(now - SECONDS);

/** The few of several that are read, ready ones first. */
export function someOf<T>(all: readonly T[], podOf: (each: T) => PodRef): readonly T[] {
  const inOrder = all.toSorted(
    (a, b) => Number(podOf(b).ready) - Number(podOf(a).ready) || (podOf(a).name < podOf(b).name ? -1 : 1),
  );
  return inOrder.slice(0, PODS);
}

interface ProxyLog<Found> {
  readonly log: Omit<ReadLog, "inbound">;
  readonly found: readonly Found[];
}

type Read<Found> = (line: LogLine) => Found | "unreadable" | null;

/**
 * `read`: what a line says; null: nothing that counts. A line that was cut isn't asked: what its writer put last decides who called, and
 * of what is left the caller may have written the end. A log that can't be read says why, and fails nothing.
 */
export async function readProxyLog<Found>(
  client: KubeClient & KubeLogs,
  place: LogPlace,
  read: Read<Found>,
  most: LogBounds = { lines: LINES, bytes: BYTES },
): Promise<ProxyLog<Found>> {
  const { ended, ...first } = await readTail(client, place, read, most);
  if (ended !== "bytes") return first;
  // The tail says where reading begins and the bytes where it stops, so the newest lines are those that are missing.
  const lines = Math.max(1, Math.floor((first.log.lines ?? 0) * LESS));
  const { ended: again, ...second } = await readTail(client, place, read, { ...most, lines });
  return again === "bytes" ? { ...second, log: { ...second.log, olderOf: lines } } : second;
}

/** Of as many lines as fitted: newer ones may be a little longer. */
const LESS = 0.8;

/** `ended`: null: it failed. */
async function readTail<Found>(
  client: KubeClient & KubeLogs,
  place: LogPlace,
  read: Read<Found>,
  most: LogBounds,
): Promise<ProxyLog<Found> & { readonly ended: LogEnd | null }> {
  const found: Found[] = [];
  let [lines, unreadable] = [0, 0];
  let sinceNs: bigint | null = null;
  const take = (line: LogLine): boolean => {
    lines += 1;
    sinceNs ??= line.atNs;
    const said = line.left > 0 ? "unreadable" : read(line);
    if (said === "unreadable") unreadable += 1;
    else if (said !== null) found.push(said);
    return lines < most.lines;
  };
  const { pod } = place;
  const told = (problem: string | null): ProxyLog<Found> => ({
    log: {
      ...{ pod, lines: problem !== null && lines === 0 ? null : lines, unreadable, olderOf: null, problem },
      since: sinceNs === null ? null : formatNanoseconds(sinceNs),
    },
    found,
  });
  try {
    const bounds = { container: PROXY, previous: false, tailLines: most.lines, limitBytes: most.bytes };
    const ended = await client.readLog({ ...place, ...bounds, take });
    return { ...told(null), ended };
  } catch (thrown) {
    return { ...told(problemOf(thrown).detail), ended: null };
  }
}
