/** Records joined to what runs where. Pure, and the same for the same records, in whatever order they came. */

import type { UnixSeconds } from "#lib/units.ts";
import { eventsOf } from "./events.ts";
import { type Records, recordsOf } from "./fold.ts";
import { namespaceMembership } from "./membership.ts";
import type { ClusterInventory, ExternalHost, Namespace, Service, Workload, WorkloadEvent } from "./model.ts";
import type { OwnerLookup } from "./owner.ts";
import type { ControllerRecord, NamespaceRecord, OwnedRecord, PodRecord, ServiceRecord } from "./records.ts";
import { indexLabels } from "./selection.ts";
import { tunnelsOf, type WorkloadDraft, workloadsOf } from "./workloads.ts";

export interface JoinInput {
  readonly cluster: string;
  readonly records: Records;
  /** Where the control plane lives (mesh.rootNamespace). */
  readonly rootNamespace: string;
  readonly unread: ClusterInventory["unread"];
  /** Remembers workloads that are gone. */
  readonly previous: ClusterInventory | null;
  readonly now: UnixSeconds;
}

/** How long a workload that is gone is remembered: a day's incident can be read backwards. */
const REMEMBER = 24 * 3600;

/** One cluster's inventory. Cost: linear in pods, about 10 µs each. */
export function joinInventory(input: JoinInput): ClusterInventory {
  const { cluster, records, rootNamespace, now } = input;
  const parts = partition(records);
  const namespaces = new Map<string, Namespace>();
  const workloads = new Map<string, Workload>();
  const services = new Map<string, Service>();
  const tunnels = tunnelsOf(recordsOf(records, "pods"), rootNamespace);
  const addresses = new Map<string, { readonly pod: PodRecord; readonly workload: string }>();

  for (const name of [...parts.keys()].sort()) {
    const part = parts.get(name) ?? emptyPart();
    if (part.record) namespaces.set(name, namespaceOf(cluster, part.record));
    const drafts = workloadsOf({
      ...part,
      namespace: part.record,
      rootNamespace,
      tunnels,
      lookup: lookupIn(part.owned),
    });
    const take = indexLabels(
      drafts.flatMap((draft) => draft.labelSets.map((labels) => ({ labels, item: draft.name }))),
    );
    const servicesOf = new Map<string, string[]>();
    for (const record of part.services.sort(byName)) {
      const taken = [...take(record.selector)].sort();
      for (const workload of taken) servicesOf.set(workload, [...(servicesOf.get(workload) ?? []), record.name]);
      services.set(`${name}/${record.name}`, serviceOf(cluster, record, taken));
    }
    const podsByName = new Map(part.pods.map((pod) => [pod.name, pod]));
    for (const draft of drafts) {
      const key = `${name}/${draft.name}`;
      workloads.set(key, workload(cluster, name, draft, servicesOf.get(draft.name) ?? []));
      for (const { name: podName } of draft.pods) {
        const pod = podsByName.get(podName);
        if (pod) claim(addresses, pod, key);
      }
    }
  }
  return {
    cluster,
    asOf: now,
    namespaces,
    workloads: withGone(workloads, input),
    services,
    externalHosts: externalHosts(cluster, records),
    workloadByIp: new Map(
      [...addresses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([ip, { workload: key }]) => [ip, key]),
    ),
    unread: input.unread,
    events: [...parts].flatMap(([name, part]) => eventsOf(name, part, lookupIn(part.owned))).sort(byInstant),
  };
}

/** By instant; of one instant by what they say, so that the order of arrival means nothing. */
function byInstant(a: WorkloadEvent, b: WorkloadEvent): number {
  const said = ({ namespace, kind, text }: WorkloadEvent) => `${namespace} ${kind} ${text}`;
  return a.at - b.at || (said(a) < said(b) ? -1 : 1);
}

interface Part {
  record: NamespaceRecord | undefined;
  readonly pods: PodRecord[];
  readonly controllers: ControllerRecord[];
  readonly owned: OwnedRecord[];
  readonly services: ServiceRecord[];
}

const emptyPart = (): Part => ({ record: undefined, pods: [], controllers: [], owned: [], services: [] });

function partition(records: Records): Map<string, Part> {
  const parts = new Map<string, Part>();
  const partOf = (namespace: string): Part => {
    let part = parts.get(namespace);
    if (!part) parts.set(namespace, (part = emptyPart()));
    return part;
  };
  for (const record of recordsOf(records, "namespaces")) partOf(record.name).record = record;
  for (const pod of recordsOf(records, "pods")) partOf(pod.namespace).pods.push(pod);
  for (const controller of recordsOf(records, "controllers")) partOf(controller.namespace).controllers.push(controller);
  for (const owned of recordsOf(records, "owned")) partOf(owned.namespace).owned.push(owned);
  for (const service of recordsOf(records, "services")) partOf(service.namespace).services.push(service);
  return parts;
}

function lookupIn(owned: readonly OwnedRecord[]): OwnerLookup {
  const byName = new Map(owned.map((record) => [`${record.kind}/${record.name}`, record]));
  return (kind, _namespace, name) => byName.get(`${kind}/${name}`);
}

function namespaceOf(cluster: string, { name, labels }: NamespaceRecord): Namespace {
  return { cluster, name, dataplane: namespaceMembership(labels), revision: labels["istio.io/rev"] ?? null, labels };
}

function serviceOf(cluster: string, record: ServiceRecord, workloads: readonly string[]): Service {
  return { cluster, ...record, workloads };
}

function workload(cluster: string, namespace: string, draft: WorkloadDraft, services: readonly string[]): Workload {
  const { labelSets: _seenBySelectors, ...rest } = draft;
  return { cluster, namespace, ...rest, services, goneAt: null };
}

/** An address belongs to its newest living pod; addresses of nodes, which many pods share, belong to none. */
function claim(addresses: Map<string, { pod: PodRecord; workload: string }>, pod: PodRecord, workload: string): void {
  if (pod.hostNetwork) return;
  for (const ip of pod.ips) {
    const holder = addresses.get(ip)?.pod;
    if (!holder || isHeir(pod, holder)) addresses.set(ip, { pod, workload });
  }
}

function isHeir(pod: PodRecord, holder: PodRecord): boolean {
  if (pod.deleting !== holder.deleting) return holder.deleting;
  const [a, b] = [pod.createdAt ?? 0, holder.createdAt ?? 0];
  return a === b ? `${pod.namespace}/${pod.name}` > `${holder.namespace}/${holder.name}` : a > b;
}

/**
 * Adds what was here before and isn't any more, and dates workloads whose last pod went. Nothing is called gone while
 * pods can't be read: that they aren't seen is no news of them.
 */
function withGone(workloads: Map<string, Workload>, { previous, now, unread }: JoinInput): Map<string, Workload> {
  if (!previous) return workloads;
  const blind = unread.some(({ kind }) => kind === "pods");
  let added = false;
  for (const [key, before] of previous.workloads) {
    const after = workloads.get(key);
    if (after && after.pods.length > 0) continue;
    const goneAt = before.goneAt ?? (before.pods.length > 0 && !blind ? now : null);
    if (goneAt === null || now - goneAt > REMEMBER) continue;
    if (after) workloads.set(key, { ...after, goneAt });
    else {
      workloads.set(key, { ...before, pods: [], services: [], goneAt });
      added = true;
    }
  }
  return added ? new Map([...workloads].sort(([a], [b]) => (a < b ? -1 : 1))) : workloads;
}

function externalHosts(cluster: string, records: Records): ExternalHost[] {
  return [...recordsOf(records, "serviceEntries")]
    .map((record) => ({ cluster, ...record, hosts: record.hosts.toSorted() }))
    .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
