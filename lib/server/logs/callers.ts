/** GET /meaning/log-callers/…: who called a workload, by the newest lines of its sidecars' or its nodes' ztunnels' logs, read as the viewer and kept nowhere. */
import type { WireEvidenceOffer } from "#lib/api/evidence.ts";
import { formatInstant } from "#lib/api/instant.ts";
import type { LogCallersAnswer, LogCallersRequest } from "#lib/api/log-callers.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import type { KubeLogs } from "#lib/kube/logs.ts";
import { type AccessFormat, callersByLog, type LoggedCall, readAccessLine, trialsByLog } from "#lib/mesh/impact.ts";
import { accessFormats, accessLogOffer } from "#lib/mesh/meaning.ts";
import { formatNanoseconds } from "#lib/nanoseconds.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { ReadLog } from "#lib/policy/log-callers.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { checkNamespace, reading } from "../policy/access.ts";
import type { PolicyDeps, Viewer } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import { settingsOf } from "../policy/settings.ts";
import { sees, unreadOf } from "../policy/told.ts";
import { inView } from "../policy/world.ts";
import { type LogPlace, podsToRead, readProxyLog, readSince } from "./proxy-log.ts";
import type { LogDeps } from "./show.ts";
import { type LogsPlace, NO_POD, NOTHING_READ, type ReadLogs, readZtunnels } from "./ztunnels.ts";

type Deps = LogDeps & Pick<PolicyDeps, "store" | "port" | "rootNamespace">;

/** Told of callers. */
const SHOWN = 100;

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
  const calling = { ...(as === undefined ? {} : { as }), ...(signal === undefined ? {} : { signal }) };
  const place = { client, calling, since: readSince(deps.clock.now()) };
  const read =
    workload.dataplane === "ambient"
      ? await readZtunnels(workload, inventory, visibility, place)
      : await readSidecars(workload, accessFormats(settingsOf(deps, cluster, viewer)), place);
  signal?.throwIfAborted();
  const { callers, mutual } = callersByLog(read.calls, inventory, visibility.namespace);
  const policyOf = (policy: string, of: string) => policyInSight(deps, cluster, viewer, policy, of);
  const trials = trialsByLog(read.trials, inventory, visibility.namespace, policyOf);
  return {
    ...{
      cluster,
      namespace,
      workload: name,
      at: formatInstant(deps.clock.now()),
      by: read.by,
      pods: read.pods,
      mutual,
    },
    logs: [...read.logs],
    callers: callers.slice(0, SHOWN),
    callersTotal: callers.length,
    trials: trials.slice(0, SHOWN),
    notes: [...read.notes],
    ...(read.why === null ? {} : { notEvaluated: read.why }),
    switchOn: structuredClone(switchOn) as unknown as WireEvidenceOffer,
  };
}

function policyInSight(deps: Deps, cluster: string, viewer: Viewer, namespace: string, name: string): ObjectRef | null {
  const found = (deps.store.clusters().get(cluster)?.objects(kindKey(AUTHORIZATION)) ?? []).find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
  return found === undefined || !sees(deps, cluster, viewer, found) ? null : refOf(cluster, found);
}

const AUTHORIZATION = { group: "security.istio.io", kind: "AuthorizationPolicy" };

/** Whose log tells nothing of plaintext; null: a sidecar's, which does. */
function untold({ dataplane, pods }: Workload): string | null {
  if (dataplane !== "sidecar") return "It has no sidecar, so no log of Istio’s tells who calls it.";
  return pods.length === 0 ? NO_POD : null;
}

async function readSidecars(
  workload: Workload,
  { formats, notes }: ReturnType<typeof accessFormats>,
  { client, calling, since }: LogsPlace,
): Promise<ReadLogs> {
  const why = untold(workload);
  if (why !== null) return { ...NOTHING_READ, by: "sidecar", why };
  const pods = podsToRead(workload);
  const { namespace } = workload;
  const read = await Promise.all(
    pods.read.map((pod) => readPod(client, { ...calling, namespace, pod: pod.name, since }, formats)),
  );
  return {
    ...{ ...NOTHING_READ, by: "sidecar", pods: pods.all.length, notes },
    logs: read.map(({ log }) => log),
    calls: read.flatMap(({ calls }) => calls),
  };
}

async function readPod(
  client: KubeClient & KubeLogs,
  place: LogPlace,
  formats: readonly AccessFormat[],
): Promise<{ readonly log: ReadLog; readonly calls: readonly LoggedCall[] }> {
  const { log, found } = await readProxyLog(client, place, ({ atNs, text }): LoggedCall | "unreadable" | null => {
    const line = readAccessLine(text, formats);
    if (line?.kind === "unreadable") return "unreadable";
    return line?.kind === "inbound" ? { call: line.call, at: atNs === null ? null : formatNanoseconds(atNs) } : null;
  });
  return { log: { ...log, inbound: found.length }, calls: found };
}
