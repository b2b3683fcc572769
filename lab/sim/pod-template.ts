/** Pods as controllers, injection and CNI make them from a template. Pure: names, addresses and clocks are arguments. */
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import { labelsAt, listAt, objectAt, textAt } from "../kube/read.ts";
import { hash } from "./random.ts";

export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  readonly owner: OwnerReference;
  /** The controller's spec.template. */
  readonly template: unknown;
  /** Labels that the controller adds (pod-template-hash, …). */
  readonly labels: Readonly<Record<string, string>>;
  readonly node: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
}

/** Does Istio's webhook inject a sidecar? https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/ */
export function injects(
  namespaceLabels: Readonly<Record<string, string>>,
  podLabels: Readonly<Record<string, string>>,
  podAnnotations: Readonly<Record<string, string>>,
): boolean {
  const choice = podLabels["sidecar.istio.io/inject"] ?? podAnnotations["sidecar.istio.io/inject"];
  if (choice !== undefined) return choice === "true";
  return namespaceLabels["istio-injection"] === "enabled" || namespaceLabels["istio.io/rev"] !== undefined;
}

/** Is the pod ambient's? https://istio.io/latest/docs/ambient/usage/add-workloads/ */
export const joinsAmbient = (
  namespaceLabels: Readonly<Record<string, string>>,
  podLabels: Readonly<Record<string, string>>,
): boolean => (podLabels["istio.io/dataplane-mode"] ?? namespaceLabels["istio.io/dataplane-mode"]) === "ambient";

export function podFrom(plan: PodPlan): KubeObject {
  const meta = objectAt(plan.template, "metadata");
  const spec = objectAt(plan.template, "spec");
  const labels: Record<string, string> = { ...labelsAt(meta, "labels"), ...plan.labels };
  const annotations: Record<string, string> = { ...labelsAt(meta, "annotations") };
  const containers = listAt(spec, "containers");
  const isProxy = containers.some((c) => textAt(c, "name") === "istio-proxy");
  const sidecar = !isProxy && injects(plan.namespaceLabels, labels, annotations);
  if (sidecar || isProxy) {
    labels["service.istio.io/canonical-name"] ??= labels["app"] ?? plan.owner.name;
    labels["service.istio.io/canonical-revision"] ??= labels["version"] ?? "latest";
  }
  if (sidecar) {
    labels["security.istio.io/tlsMode"] = "istio";
    annotations["sidecar.istio.io/status"] = '{"containers":["istio-proxy"],"revision":"default"}';
    annotations["prometheus.io/scrape"] ??= "true";
    annotations["prometheus.io/port"] ??= "15020";
    annotations["prometheus.io/path"] ??= "/stats/prometheus";
  } else if (isProxy) {
    // As the templates of gateways and waypoints write it.
    annotations["istio.io/rev"] ??= "default";
  } else if (joinsAmbient(plan.namespaceLabels, labels)) {
    annotations["ambient.istio.io/redirection"] = "enabled";
  }
  const proxy = {
    name: "istio-proxy",
    image: "registry.example/istio/proxyv2:1.30",
    ports: [{ containerPort: 15090 }],
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      labels,
      annotations,
      ownerReferences: [plan.owner],
    },
    spec: { ...spec, nodeName: plan.node, containers: sidecar ? [...containers, proxy] : containers },
  };
}

/** The status of a pod whose containers run and are ready, as its kubelet would report it. */
export function runningStatus(pod: KubeObject, ip: string, at: Date, restarts = 0): Record<string, unknown> {
  const time = at.toISOString().replace(/\.\d+Z$/, "Z");
  return {
    phase: "Running",
    podIP: ip,
    podIPs: [{ ip }],
    startTime: time,
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
      type,
      status: "True",
      lastTransitionTime: time,
    })),
    containerStatuses: listAt(pod.spec, "containers").map((c) => ({
      name: textAt(c, "name") ?? "app",
      image: textAt(c, "image") ?? "",
      imageID: "",
      ready: true,
      started: true,
      restartCount: restarts,
      state: { running: { startedAt: time } },
    })),
  };
}

const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** A name suffix in Kubernetes' safe alphabet, the same for the same text. */
export function suffix(text: string, length: number): string {
  let out = "";
  for (let i = 0; i < length; i += 1) out += ALPHABET[hash(text, i) % ALPHABET.length] ?? "b";
  return out;
}
