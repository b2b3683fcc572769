/** Pods and controllers to workloads, one namespace at a time. */
import type { Dataplane, MeshName } from "#lib/graph/model.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { capturedAlike, capturedAs } from "./capture-notes.ts";
import { expectedMembership, type Membership, membershipOf } from "./membership.ts";
import type { PodRef, PodTraits, TemplateTraits, Workload } from "./model.ts";
import { type OwnerLookup, workloadOf } from "./owner.ts";
import type { ControllerRecord, NamespaceRecord, PodRecord, StringMap } from "./records.ts";

/** A workload before services are known; `labelSets` is what selectors see. */
export interface WorkloadDraft {
  readonly name: string;
  readonly kind: string;
  readonly app: string | null;
  readonly version: string | null;
  readonly mesh: MeshName | null;
  readonly dataplane: Dataplane;
  readonly serviceAccounts: readonly string[];
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly proxyConfig?: string;
  readonly env?: Readonly<Record<string, string | null>>;
  readonly template?: TemplateTraits;
  readonly newest?: PodTraits;
  readonly proxyImages?: NonNullable<Workload["proxyImages"]>;
  readonly pods: readonly PodRef[];
  readonly createdAt: UnixSeconds | null;
  readonly labelSets: readonly StringMap[];
  readonly sharesName?: true;
}

export interface NamespaceContents {
  readonly namespace: NamespaceRecord | undefined;
  readonly rootNamespace: string;
  readonly pods: readonly PodRecord[];
  readonly controllers: readonly ControllerRecord[];
  readonly lookup: OwnerLookup;
  /** Revisions of the ztunnels, by node. */
  readonly tunnels: Tunnels;
}

/** By node; of several on a node that differ none. */
type Tunnels = ReadonlyMap<string, string | null>;

/** What ztunnel's chart is told no revision for goes to `istiod`, which is the control plane of `default`. (daemonset.yaml) */
const UNSAID = "default";

/** Revisions of all ztunnels of a cluster. */
export function tunnelsOf(pods: Iterable<PodRecord>, rootNamespace: string): Tunnels {
  const found = new Map<string, string | null>();
  for (const pod of pods) {
    if (pod.node === undefined || pod.labels.app !== "ztunnel" || pod.deleting) continue;
    if (pod.phase !== "Running" || membershipOf(pod, undefined, rootNamespace).mesh === null) continue;
    const { revision = UNSAID } = pod;
    const known = found.get(pod.node);
    found.set(pod.node, known === undefined || known === revision ? revision : null);
  }
  return found;
}

/** Labels that differ from pod to pod, or from rollout to rollout, and so are no workload's. */
const PER_POD = new Set([
  "pod-template-hash",
  "rollouts-pod-template-hash",
  "controller-revision-hash",
  "pod-template-generation",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "batch.kubernetes.io/job-name",
  "batch.kubernetes.io/controller-uid",
  "job-name",
  "controller-uid",
]);

/** Where two controllers share a name, telemetry can't tell them apart: they are one workload, called by the first of these. */
const PRECEDENCE = ["Deployment", "StatefulSet", "DaemonSet", "Rollout", "CronJob", "Job", "ReplicaSet", "Pod"];
/** Of pods that differ (an injection that is being rolled out), most decide; of equally many the earliest of these. */
const PLANES: readonly Dataplane[] = ["waypoint", "gateway", "sidecar", "ambient", "none"];

interface Group {
  kind: string;
  controller: ControllerRecord | null;
  /** All of that name. */
  readonly controllers: ControllerRecord[];
  readonly kinds: Set<string>;
  readonly pods: PodRecord[];
}

/** All workloads of one namespace, by name in code-point order. Finished pods don't count. */
export function workloadsOf(contents: NamespaceContents): WorkloadDraft[] {
  const groups = new Map<string, Group>();
  const groupOf = (kind: string, name: string): Group => {
    const group = groups.get(name) ?? { kind, controller: null, controllers: [], kinds: new Set(), pods: [] };
    group.kinds.add(kind);
    if (goesFirst(kind, group.kind)) group.kind = kind;
    groups.set(name, group);
    return group;
  };
  for (const controller of contents.controllers) {
    const group = groupOf(controller.kind, controller.name);
    group.controllers.push(controller);
    if (!group.controller || goesFirst(controller.kind, group.controller.kind)) group.controller = controller;
  }
  for (const pod of contents.pods) {
    if (pod.phase === "Succeeded" || pod.phase === "Failed") continue;
    const owner = workloadOf(pod, contents.lookup);
    groupOf(owner.kind, owner.name).pods.push(pod);
  }
  return [...groups.keys()].sort().flatMap((name) => {
    const group = groups.get(name);
    return group ? [draft(name, group, contents)] : [];
  });
}

function draft(name: string, group: Group, contents: NamespaceContents): WorkloadDraft {
  const { kind, controller, controllers, kinds, pods } = group;
  pods.sort(byName);
  const newest = newestOf(pods);
  const labels = controller ? controller.labels : ownLabels(newest?.labels ?? {});
  const template = { labels, annotations: controller?.annotations ?? {} };
  const members = pods.map((pod) => membershipOf(pod, contents.namespace, contents.rootNamespace));
  const { mesh, dataplane } =
    members.length > 0 ? prevailing(members) : expectedMembership(template, contents.namespace);
  const speaker = newestOf(pods.filter((_, i) => members[i]?.dataplane === "sidecar")) ?? newest;
  // Pods say what runs; the template says what shall run. They differ during a rollout, and what runs is what is seen.
  const seen = newest?.labels ?? labels;
  return {
    name,
    kind,
    app: appOf(seen),
    version: versionOf(seen),
    mesh,
    dataplane,
    serviceAccounts: [
      ...new Set(pods.length > 0 ? pods.map((p) => p.serviceAccount) : serviceAccountOf(controller)),
    ].sort(),
    labels,
    annotations: annotationsOf(controller, newest, speaker),
    ...configOf(newest ?? controller),
    ...(controller?.env ? { env: controller.env } : {}),
    ...traitsOf(controller, newest),
    ...imagesOf(pods),
    pods: pods.map((pod, i) => ({
      name: pod.name,
      ip: pod.ips[0] ?? null,
      ready: pod.ready,
      phase: pod.phase,
      ...(pod.node === undefined ? {} : { node: pod.node }),
      reports: members[i]?.reports ?? false,
      ...servedBy(pod, members[i]?.dataplane, contents.tunnels),
      ...(members[i]?.dataplane === "none" && members[i]?.mesh === null ? { unmeshed: true } : {}),
      ...(pod.hostNetwork ? { hostNetwork: true } : {}),
      ...(speaker && !capturedAlike(pod.annotations, speaker.annotations) ? { capturedOtherwise: true } : {}),
      ...(pod.traits.imageAuto === undefined ? {} : { imageAuto: pod.traits.imageAuto }),
    })),
    // Pods may be older than what controls them, which adopts those that a deleted one left.
    createdAt: oldest([...controllers, ...pods]),
    ...(kinds.size > 1 ? { sharesName: true as const } : {}),
    labelSets: pods.length > 0 ? pods.map((pod) => pod.labels) : [labels],
  };
}

function servedBy(pod: PodRecord, dataplane: Dataplane | undefined, tunnels: Tunnels): Pick<PodRef, "revision"> {
  if (dataplane === undefined || dataplane === "none") return {};
  const revision = dataplane === "ambient" ? tunnels.get(pod.node ?? "") : pod.revision;
  return revision === undefined || revision === null ? {} : { revision };
}

/** What comes to its proxies is settled when pods start: the newest with one (`speaker`) says it, where any runs. */
function annotationsOf(
  controller: ControllerRecord | null,
  newest: PodRecord | null,
  speaker: PodRecord | null,
): StringMap {
  const all = { ...(newest?.annotations ?? {}), ...(controller?.annotations ?? {}) };
  return speaker === null ? all : capturedAs(all, speaker);
}

/** What runs says it, where something does: proxies take it in when they start. */
function configOf(from: PodRecord | ControllerRecord | null): { readonly proxyConfig?: string } {
  return from?.proxyConfig === undefined ? {} : { proxyConfig: from.proxyConfig };
}

const newestOf = (pods: readonly PodRecord[]): PodRecord | null =>
  pods.reduce<PodRecord | null>((best, pod) => (best && !isNewer(pod, best) ? best : pod), null);

function traitsOf(
  controller: ControllerRecord | null,
  newest: PodRecord | null,
): Pick<Workload, "template" | "newest"> {
  if (controller) return { template: controller.template };
  return newest && Object.keys(newest.traits).length > 0 ? { newest: newest.traits } : {};
}

function imagesOf(pods: readonly PodRecord[]): Pick<WorkloadDraft, "proxyImages"> {
  const found: { image: string; pod: string }[] = [];
  for (const { name: pod, proxyImage: image } of pods) {
    if (image !== undefined && !found.some((each) => each.image === image)) found.push({ image, pod });
  }
  return found.length === 0 ? {} : { proxyImages: found };
}

/** The app as Istio's canonical service: https://istio.io/latest/docs/ops/deployment/application-requirements/ */
export function appOf(labels: StringMap): string | null {
  return (
    labels["service.istio.io/canonical-name"] ||
    labels["app.kubernetes.io/name"] ||
    labels.app ||
    labels["k8s-app"] ||
    null
  );
}

/** The version as Istio's canonical revision; what nobody labelled is no version, not "latest". */
export function versionOf(labels: StringMap): string | null {
  return labels["service.istio.io/canonical-revision"] || labels["app.kubernetes.io/version"] || labels.version || null;
}

function prevailing(members: readonly Membership[]): Membership {
  let best: Membership | undefined;
  let most = 0;
  for (const plane of PLANES) {
    const of = members.filter((member) => member.dataplane === plane);
    if (of.length > most) {
      most = of.length;
      best = of.find((member) => member.mesh !== null) ?? of[0];
    }
  }
  return best ?? { mesh: null, dataplane: "none", reports: false };
}

function ownLabels(labels: StringMap): StringMap {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !PER_POD.has(name)));
}

function serviceAccountOf(controller: ControllerRecord | null): string[] {
  return controller ? [controller.serviceAccount] : [];
}

/** Later made; of the same second, the later name: an order that doesn't depend on who came first. */
function isNewer(a: PodRecord, b: PodRecord): boolean {
  const at = (pod: PodRecord): number => pod.createdAt ?? 0;
  return at(a) === at(b) ? a.name > b.name : at(a) > at(b);
}

function oldest(objects: readonly Pick<PodRecord, "createdAt">[]): UnixSeconds | null {
  let first: UnixSeconds | null = null;
  for (const { createdAt } of objects)
    if (createdAt !== null && (first === null || createdAt < first)) first = createdAt;
  return first;
}

function goesFirst(a: string, b: string): boolean {
  return rank(a) === rank(b) ? a < b : rank(a) < rank(b);
}

function rank(kind: string): number {
  const at = PRECEDENCE.indexOf(kind);
  // Controllers of other makers stand between the built-in ones and what they are made of.
  return at === -1 ? PRECEDENCE.indexOf("CronJob") - 0.5 : at;
}

const byName = (a: PodRecord, b: PodRecord): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
