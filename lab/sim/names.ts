/** What things are called: services in a proxy's labels, edges' ends in the ledger. */
import type { ServiceLabels } from "../metrics/labels.ts";
import { id } from "../truth/ledger.ts";
import type { SimPod } from "./pod.ts";
import type { Service } from "./service.ts";
import type { World } from "./world.ts";

/** A call that reached a workload: the proxy's cluster metadata names the service in full. */
export const knownService = (service: Service): ServiceLabels => ({
  host: service.host,
  name: service.name,
  namespace: service.namespace,
});

/** Of a call that reached nobody the service's name is known, but the namespace label would be the peer's. */
export const unreachedService = (service: Service): ServiceLabels => ({
  host: service.host,
  name: service.name,
  namespace: null,
});

/** No cluster was chosen: all there is is the Host header as the client wrote it. */
export const rawHost = (host: string): ServiceLabels => ({ host, name: host, namespace: null });

/** Passthrough and BlackHole keep the Host header where there is one (HTTP), and nothing on TCP. */
export const catchAll = (host: string | null, name: "PassthroughCluster" | "BlackHoleCluster"): ServiceLabels => ({
  host,
  name,
  namespace: null,
});

export const workloadId = (pod: SimPod): string => pod.workloadId;

export const serviceId = (cluster: string, service: { readonly namespace: string; readonly name: string }): string =>
  id(cluster, service.namespace, "service", service.name);

export const externalId = (cluster: string, host: string): string => id(cluster, "unknown", "external", host);

export const unknownId = (cluster: string): string => id(cluster, "unknown", "unknown", "unknown");

/** Where a call with nothing but a Host header is drawn: at the service it means in the client's namespace, else outside. */
export function rawHostId(client: SimPod, host: string, world: World): string {
  const bare = host.toLowerCase().replace(/:\d+$/, "");
  const full = client.dataplane === "gateway" ? bare : world.dialled(host, client.namespace);
  const service = world.service(full);
  return service === null ? externalId(client.cluster, full) : serviceId(client.cluster, service);
}
