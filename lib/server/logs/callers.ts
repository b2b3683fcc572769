/** GET /meaning/log-callers/…: who called a workload, by the newest lines of its proxies' access logs, read as the viewer and kept nowhere. */
import type { WireEvidenceOffer } from "#lib/api/evidence.ts";
import { formatInstant } from "#lib/api/instant.ts";
import type { LogCallersAnswer, LogCallersRequest } from "#lib/api/log-callers.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { As, KubeClient } from "#lib/kube/client.ts";
import type { LogLine } from "#lib/kube/log-line.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { callersByLog, type LoggedCall, readAccessLine } from "#lib/mesh/impact.ts";
import { accessLogOffer } from "#lib/mesh/meaning.ts";
import { formatNanoseconds } from "#lib/nanoseconds.ts";
import type { ReadLog } from "#lib/policy/log-callers.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { checkNamespace, reading } from "../policy/access.ts";
import type { PolicyDeps } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import { sees, unreadOf } from "../policy/told.ts";
import { inView } from "../policy/world.ts";
import type { LogDeps } from "./show.ts";

type Deps = LogDeps & Pick<PolicyDeps, "store" | "port" | "rootNamespace">;

/** Read of one workload at most: of so many pods the newest lines of the last hour. */
const PODS = 5;
const LINES = 1000;
const BYTES = 1024 * 1024;
const SECONDS = 3600;
/** Told of callers. */
const SHOWN = 100;
const PROXY = "istio-proxy";

/**
 * A log that can't be read doesn't fail it: its pod is told with the reason, and so is a right that is missing.
 * @throws MeshscopeError `forbidden` (out of sight), `unknown_cluster`, `not_found`, `reauth`
 */
export async function showLogCallers(
  deps: Deps,
  credential: Credential,
  { cluster, namespace, workload: name }: LogCallersRequest,
  signal?: AbortSignal,
): Promise<LogCallersAnswer> {
  const viewer = await viewerOf(deps, credential, signal, [{ cluster, namespace }]);
  const { visibility } = viewer;
  checkNamespace(deps, visibility, cluster, namespace);
  const { client, as } = reading(deps, credential, cluster);
  const inventory = deps.inventory().get(cluster);
  const workload = inventory?.workloads.get(`${namespace}/${name}`);
  if (inventory === undefined || workload === undefined || workload.goneAt !== null)
    throw new MeshscopeError("not_found", `Cluster "${cluster}" has no workload ${namespace}/${name} that runs.`);
  const policies = deps.store.clusters().get(cluster);
  const world = {
    ...{ cluster, rootNamespace: deps.rootNamespace(cluster), unread: unreadOf(policies) },
    objects: (kind: string) => policies?.objects(kind) ?? [],
    inventory: inView(inventory, visibility),
    sees: (manifest: Parameters<typeof sees>[3]) => sees(deps, cluster, viewer, manifest),
  };
  const switchOn = accessLogOffer(workload, world, policies?.kind("Telemetry")?.version ?? null);
  const why = untold(workload);
  const pods = why === null ? workload.pods.filter(({ reports }) => reports) : [];
  const calling = { ...(as === undefined ? {} : { as }), ...(signal === undefined ? {} : { signal }) };
  const since = unixSeconds(deps.clock.now() - SECONDS);
  const read = await Promise.all(
    pods
      .toSorted((a, b) => Number(b.ready) - Number(a.ready) || (a.name < b.name ? -1 : 1))
      .slice(0, PODS)
      .map((pod) => readPod(client, { ...calling, namespace, pod: pod.name, since })),
  );
  signal?.throwIfAborted();
  const { callers, mutual } = callersByLog(
    read.flatMap(({ calls }) => calls),
    inventory,
    visibility.namespace,
  );
  return {
    ...{ cluster, namespace, workload: name, at: formatInstant(deps.clock.now()), pods: pods.length, mutual },
    logs: read.map(({ log }) => log),
    callers: callers.slice(0, SHOWN),
    callersTotal: callers.length,
    ...(why === null ? {} : { notEvaluated: why }),
    switchOn: structuredClone(switchOn) as unknown as WireEvidenceOffer,
  };
}

/** Whose log tells nothing of plaintext; null: a sidecar's, which does. */
function untold({ dataplane, pods }: Workload): string | null {
  if (dataplane === "ambient")
    return "Its calls go through the nodes’ ztunnels, whose metrics name plaintext callers already; their logs aren’t read here.";
  if (dataplane !== "sidecar") return "It has no sidecar, so no log of Istio’s tells who calls it.";
  return pods.length === 0 ? "It has no pod now, and a log goes with its pod." : null;
}

interface Place {
  readonly as?: As;
  readonly signal?: AbortSignal;
  readonly namespace: string;
  readonly pod: string;
  readonly since: ReturnType<typeof unixSeconds>;
}

async function readPod(
  client: KubeClient & KubeLogs,
  place: Place,
): Promise<{ readonly log: ReadLog; readonly calls: readonly LoggedCall[] }> {
  const calls: LoggedCall[] = [];
  let [lines, unreadable] = [0, 0];
  let sinceNs: bigint | null = null;
  const take = ({ atNs, text }: LogLine): boolean => {
    lines += 1;
    sinceNs ??= atNs;
    const line = readAccessLine(text);
    if (line?.kind === "unreadable") unreadable += 1;
    if (line?.kind === "inbound") calls.push({ call: line.call, at: atNs === null ? null : formatNanoseconds(atNs) });
    return lines < LINES;
  };
  const { pod } = place;
  const told = (problem: string | null): ReadLog => ({
    ...{ pod, lines: problem !== null && lines === 0 ? null : lines, inbound: calls.length, unreadable, problem },
    since: sinceNs === null ? null : formatNanoseconds(sinceNs),
  });
  try {
    await client.readLog({ ...place, container: PROXY, previous: false, tailLines: LINES, limitBytes: BYTES, take });
    return { log: told(null), calls };
  } catch (thrown) {
    return { log: told(problemOf(thrown).detail), calls };
  }
}
