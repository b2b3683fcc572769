/** GET /meaning/workloads/…: one workload's effective security, from all objects, told as far as the viewer may see them. */
import type { ClientRoutingAnswer } from "#lib/api/client-routing.ts";
import type { WorkloadSecurityAnswer } from "#lib/api/meaning.ts";
import type { SendsAnswer } from "#lib/api/sends.ts";
import type { SimulationAnswer, SimulationRequest } from "#lib/api/simulation.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import {
  type Called,
  calledEntry,
  carriesHttp,
  clientRouting,
  entryHosts,
  evidenceOffers,
  isTcp,
  keepsServices,
  podOf,
  type SecurityWorld,
  simulate,
  tcpPort,
  workloadSecurity,
  workloadSends,
} from "#lib/mesh/meaning.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Credential } from "../identity.ts";
import { checkNamespace } from "./access.ts";
import type { PolicyDeps, Viewer } from "./deps.ts";
import { viewerOf } from "./listable.ts";
import { meshOf } from "./settings.ts";
import { ageOf, sees, unreadOf } from "./told.ts";
import { inView } from "./world.ts";

/** @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found`, `reauth` */
export async function showSecurity(
  deps: PolicyDeps,
  credential: Credential,
  ref: ServiceRef,
  signal?: AbortSignal,
): Promise<WorkloadSecurityAnswer> {
  const viewer = await viewerOf(deps, credential, signal, [ref]);
  checkNamespace(deps, viewer.visibility, ref.cluster, ref.namespace);
  const { inventory, workload } = workloadIn(deps, ref);
  const world = worldOf(deps, ref.cluster, inventory, viewer);
  const answer = workloadSecurity(workload, world);
  const version = deps.store.clusters().get(ref.cluster)?.kind("Telemetry")?.version ?? null;
  const evidence = workload.dataplane !== "none" ? { evidence: evidenceOffers(workload, world, version) } : {};
  const told = { ...answer, ...evidence };
  return {
    ...(structuredClone(told) as unknown as WorkloadSecurityAnswer),
    ...ageOf(deps.store.clusters().get(ref.cluster)),
  };
}

export interface ClientRoutingAsked {
  /** Or the ServiceEntry. */
  readonly service: ServiceRef;
  /** Of the ServiceEntry; null: a Service. */
  readonly host: string | null;
  /** null: the first that carries HTTP, else the first. */
  readonly port: number | null;
}

/** Of every client that the viewer may see, at one of the ports of a Service or a ServiceEntry's host. @throws MeshscopeError as above, `bad_parameter` */
export async function showClientRouting(
  deps: PolicyDeps,
  credential: Credential,
  { service: ref, host, port: asked }: ClientRoutingAsked,
  signal?: AbortSignal,
): Promise<ClientRoutingAnswer> {
  const viewer = await viewerOf(deps, credential, signal, [ref]);
  checkNamespace(deps, viewer.visibility, ref.cluster, ref.namespace);
  const { inventory, service } = calledIn(deps, ref, host, viewer);
  const port =
    asked === null
      ? (service.ports.find((each) => isTcp(each) && carriesHttp(each) === true) ??
        service.ports.find(isTcp) ??
        service.ports[0])
      : (tcpPort(service.ports, asked) ?? service.ports.find((each) => each.port === asked));
  if (port === undefined) {
    const which = asked === null ? "no port" : `no port ${asked}`;
    const what = host === null ? "Service" : "ServiceEntry";
    throw new MeshscopeError("not_found", `${what} ${ref.namespace}/${ref.name} names ${which}.`);
  }
  const answer = clientRouting(service, port, worldOf(deps, ref.cluster, inventory, viewer));
  return { ...(structuredClone(answer) as ClientRoutingAnswer), ...ageOf(deps.store.clusters().get(ref.cluster)) };
}

/** A Service, or a host of a ServiceEntry. @throws MeshscopeError `not_found` */
function calledIn(
  deps: PolicyDeps,
  { cluster, namespace, name }: ServiceRef,
  host: string | null,
  viewer: Viewer,
): { readonly inventory: ClusterInventory; readonly service: Called } {
  const inventory = deps.inventory().get(cluster);
  const service =
    inventory === undefined
      ? undefined
      : host === null
        ? inventory.services.get(`${namespace}/${name}`)
        : entryIn(deps, { cluster, namespace, name }, host, inView(inventory, viewer.visibility), viewer);
  if (inventory !== undefined && service !== undefined) return { inventory, service };
  const what = host === null ? "service" : `host ${host} of a ServiceEntry`;
  const why = inventory ? `has no ${what}` : `hasn't been read yet, so the console doesn't know ${what}`;
  const seen = inventory && host !== null ? " that you may see" : "";
  throw new MeshscopeError("not_found", `Cluster "${cluster}" ${why} ${namespace}/${name}${seen}.`);
}

/** @throws MeshscopeError `not_found` */
function workloadIn(deps: PolicyDeps, { cluster, namespace, name }: ServiceRef) {
  const inventory = deps.inventory().get(cluster);
  const workload = inventory?.workloads.get(`${namespace}/${name}`);
  if (inventory !== undefined && workload !== undefined) return { inventory, workload };
  const why = inventory ? "has no workload" : "hasn't been read yet, so the console doesn't know workload";
  throw new MeshscopeError("not_found", `Cluster "${cluster}" ${why} ${namespace}/${name}.`);
}

/** @throws MeshscopeError `not_found` */
function podIn(deps: PolicyDeps, ref: ServiceRef) {
  const { inventory, workload } = workloadIn(deps, ref);
  return { inventory, service: podOf(workload) };
}

/** As istiod reads it, or would if it saw it. One that the viewer may not list is none: otherwise the answer would say that it is there. */
function entryIn(
  deps: PolicyDeps,
  { cluster, namespace, name }: ServiceRef,
  host: string,
  inventory: ClusterInventory,
  viewer: Viewer,
): Called | undefined {
  const entry = entriesIn(deps, cluster, viewer).find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
  if (entry === undefined || !sees(deps, cluster, viewer, entry)) return undefined;
  return entryHosts(entry).includes(host.toLowerCase()) ? calledEntry(entry, host, inventory) : undefined;
}

const entriesIn = (deps: PolicyDeps, cluster: string, viewer: Viewer): readonly Manifest[] => {
  const { read } = meshOf(deps, cluster, viewer);
  const all = deps.store.clusters().get(cluster)?.objects("ServiceEntry") ?? [];
  return all.map((each) => read(each) ?? each);
};

export interface SendsAsked {
  readonly workload: ServiceRef;
  /** A part of hosts; empty: all. */
  readonly search: string;
}

/** At each port of the Services and ServiceEntries' hosts that the viewer may see. @throws MeshscopeError as above */
export async function showSends(
  deps: PolicyDeps,
  credential: Credential,
  { workload: ref, search }: SendsAsked,
  signal?: AbortSignal,
): Promise<SendsAnswer> {
  const viewer = await viewerOf(deps, credential, signal, [ref]);
  checkNamespace(deps, viewer.visibility, ref.cluster, ref.namespace);
  const { inventory, workload } = workloadIn(deps, ref);
  const world = worldOf(deps, ref.cluster, inventory, viewer);
  const entries = entriesIn(deps, ref.cluster, viewer)
    .filter((entry) => sees(deps, ref.cluster, viewer, entry))
    .flatMap((entry) => [...new Set(entryHosts(entry))].map((host) => calledEntry(entry, host, world.inventory)));
  const called = [...world.inventory.services.values(), ...entries];
  const answer = workloadSends(workload, { called, search }, world);
  return { ...(structuredClone(answer) as SendsAnswer), ...ageOf(deps.store.clusters().get(ref.cluster)) };
}

/** Whether one request would pass. @throws MeshscopeError as above */
export async function showSimulation(
  deps: PolicyDeps,
  credential: Credential,
  { cluster, ...question }: SimulationRequest,
  signal?: AbortSignal,
): Promise<SimulationAnswer> {
  const { service, client } = question;
  const caller = client.kind === "outside" ? [] : [{ cluster, namespace: client.namespace }];
  const viewer = await viewerOf(deps, credential, signal, [{ cluster, namespace: service.namespace }, ...caller]);
  checkNamespace(deps, viewer.visibility, cluster, service.namespace);
  for (const { namespace } of caller) checkNamespace(deps, viewer.visibility, cluster, namespace);
  const { host = null, pod, ...place } = service;
  const ref = { cluster, ...place };
  const found = pod === true ? podIn(deps, ref) : calledIn(deps, ref, host, viewer);
  const answer = simulate(question, found.service, worldOf(deps, cluster, found.inventory, viewer));
  return { ...(structuredClone(answer) as SimulationAnswer), ...ageOf(deps.store.clusters().get(cluster)) };
}

/** All objects, with which of them the viewer may see. */
function worldOf(deps: PolicyDeps, cluster: string, inventory: ClusterInventory, viewer: Viewer): SecurityWorld {
  const policies = deps.store.clusters().get(cluster);
  const { mesh, objects, discovers } = meshOf(deps, cluster, viewer);
  const seen = inView(inventory, viewer.visibility);
  const entries = () => entriesIn(deps, cluster, viewer);
  return {
    cluster,
    rootNamespace: deps.rootNamespace(cluster),
    inventory: seen,
    partial: seen !== inventory,
    keeps: keepsServices(seen, { mesh, discovers, entries }),
    keepsBy: ({ facts, view }) =>
      keepsServices(seen, {
        ...{ mesh: facts, discovers: view?.discovers ?? discovers },
        entries: () => entries().map((each) => view?.read(each) ?? each),
      }),
    sees: (manifest) => sees(deps, cluster, viewer, manifest),
    unread: unreadOf(policies),
    ...{ mesh, objects },
  };
}
