/** GET /logs: what one container wrote in a stretch of time, read as the viewer and kept nowhere. */
import { formatInstant } from "#lib/api/instant.ts";
import type { LogAnswerLine, LogsAnswer, LogsQuery } from "#lib/api/logs.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { Inventory, Workload } from "#lib/inventory/model.ts";
import type { As, KubeClient } from "#lib/kube/client.ts";
import type { LogLine } from "#lib/kube/log-line.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { PODS } from "#lib/kube/resource.ts";
import { formatNanoseconds } from "#lib/nanoseconds.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Clock, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { checkNamespace, reading } from "../policy/access.ts";
import type { Rights } from "../rights/model.ts";
import { type Container, containersOf, defaultOf } from "./containers.ts";
import { missingOf, type Reading, unreadable, type Window } from "./missing.ts";

export interface LogDeps {
  readonly clock: Clock;
  readonly rights: Rights;
  /** By configured cluster name; clusters without Kubernetes are absent. */
  readonly clients: ReadonlyMap<string, KubeClient & KubeLogs>;
  readonly inventory: () => Inventory;
}

/** Read of a log at most, of one question. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Enough for a log's first line, of which the stamp is wanted. */
const FIRST_BYTES = 32 * 1024;
const STANDARD_SECONDS = 300;
const MOST_SECONDS = 86_400;

/** Whose log is read, and as whom. */
interface Place {
  readonly client: KubeClient & KubeLogs;
  readonly calling: { readonly as?: As; readonly signal?: AbortSignal };
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
}

/**
 * @throws MeshscopeError `forbidden` (out of sight, or without the right to get pods/log), `unknown_cluster`, `not_found` (the
 * pod, container or workload isn't there), `bad_instant`, `reauth`, and what the API server throws
 */
export async function showLogs(
  deps: LogDeps,
  credential: Credential,
  query: LogsQuery,
  signal?: AbortSignal,
): Promise<LogsAnswer> {
  const { cluster, namespace } = query;
  const visibility = await deps.rights.visibility(credential, signal, [{ cluster, namespace }]);
  checkNamespace(deps, visibility, cluster, namespace);
  const { client, as } = reading(deps, credential, cluster);
  const calling = { ...(as === undefined ? {} : { as }), ...(signal === undefined ? {} : { signal }) };
  const { pod: name, siblings } = podOf(deps, query);
  const { start, end } = windowOf(query, deps.clock.now());
  const pod = await client.get(PODS, { ...calling, namespace, objectName: name }).catch((thrown: unknown) => {
    throw gone(thrown, query, name);
  });
  const containers = containersOf(pod);
  const container = chosen(pod, containers, query);
  const previous = query.previous === "on";
  const window = { fromNs: nanosecondsOf(start), toNs: nanosecondsOf(end) };
  const nothing = unreadable(container, previous);
  const place = { client, calling, namespace, pod: name, container: container.name, previous };
  const { lines, ...read } =
    nothing === null
      ? await readWindow(place, window, start, query.limit).catch((thrown: unknown) => {
          throw refused(thrown, credential, query);
        })
      : NOTHING;
  const stoppedAt = read.stoppedAtNs === null ? formatInstant(end) : formatNanoseconds(read.stoppedAtNs);
  return {
    ...{ cluster, namespace, pod: name, pods: siblings, container: container.name, previous },
    containers: containers.map(({ current: _, before: __, ...each }) => each),
    ...{ start: formatInstant(start), end: formatInstant(end) },
    lines: lines.map(onWire),
    readTo: stoppedAt,
    missing:
      nothing === null
        ? missingOf(
            container,
            previous,
            window,
            { ...read, lines: lines.length },
            { lines: query.limit, bytes: MOST_BYTES },
          )
        : [nothing],
  };
}

type Read = Omit<Reading, "lines"> & { readonly lines: readonly LogLine[] };
const NOTHING: Read = { lines: [], end: "end", stoppedAtNs: null, problem: "", oldestNs: null, empty: false };

/** The window's lines, and beside them the log's first, which tells how far it reaches back. */
async function readWindow(place: Place, window: Window, start: UnixSeconds, limit: number): Promise<Read> {
  const { client, calling, ...of } = place;
  const lines: LogLine[] = [];
  let oldestNs: bigint | null = null;
  let last = window.fromNs;
  let full = false;
  const take = (line: LogLine): boolean => {
    if (line.atNs !== null && line.atNs < window.fromNs) return true;
    if (line.atNs !== null && line.atNs >= window.toNs) return false;
    full = lines.length === limit;
    if (full) return false;
    lines.push(line);
    last = line.atNs ?? last;
    return true;
  };
  const first = client.readLog({
    ...{ ...calling, ...of, since: null, limitBytes: FIRST_BYTES },
    take: (line) => {
      oldestNs = line.atNs;
      return false;
    },
  });
  const all = client.readLog({ ...calling, ...of, since: start, limitBytes: MOST_BYTES, take });
  const [read, kept] = await Promise.allSettled([all, first]);
  const empty = lines.length === 0 && kept.status === "fulfilled" && kept.value === "end";
  if (read.status === "fulfilled") {
    const stoppedAtNs = read.value === "bytes" || full ? last : null;
    return { lines, end: read.value, stoppedAtNs, problem: "", oldestNs, empty };
  }
  const problem = problemOf(read.reason);
  // What came before the connection broke is worth more than nothing; who left reads neither.
  if (lines.length === 0 || problem.code === "cancelled") throw read.reason;
  return { lines, end: "broken", stoppedAtNs: last, problem: problem.detail, oldestNs, empty };
}

function windowOf(
  { start, end }: LogsQuery,
  now: UnixSeconds,
): { readonly start: UnixSeconds; readonly end: UnixSeconds } {
  const last = unixSeconds(Math.min(end ?? now, now));
  const first = start ?? unixSeconds(last - STANDARD_SECONDS);
  if (last - first > MOST_SECONDS)
    throw new MeshscopeError("bad_instant", "From 'start' to 'end', or to now, may be 24 hours at most.");
  if (first < last) return { start: first, end: last };
  throw new MeshscopeError("bad_instant", "Parameter 'start' lies in the future: nothing has been written yet.");
}

/** The pod that is meant, and those of the same workload. @throws MeshscopeError `not_found` */
function podOf(deps: LogDeps, { cluster, namespace, pod, workload }: LogsQuery): { pod: string; siblings: string[] } {
  const workloads = deps.inventory().get(cluster)?.workloads;
  const has = (each: Workload): boolean => each.namespace === namespace && each.pods.some(({ name }) => name === pod);
  const found =
    workload === undefined ? [...(workloads?.values() ?? [])].find(has) : workloads?.get(`${namespace}/${workload}`);
  const siblings = (found?.pods ?? []).map(({ name }) => name).sort();
  const [first] = found?.pods.filter(({ ready }) => ready) ?? [];
  const name = pod ?? first?.name ?? siblings[0];
  if (name !== undefined) return { pod: name, siblings };
  const what = workloads === undefined ? "hasn't been read yet, so the console knows no pod" : "has no pod";
  throw new MeshscopeError("not_found", `Cluster "${cluster}" ${what} of workload ${namespace}/${workload}.`);
}

/** @throws MeshscopeError `not_found` */
function chosen(pod: Manifest, containers: readonly Container[], { container }: LogsQuery): Container {
  const found =
    container === undefined ? defaultOf(pod, containers) : containers.find(({ name }) => name === container);
  if (found) return found;
  const names = containers.map(({ name }) => name).join(", ");
  throw new MeshscopeError(
    "not_found",
    `Pod ${pod.metadata.name} has no container ${container ?? "at all"}. It has: ${names || "none"}.`,
  );
}

function gone(thrown: unknown, { cluster, namespace }: LogsQuery, pod: string): unknown {
  if (problemOf(thrown).code !== "not_found") return thrown;
  const why = "Kubernetes keeps a log no longer than its pod; a log store, if you have one, may know more.";
  return new MeshscopeError(
    "not_found",
    `Pod ${namespace}/${pod} of cluster "${cluster}" is gone, and its log with it. ${why}`,
  );
}

function refused(thrown: unknown, { role }: Credential, { cluster }: LogsQuery): unknown {
  const { code, detail } = problemOf(thrown);
  if (code === "forbidden" && role !== "user") {
    const whose =
      "That is the console's own right, with which those read who aren't signed in; it isn't granted unless";
    return new MeshscopeError("forbidden", `${detail} ${whose} somebody binds deploy/kubernetes/rbac-logs.yaml to it.`);
  }
  // The pod was read a moment ago: what isn't found is the way to its node.
  if (code !== "not_found") return thrown;
  return new MeshscopeError(
    "upstream_bad",
    `The API server of cluster "${cluster}" knows the pod, but can't reach its log: it finds no such node. Ask again in a moment.`,
  );
}

function onWire({ atNs, text, left }: LogLine): LogAnswerLine {
  return { at: atNs === null ? null : formatNanoseconds(atNs), text, ...(left === 0 ? {} : { left }) };
}

/** Exact for what an instant can hold: microseconds. */
const nanosecondsOf = (at: UnixSeconds): bigint => BigInt(Math.round(at * 1e6)) * 1000n;
