/**
 * What a Prometheus in the cluster would discover: pods that ask to be scraped, with the labels that Istio's sample
 * configuration relabels from the pod's own (https://github.com/istio/istio/blob/master/samples/addons/prometheus.yaml,
 * job kubernetes-pods). Served as HTTP service discovery.
 */
import type { SimPod } from "../sim/pod.ts";

export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Path of a pod's metrics on the lab's HTTP server. */
export const metricsPath = (pod: {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}): string => `/pods/${pod.cluster}/${pod.namespace}/${pod.name}/metrics`;

/** One group a pod; `address` is where the lab listens, `instance` what the pod's own address would be. */
export function targetGroups(pods: Iterable<SimPod>, address: string): readonly TargetGroup[] {
  const out: TargetGroup[] = [];
  for (const pod of pods) {
    if (!pod.scraped) continue;
    const mapped: Record<string, string> = {};
    for (const [name, value] of Object.entries(pod.labels)) mapped[name.replace(/[^a-zA-Z0-9_]/g, "_")] = value;
    out.push({
      targets: [address],
      labels: {
        ...mapped,
        cluster: pod.cluster,
        namespace: pod.namespace,
        pod: pod.name,
        node: pod.node,
        instance: `${pod.ip}:15020`,
        __metrics_path__: metricsPath(pod),
      },
    });
  }
  return out;
}
