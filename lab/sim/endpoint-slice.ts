/** EndpointSlices as the control plane keeps them: one a service, of the pods its selector takes. */
import type { Kube } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import { RESOURCES } from "../kube/object.ts";
import { labelsAt, listAt, numberAt, objectAt, selects, stringsAt, textAt } from "../kube/read.ts";
import { controllerOf } from "./owner.ts";
import { suffix } from "./pod-template.ts";

export const sliceName = (serviceKey: string): string => `${serviceKey.split("/")[1] ?? ""}-${suffix(serviceKey, 5)}`;

/** Brings a service's slice in line with its pods; answers the slice as it is afterwards, if there is one. */
export async function reconcileSlice(
  kube: Kube,
  key: string,
  state: {
    readonly service: KubeObject | undefined;
    readonly slice: KubeObject | undefined;
    /** Of the service's namespace. */
    readonly pods: Iterable<KubeObject>;
  },
): Promise<KubeObject | undefined> {
  const [namespace = "default"] = key.split("/");
  const name = sliceName(key);
  const { service, slice } = state;
  if (service === undefined) {
    if (slice !== undefined) await kube.remove(RESOURCES.EndpointSlice, namespace, name);
    return undefined;
  }
  const selector = labelsAt(service.spec, "selector");
  if (Object.keys(selector).length === 0) return slice;
  const endpoints = endpointsOf(namespace, selector, state.pods);
  if (slice !== undefined) {
    if (addresses(listAt(slice, "endpoints")) === addresses(endpoints)) return slice;
    return kube.patch(RESOURCES.EndpointSlice, namespace, name, { endpoints });
  }
  const [port] = listAt(service.spec, "ports");
  return kube.create(RESOURCES.EndpointSlice, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name,
      namespace,
      labels: { "kubernetes.io/service-name": service.metadata.name },
      ownerReferences: [controllerOf(service, "Service")],
    },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: textAt(port, "name") ?? "http", port: numberAt(port, "targetPort") ?? 8080, protocol: "TCP" }],
  });
}

interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean };
  readonly nodeName: string;
  readonly targetRef: { readonly kind: "Pod"; readonly name: string; readonly namespace: string };
}

function endpointsOf(
  namespace: string,
  selector: Readonly<Record<string, string>>,
  pods: Iterable<KubeObject>,
): readonly Endpoint[] {
  const out: Endpoint[] = [];
  for (const pod of pods) {
    const ip = textAt(objectAt(pod, "status"), "podIP");
    if (ip === undefined || !selects(selector, pod.metadata.labels ?? {})) continue;
    out.push({
      addresses: [ip],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: textAt(pod.spec, "nodeName") ?? "",
      targetRef: { kind: "Pod", name: pod.metadata.name, namespace },
    });
  }
  return out.sort((a, b) => (a.targetRef.name < b.targetRef.name ? -1 : 1));
}

const addresses = (endpoints: readonly unknown[]): string =>
  endpoints.map((e) => stringsAt(e, "addresses").join()).join();
