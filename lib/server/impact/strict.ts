/** GET /meaning/strict/…: the way from PERMISSIVE to STRICT, told as far as the viewer may see it. One evaluation a request. */
import { formatInstant } from "#lib/api/instant.ts";
import type { StrictAnswer, StrictScope } from "#lib/api/strict.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { behindZtunnels, pairsSeen, scrapedIn, strictPath, ztunnelsOf } from "#lib/mesh/impact.ts";
import type { Credential } from "../identity.ts";
import { checkCluster, checkNamespace } from "../policy/access.ts";
import type { PolicyDeps } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import { meshOf } from "../policy/settings.ts";
import { ageOf, sees, unreadOf } from "../policy/told.ts";
import type { ScrapesReading } from "../telemetry/scrapes.ts";
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
  const [traffic, scrapes, live] = await Promise.all([
    readTraffic(deps.telemetry, deps.timers, cluster, { scope }, signal),
    deps.telemetry.scrapes.before(cluster, namespace === null ? null : scrapedPlaces(namespace, inventory), signal),
    // Which proxies are scraped is known of now alone; whoever looks at mutual TLS shares this reading.
    deps.telemetry.feed("5m").current({ latency: false, hour: false }, signal),
  ]);
  const limits = typeof traffic === "string" ? [] : [...traffic.limits, ...limitsOf(scrapes)];
  const seen = typeof traffic === "string" ? null : { ...traffic, limits };
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
      scraped: scrapedIn(scrapes, inventory),
      whole: seen.week && limits.length === 0 && policies?.silentSince === undefined,
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

/** Where the proxies of a namespace's workloads run: before ambient pods those of their nodes. */
function scrapedPlaces(namespace: string, inventory: ClusterInventory): readonly string[] {
  const own = [...inventory.workloads.values()].filter((each) => each.namespace === namespace);
  const behind = own.map(behindZtunnels).filter((pods) => pods.length > 0);
  const ztunnels = behind.flatMap((pods) => ztunnelsOf({ pods }, inventory).pods);
  return [namespace, ...ztunnels.map((each) => each.namespace)];
}

/** Since when proxies are scraped is told namespace by namespace; here, why that isn't known. */
function limitsOf({ told, failures }: ScrapesReading): readonly string[] {
  if (!told && failures.size === 0) return ["This mesh’s telemetry can’t be asked since when its proxies are scraped."];
  return [...failures].map(
    ([name, { detail }]) => `Since when proxies are scraped could not be asked of '${name}'. ${detail}`,
  );
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
