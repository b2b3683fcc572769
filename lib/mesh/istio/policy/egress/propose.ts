/**
 * A Sidecar's egress proposed from calls that were seen, what it saves, and what it breaks, for the entries asked about or those
 * proposed. Pure. https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
import type { PodRef } from "#lib/inventory/model.ts";
import type { EgressProposal, EgressSaving } from "#lib/policy/egress.ts";
import type { EgressIntent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf } from "#lib/policy/ref.ts";
import { sidecarsFor } from "../changes/egress.ts";
import { changes } from "../changes.ts";
import { closeness, isUnread } from "../hosts.ts";
import type { ObservedCall } from "../impact/calls.ts";
import { type ImpactWorld, YOUNGEST } from "../impact/sides.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { peerPolicies } from "../meaning/inbound-mtls.ts";
import { asRead, everyProxy, SEVERAL, unreadIn } from "../meaning/revisions.ts";
import { HostIndex } from "../meaning/routing/host-index.ts";
import { sidecarOf } from "../meaning/routing/scope.ts";
import { ROUTE_KINDS } from "../routing/gateway-api.ts";
import { has, listAt, namespaceOf, specOf, textAt, textsAt, visibleTo } from "../routing/json.ts";
import { breaksOf } from "./breaks.ts";
import { calledFrom } from "./called.ts";
import { type Client, clientsOf, labelsFor, told } from "./clients.ts";
import { Counter } from "./counts.ts";
import { entriesOf } from "./entries.ts";
import { Routes, stateUnder } from "./needs.ts";
import { registryOf } from "./registry.ts";

export interface EgressQuestion {
  readonly namespace: string;
  /** null: all of the namespace. */
  readonly workload: string | null;
  /** null: those that are proposed. */
  readonly hosts: readonly string[] | null;
}

/** `inventory`: as far as the reader may see it. */
export interface EgressWorld extends ImpactWorld {
  readonly visible: (cluster: string, namespace: string) => boolean;
  /** Nothing is hidden from the reader. */
  readonly whole: boolean;
}

/** @throws MeshscopeError `bad_intent` for the root namespace, and for a workload whose labels name nothing */
export function proposeEgress(
  { namespace, workload, hosts }: EgressQuestion,
  seen: readonly ObservedCall[],
  whole: EgressWorld,
): EgressProposal {
  const world = asRead(whole, everyProxy(whole.inventory));
  const { cluster, rootNamespace, inventory, sees } = world;
  const objects = cached(world);
  const visible = (kind: string) => objects(kind).filter(sees);
  const scope = scopeOf(namespace, workload, world);
  const registry = registryOf([inventory, ...world.elsewhere], visible("ServiceEntry"), namespace, world.mesh);
  const services = visible("VirtualService");
  const index = new HostIndex((kind) => (kind === "VirtualService" ? services : visible(kind)));
  const routes = new Routes(services, index, registry, rootNamespace, namespace, ROUTE_KINDS.flatMap(visible));
  const secret = objects("ServiceEntry").filter((each) => !sees(each));
  const calls = calledFrom(seen, {
    ...{ namespace, inventory, registry, visible: world.visible },
    concealed: (host) => secret.some((each) => textsAt(specOf(each), "hosts").some((own) => closeness(own, host) > 0)),
  });
  const callers = [...new Set(calls.called.map(({ client }) => client))];
  const gone = callers.filter((name) => !inventory.workloads.has(`${namespace}/${name}`));
  const before = { objects, rootNamespace };
  const labelsOf = (name: string) => inventory.workloads.get(`${namespace}/${name}`)?.labels ?? {};
  // What is proposed is so for whom the Sidecar would count, whatever its hosts.
  const draft = planned(scope, ["./*"], world, objects);
  const inScope = clientsOf(scope, gone, inventory, { before, ...draft }, sees);
  const own = new Map(inScope.filter(({ spared }) => spared === null).map((each) => [each.name, each]));
  const wanted = calls.called.map((called) => {
    const labels = labelsOf(called.client);
    const today = own.get(called.client)?.today ?? sidecarOf({ namespace, labels }, before);
    const needs = routes.of(called, { namespace, labels }, today);
    const known = stateUnder(today, needs, namespace) !== "lost";
    return { called, needs, known, own: own.has(called.client) };
  });
  const entries = entriesOf(
    wanted.filter(
      ({ called, own: mine }) => mine || inventory.workloads.get(`${namespace}/${called.client}`) !== undefined,
    ),
    { cluster, namespace, rootNamespace },
  );
  const asked = hosts ?? entries.filter(({ proposed }) => proposed).map(({ entry }) => entry);
  const plan = planned(scope, asked.length > 0 ? asked : ["./*"], world, objects);
  const clients = clientsOf(scope, gone, inventory, { before, ...plan }, sees);
  const judged = wanted.flatMap(({ called, needs }) => {
    const client = clients.find(({ name, spared }) => name === called.client && spared === null);
    return client === undefined ? [] : [{ called, needs, client }];
  });
  const peersKnown = world.unread("PeerAuthentication") === null && objects("PeerAuthentication").every(sees);
  const { breaks, kept } = breaksOf(judged, {
    ...{ namespace, inventories: [inventory, ...world.elsewhere], sees },
    registryOnly: world.mesh?.registryOnly ?? null,
    peers: peersKnown ? peerPolicies(objects("PeerAuthentication"), rootNamespace) : null,
  });
  const blindSpots = blind(world, objects, namespace);
  const counter = new Counter(registry, namespace, index, rootNamespace);
  const [existing] = sidecarsFor(scope, before);
  return {
    ...{ cluster, namespace, workload, labels: scope.level === "workload" ? scope.labels : null },
    object: existing !== undefined && sees(existing) ? refOf(cluster, existing) : null,
    clients: clients.map((each) => told(each, namespace, cluster, sees)),
    ...{ entries, hosts: asked, breaks, kept, unseen: calls.unseen, blindSpots },
    outside: calls.outside
      .filter(({ seen: { clients: by } }) => by.some((name) => own.has(name)))
      .map(({ seen: each, why }) => ({ ...each, why })),
    savings: savingsOf(clients, counter, world),
  };
}

/** Lists are made once, so that what is read of them is read once. */
function cached({ objects }: EgressWorld): (kind: string) => readonly Manifest[] {
  const lists = new Map<string, readonly Manifest[]>();
  return (kind) => {
    const list = lists.get(kind) ?? objects(kind);
    lists.set(kind, list);
    return list;
  };
}

function scopeOf(namespace: string, workload: string | null, world: EgressWorld): EgressIntent["scope"] {
  const found = workload === null ? undefined : world.inventory.workloads.get(`${namespace}/${workload}`);
  if (found === undefined) return { level: "namespace", namespace };
  const today = sidecarOf({ namespace, labels: found.labels }, world);
  return { level: "workload", namespace, labels: labelsFor(found, today !== null && world.sees(today) ? today : null) };
}

/** The objects with the Sidecar as it would be. */
function planned(
  scope: EgressIntent["scope"],
  hosts: readonly string[],
  world: EgressWorld,
  objects: EgressWorld["objects"],
) {
  const { cluster, rootNamespace, inventory } = world;
  const before = objects("Sidecar");
  const intent: EgressIntent = { kind: "egress", cluster, scope, hosts };
  const [made] = changes(intent, { cluster, rootNamespace, inventory, objects }).manifests;
  const [existing] = sidecarsFor(scope, { objects });
  const creationTimestamp = existing?.metadata.creationTimestamp ?? YOUNGEST;
  const sidecar = made === undefined ? existing : { ...made, metadata: { ...made.metadata, creationTimestamp } };
  if (sidecar === undefined) throw new Error("a Sidecar with hosts is one that is there or one that is made");
  const list = [...before.filter((each) => each !== existing), sidecar];
  const after = { objects: (kind: string) => (kind === "Sidecar" ? list : objects(kind)), rootNamespace };
  return { after, planned: sidecar };
}

/** Clients under the same two Sidecars have the same to save. */
function savingsOf(clients: readonly Client[], counter: Counter, world: EgressWorld): readonly EgressSaving[] {
  const counted = clients.filter(({ spared, workload }) => spared === null && workload !== null);
  const unread =
    ["Sidecar", "ServiceEntry"].some((kind) => world.unread(kind) !== null) ||
    isUnread("services", world) ||
    isUnread("pods", world);
  const groups = Map.groupBy(counted, ({ today }) => today);
  const after =
    counted[0] === undefined || unread || !sightOf(counted[0].then, world) ? null : counter.known(counted[0].then);
  return [...groups].map(([today, list]) => ({
    clients: list.map(({ name }) => name),
    pods: list.reduce((sum, { workload }) => sum + (workload?.pods.filter(hasProxy).length ?? 0), 0),
    now: unread || !sightOf(today, world) ? null : counter.known(today),
    then: after,
  }));
}

const hasProxy = ({ unmeshed }: PodRef): boolean => unmeshed !== true;

const sightOf = (sidecar: Manifest | null, { sees }: EgressWorld): boolean => sidecar === null || sees(sidecar);

const KINDS = ["Sidecar", "VirtualService", "ServiceEntry", "DestinationRule", "PeerAuthentication", ...ROUTE_KINDS];
const ALWAYS = [
  "what the proxies themselves call (tracing, external authorization, access logs): it carries no metrics, and the mesh’s settings aren’t read",
  "calls of clients whose proxies aren’t scraped",
  "to whom Services are exported that don’t say so: by the mesh’s defaultServiceExportTo, which isn’t read",
];

/** Routes of the Gateway API are where a Service is their parent; those of gateways are no business of clients. */
const isOfTheMesh = ({ kind, spec }: Manifest): boolean =>
  !GATEWAY_API.has(kind) || listAt(spec, "parentRefs").some((to) => textAt(to, "kind") === "Service");
const GATEWAY_API: ReadonlySet<string> = new Set(ROUTE_KINDS);

/** What neither the objects nor the windows tell. */
function blind(world: EgressWorld, objects: EgressWorld["objects"], namespace: string): readonly string[] {
  const unread = KINDS.flatMap((kind) => {
    const why = world.unread(kind);
    return why === null ? [] : [`${kind}s: ${why}`];
  });
  const services = world.inventory.unread
    .filter(({ code }) => code !== "not_found")
    .map(({ kind, detail }) => `${kind}: ${detail}`);
  const hidden = KINDS.flatMap((kind) => objects(kind)).some(
    (each) => !world.sees(each) && visibleTo(each, namespace) && isOfTheMesh(each),
  );
  const ports = objects("Sidecar").some(
    (each) =>
      namespaceOf(each) === namespace &&
      world.sees(each) &&
      listAt(specOf(each), "egress").some((one) => has(one, "port")),
  );
  return [
    ...unread,
    ...services,
    ...(hidden ? [HIDDEN] : []),
    ...(unreadIn(world, KINDS.flatMap(objects)).length === 0 ? [] : [SEVERAL]),
    ...(world.whole ? [] : ["hosts of namespaces that you may not see: they aren’t counted"]),
    ...(ports ? ["egress listeners for single ports, which stay as they are"] : []),
    ...ALWAYS,
  ];
}
