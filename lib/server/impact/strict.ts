/** GET /meaning/strict/…: the way from PERMISSIVE to STRICT, told as far as the viewer may see it. One evaluation a request. */
import { formatInstant } from "#lib/api/instant.ts";
import type { StrictAnswer, StrictScope } from "#lib/api/strict.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import { pairsSeen, strictPath } from "#lib/mesh/impact.ts";
import type { Credential } from "../identity.ts";
import { checkCluster, checkNamespace } from "../policy/access.ts";
import type { PolicyDeps } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import { meshOf } from "../policy/settings.ts";
import { ageOf, sees, unreadOf } from "../policy/told.ts";
import type { ImpactDeps } from "./impact.ts";
import { readTraffic, type Traffic } from "./traffic.ts";

type StrictDeps = Pick<PolicyDeps, "store" | "port" | "rights" | "clients" | "inventory" | "rootNamespace"> &
  Pick<ImpactDeps, "telemetry" | "timers" | "text">;

/** Prometheus that fails doesn't fail it: then the answer says why no calls are known. @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found`, `reauth` */
export async function showStrict(
  deps: StrictDeps,
  credential: Credential,
  { cluster, namespace: asked }: StrictScope,
  signal?: AbortSignal,
): Promise<StrictAnswer> {
  const named = asked === null ? [] : [{ cluster, namespace: asked }];
  const viewer = await viewerOf(deps, credential, signal, named);
  const { visibility } = viewer;
  if (asked === null) checkCluster(deps, visibility, cluster);
  else checkNamespace(deps, visibility, cluster, asked);
  const inventory = deps.inventory().get(cluster);
  const known = asked === null || inventory?.namespaces.has(asked) === true || hasWorkloads(inventory, asked);
  if (inventory === undefined || !known) {
    const what = inventory === undefined ? "hasn’t been read yet" : `has no namespace ${asked}`;
    throw new MeshscopeError("not_found", `Cluster "${cluster}" ${what}.`);
  }
  const rootNamespace = deps.rootNamespace(cluster);
  // What the root namespace declares is the mesh's.
  const namespace = asked === rootNamespace ? null : asked;
  const scope = namespace === null ? null : { side: "destination" as const, namespaces: [namespace] };
  const [traffic, live] = await Promise.all([
    readTraffic(deps.telemetry, deps.timers, cluster, { scope }, signal),
    // Which proxies are scraped is known of now alone; whoever looks at mutual TLS shares this reading.
    deps.telemetry.feed("5m").current({ latency: false, hour: false }, signal),
  ]);
  const seen = typeof traffic === "string" ? null : traffic;
  const policies = deps.store.clusters().get(cluster);
  const { mesh, objects } = meshOf(deps, cluster, viewer);
  const path = strictPath({
    ...{ namespace, visible: visibility.namespace },
    world: {
      ...{ cluster, rootNamespace, inventory, unread: unreadOf(policies) },
      elsewhere: [...deps.inventory().values()].filter((each) => each.cluster !== cluster),
      sees: (manifest) => sees(deps, cluster, viewer, manifest),
      ...{ mesh, objects },
    },
    seen: seen && {
      calls: seen.calls,
      coverage: ({ namespace: place, name }) =>
        live.graph.nodes.get(nodeId({ kind: "workload", cluster, namespace: place, name }))?.coverage ?? null,
      whole: seen.week && seen.limits.length === 0 && policies?.silentSince === undefined,
    },
  });
  const text = deps.text(viewer);
  const into = ({ target }: Traffic["calls"][number]) =>
    target.cluster === cluster &&
    INSIDE.has(target.kind) &&
    visibility.namespace(cluster, target.namespace) &&
    (namespace === null || target.namespace === namespace);
  return {
    ...(structuredClone(path) as Omit<StrictAnswer, "rootNamespace" | "evidence" | "asOf" | "silentSince">),
    rootNamespace: visibility.namespace(cluster, rootNamespace) ? rootNamespace : null,
    evidence: seen && evidenceOf(seen, into, text),
    ...(typeof traffic === "string" ? { notEvaluated: text(traffic) } : {}),
    ...ageOf(policies),
  };
}

/** What calls of the mesh end at. */
const INSIDE: ReadonlySet<string> = new Set(["workload", "service"]);

function hasWorkloads(
  inventory: { readonly workloads: ReadonlyMap<string, { readonly namespace: string }> } | undefined,
  asked: string,
): boolean {
  return inventory !== undefined && [...inventory.workloads.values()].some(({ namespace }) => namespace === asked);
}

function evidenceOf(
  { at, window, week, limits, calls }: Traffic,
  into: (call: Traffic["calls"][number]) => boolean,
  text: (text: string) => string,
): StrictAnswer["evidence"] {
  const pairs = pairsSeen(calls.filter(into));
  return {
    ...{ at: formatInstant(at), window, limits: limits.map(text) },
    hourPairs: pairs.hour,
    weekPairs: week ? pairs.week : null,
  };
}
