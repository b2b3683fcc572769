/**
 * How a pod takes part in Istio, by what is in it and what is written on it.
 * https://istio.io/latest/docs/reference/config/labels/ and …/annotations/
 */
import type { Dataplane, MeshName } from "#lib/graph/model.ts";
import type { NamespaceRecord, PodRecord, StringMap } from "./records.ts";

export interface Membership {
  readonly mesh: MeshName | null;
  readonly dataplane: Dataplane;
  /** Carries a proxy of its own, which should be scraped. */
  readonly reports: boolean;
}

const PROXY = "istio-proxy";
const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
const GATEWAY_CLASS = "gateway.networking.k8s.io/gateway-class-name";

/** What a namespace's labels say about the pods in it. */
export function namespaceMembership(labels: StringMap): "sidecar" | "ambient" | "none" {
  const injected = labels["istio-injection"];
  if (injected === "enabled") return "sidecar";
  // An explicit "disabled" beats a revision; injection beats ambient, since ztunnel leaves injected pods alone.
  if (injected !== "disabled" && labels["istio.io/rev"]) return "sidecar";
  return labels["istio.io/dataplane-mode"] === "ambient" ? "ambient" : "none";
}

/**
 * A pod's membership. The mesh's own parts, istiod and ztunnel, belong to the mesh (`mesh` is set) without a data plane
 * of their own: they aren't workloads that somebody forgot to enrol.
 */
export function membershipOf(
  pod: PodRecord,
  namespace: NamespaceRecord | undefined,
  rootNamespace: string,
): Membership {
  const { labels } = pod;
  if (isMeshItself(pod, rootNamespace)) return { mesh: "istio", dataplane: "none", reports: labels.app === "ztunnel" };
  if (isWaypoint(labels)) return { mesh: "istio", dataplane: "waypoint", reports: true };
  if (pod.containers.includes(PROXY)) {
    return { mesh: "istio", dataplane: isGateway(pod) ? "gateway" : "sidecar", reports: true };
  }
  if (isAmbient(pod, namespace)) return { mesh: "istio", dataplane: "ambient", reports: false };
  return { mesh: null, dataplane: "none", reports: false };
}

/** What pods of a template would be, for a controller that has none. */
export function expectedMembership(
  template: { readonly labels: StringMap; readonly annotations: StringMap },
  namespace: NamespaceRecord | undefined,
): Membership {
  const wish = template.labels["sidecar.istio.io/inject"] ?? template.annotations["sidecar.istio.io/inject"];
  const around = namespaceMembership(namespace?.labels ?? {});
  if (isWaypoint(template.labels)) return { mesh: "istio", dataplane: "waypoint", reports: true };
  if (GATEWAY_NAME in template.labels) return { mesh: "istio", dataplane: "gateway", reports: true };
  if (wish === "true" || (around === "sidecar" && wish !== "false")) {
    const dataplane = isIngressLabel(template.labels) ? "gateway" : "sidecar";
    return { mesh: "istio", dataplane, reports: true };
  }
  const mode = template.labels["istio.io/dataplane-mode"];
  const ambient = mode === "ambient" || (around === "ambient" && mode !== "none");
  return ambient
    ? { mesh: "istio", dataplane: "ambient", reports: false }
    : { mesh: null, dataplane: "none", reports: false };
}

function isMeshItself({ labels, namespace, containers }: PodRecord, rootNamespace: string): boolean {
  if (labels.app === "ztunnel") return containers.includes(PROXY) || containers.includes("ztunnel");
  if (labels["k8s-app"] === "istio-cni-node") return true;
  return labels.app === "istiod" && namespace === rootNamespace;
}

function isWaypoint(labels: StringMap): boolean {
  return (
    labels["gateway.istio.io/managed"] === "istio.io-mesh-controller" ||
    (labels[GATEWAY_CLASS] ?? "").endsWith("waypoint")
  );
}

/** Managed by the Gateway API, named as Istio's charts name them, or a proxy with nothing beside it to be a sidecar of. */
function isGateway({ labels, containers }: PodRecord): boolean {
  return GATEWAY_NAME in labels || isIngressLabel(labels) || containers.every((name) => name === PROXY);
}

function isIngressLabel(labels: StringMap): boolean {
  return /gateway/.test(labels.istio ?? "");
}

/** The CNI agent's own word first; without it, what the labels ask for. Pods in the node's network aren't captured. */
function isAmbient({ labels, annotations, hostNetwork }: PodRecord, namespace: NamespaceRecord | undefined): boolean {
  if (hostNetwork) return false;
  if (annotations["ambient.istio.io/redirection"] === "enabled") return true;
  const mode = labels["istio.io/dataplane-mode"];
  if (mode === "none") return false;
  return mode === "ambient" || namespace?.labels["istio.io/dataplane-mode"] === "ambient";
}
