/**
 * Which control plane serves a proxy, by what its pods say, and which objects that one reads. It reads what carries no label `istio.io/rev`,
 * and what carries its own revision: a tag there is none, so it reads nothing by one; without a revision (istiod's REVISION isn't set) it
 * reads all. (LabelsInRevision in istiod's pkg/config/model.go, asked for in pilot/pkg/config/kube/crdclient/client.go, …/gateway/controller.go
 * and pilot/pkg/serviceregistry/ambient/ambientindex.go) https://istio.io/latest/docs/setup/upgrade/canary/
 */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import { kindKey, manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API } from "../kinds.ts";
import type { MeshFacts, Served } from "../settings/facts.ts";
import { podKinds } from "./capture.ts";
import type { Keeps } from "./routing/world.ts";

const REVISION = "istio.io/rev";
/** What istiod writes for itself where it has none. (getInjectionStatus in pkg/kube/inject/webhook.go) */
const DEFAULT = "default";
const API_GATEWAY = kindKey({ group: GATEWAY_API, kind: "Gateway" });

interface Reader {
  /** The same for proxies that can't differ. */
  readonly key: string;
  /** The same for proxies that can't differ in any but Gateways of the Gateway API. */
  readonly others: string;
  /** Whether its control plane reads an object; null: not known. */
  readonly reads: (object: Manifest) => boolean | null;
  /** What isn't known, where an object counts of which that isn't. */
  readonly lacks: string;
}

type Proxy = Pick<Workload, "namespace" | "labels" | "pods">;
type Settings = Pick<MeshFacts, "revisions"> | undefined;
/** A world's own, where its control planes may be set differently. */
type Mesh = Pick<MeshFacts, "revisions" | "served"> | undefined;

/** Of a Namespace it says what its pods are injected by, of other kinds whatever it says. */
const isConfiguration = (apiVersion: string): boolean =>
  /^(?:[a-z]+\.istio\.io|gateway\.networking\.k8s\.io)\//.test(apiVersion);
const revisionLabel = ({ apiVersion, metadata }: Manifest): string | undefined => {
  const label = metadata.labels?.[REVISION];
  return label !== undefined && isConfiguration(apiVersion) ? label : undefined;
};

/**
 * Of the proxies before or in the pods of these workloads (in ambient the ztunnels of their nodes); known where all say the same. Without
 * any that says it nothing is known of objects with the label.
 */
export function readerOf(proxies: readonly Proxy[], mesh: Settings): Reader {
  const said = saidBy(proxies);
  const own = new Set(
    proxies.flatMap(({ namespace, labels }) => {
      const name = labels[`${GATEWAY_API}/gateway-name`];
      return name === undefined ? [] : [`${namespace}/${name}`];
    }),
  );
  return {
    key: JSON.stringify([said, ...own]),
    others: JSON.stringify([said]),
    lacks: lacksOf(said, mesh),
    reads: (object) => {
      const label = revisionLabel(object);
      if (label === undefined) return true;
      const isGateway = isOfAll(object);
      // Its proxies were made by the control plane that it is for, by whatever tag. (deploymentcontroller.go)
      if (isGateway && own.has(`${object.metadata.namespace}/${object.metadata.name}`)) return true;
      const found = said.map((revision) => (revision === null ? null : reads(label, revision, mesh)));
      const [first = null] = found;
      if (first === null || found.some((other) => other !== first)) return null;
      // Of Gateways of other revisions Istio 1.31 reads all, earlier ones by tags. (https://github.com/istio/istio/issues/59959)
      return isGateway && !first ? null : first;
    },
  };
}

/** All that they say, each once. */
function saidBy(proxies: readonly Proxy[]): readonly (string | null)[] {
  const each = proxies.flatMap(revisionsOf);
  const names = [...new Set(each.filter((revision) => revision !== null))].toSorted();
  return each.includes(null) ? [null, ...names] : names;
}

/** By what settings these proxies go; null: all control planes of the cluster are set alike. */
export const servedBy = (proxies: readonly Proxy[], mesh: Mesh): Served | null =>
  mesh?.served?.(saidBy(proxies)) ?? null;

/** Of its pods with a proxy; null: one that doesn't say, or none runs, so that the next one's isn't known. */
function revisionsOf({ pods }: Proxy): readonly (string | null)[] {
  const meshed = pods.filter(({ unmeshed }) => unmeshed !== true);
  return meshed.length === 0 ? [null] : meshed.map(({ revision }) => revision ?? null);
}

function reads(label: string, revision: string, mesh: Settings): boolean | null {
  const planes = planesOf(revision, mesh);
  if (planes?.length === 0) return null;
  if (label === revision) return true;
  if (revision !== DEFAULT) return false;
  const all = (planes ?? []).map(({ everything }) => everything);
  const [first = null] = all;
  return all.every((each) => each === first) ? first : null;
}

/** Those that may be meant by a proxy that says the revision; null: it isn't known which run. */
function planesOf(revision: string, mesh: Settings) {
  const revisions = mesh?.revisions ?? null;
  return (
    revisions?.filter(({ name, everything }) => name === revision || (revision === DEFAULT && everything === null)) ??
    null
  );
}

const OBJECTS = "objects that count say istio.io/rev";

function lacksOf(said: readonly (string | null)[], mesh: Settings): string {
  const [first = null, second] = said;
  if (first === null || said.includes(null))
    return `which control plane serves the proxy: ${OBJECTS}, and its pods don’t say their revision`;
  if (second !== undefined)
    return `which of its pods it is: they are served by the control planes of revisions ${said.join(", ")}, and ${OBJECTS}`;
  if (planesOf(first, mesh)?.length === 0)
    return `what the proxy has been told: ${OBJECTS}, and no control plane of its revision ${first} runs in the cluster`;
  return `whether the control plane of revision ${first} reads the objects that say istio.io/rev`;
}

/** Of several proxies that may be told other objects. */
export const SEVERAL =
  "which control plane serves each of the proxies: it isn’t one alone, and they may read other objects or be set differently";

/** Whether some of its pods have a proxy, or a ztunnel before them. */
export const hasProxy = (workload: Workload): boolean =>
  workload.goneAt === null && podKinds(workload).some(({ dataplane }) => dataplane !== "none");

/** All workloads of a cluster of which that is so. */
export const everyProxy = ({ workloads }: Pick<ClusterInventory, "workloads">): readonly Workload[] =>
  [...workloads.values()].filter(hasProxy);

export interface ReadWorld {
  readonly objects: (kind: string) => readonly Manifest[];
  /** Of a world as somebody's control plane reads it: all that there is, whoever reads it, and whose it is. */
  readonly everything?: (kind: string) => readonly Manifest[];
  readonly readers?: readonly Proxy[];
  readonly mesh?: Mesh;
  /** What of Services its clients don't know, as `keepsServices` has it of settings and what they leave out. */
  readonly keepsBy?: (served: Served) => Keeps;
}

/** Gateways of the Gateway API, of which more than the label says who reads them. */
export const isOfAll = (object: Manifest): boolean => manifestKindKey(object) === API_GATEWAY;

/** It is for one control plane alone. */
export const hasRevision = (object: Manifest): boolean => revisionLabel(object) !== undefined;

/** Asked once of a list. */
function ofLists(asked: (list: readonly Manifest[]) => boolean): (list: readonly Manifest[]) => boolean {
  const known = new WeakMap<readonly Manifest[], boolean>();
  return (list) => {
    const found = known.get(list) ?? asked(list);
    known.set(list, found);
    return found;
  };
}

/** Whether any object is for one revision alone. */
export const hasRevisions = ofLists((list) => list.some(hasRevision));

const hasGateways = ofLists((list) => list.some(isOfAll));

const kept = new WeakMap<readonly Manifest[], Map<string, readonly Manifest[]>>();

/**
 * Without what the control plane of these proxies surely doesn't read, and set as that one is; what isn't known of an object stays, for
 * `unreadIn` to name.
 */
export function asRead<World extends ReadWorld>(world: World, proxies: readonly Proxy[]): World {
  const all = world.everything ?? world.objects;
  const reader = readerOf(proxies, world.mesh);
  const read = (kind: string) => readFrom(all(kind), reader, world.mesh);
  const own = { everything: all, readers: proxies, objects: read };
  const served = servedBy(proxies, world.mesh);
  if (served === null) return { ...world, ...own };
  const keeps = world.keepsBy === undefined ? {} : { keeps: world.keepsBy(served) };
  return { ...world, ...own, ...keeps, mesh: served.facts, objects: (kind) => viewed(read(kind), served) };
}

const views = new WeakMap<Served, WeakMap<readonly Manifest[], readonly Manifest[]>>();

/** As its settings have them, once for each list. */
function viewed(list: readonly Manifest[], served: Served): readonly Manifest[] {
  const { view } = served;
  if (view === null) return list;
  const own = views.get(served) ?? new WeakMap<readonly Manifest[], readonly Manifest[]>();
  views.set(served, own);
  const found =
    own.get(list) ??
    unlessSame(
      list,
      list.flatMap((each) => view.read(each) ?? []),
    );
  own.set(list, found);
  return found;
}

/** The list itself where nothing of it changed: what is worked out of a list is kept with it. */
const unlessSame = (list: readonly Manifest[], made: readonly Manifest[]): readonly Manifest[] =>
  made.length === list.length && made.every((each, at) => each === list[at]) ? list : made;

/** Once for each list, reader and settings; the list itself where no object has the label. */
function readFrom(list: readonly Manifest[], { key, others, reads: of }: Reader, mesh: Settings): readonly Manifest[] {
  if (!hasRevisions(list)) return list;
  const own = kept.get(list) ?? new Map<string, readonly Manifest[]>();
  kept.set(list, own);
  const full = `${hasGateways(list) ? key : others} ${JSON.stringify(mesh?.revisions ?? null)}`;
  const found = own.get(full) ?? list.filter((each) => of(each) !== false);
  own.set(full, found);
  return found;
}

/** What isn't known of these objects where the world's control plane may not read them. */
export function unreadIn(
  { readers = [], mesh }: Pick<ReadWorld, "readers" | "mesh">,
  objects: readonly Manifest[],
): readonly string[] {
  const served = readers.length === 0 ? null : servedBy(readers, mesh);
  const set = served !== null && served.view === null && objects.some(served.isChanged) ? [served.lacks] : [];
  if (!objects.some(hasRevision)) return set;
  const reader = readerOf(readers, mesh);
  return objects.some((each) => reader.reads(each) !== true) ? [reader.lacks, ...set] : set;
}
