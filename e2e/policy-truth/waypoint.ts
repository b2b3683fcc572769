/** A waypoint in the real cluster: what istiod knows it by, and what it pushes to it. */
import type { Pushed } from "#lab/real/pushed.ts";
import { type Cluster, deploy } from "./cluster.ts";

const GATEWAY_API = "gateway.networking.k8s.io/v1";
/** The name of each. */
export const WAYPOINT = "waypoint";
export const WAYPOINT_CLASS = "istio-waypoint";
/** Of its pod and Service. */
export const WAYPOINT_LABELS = { "gateway.networking.k8s.io/gateway-name": WAYPOINT };

/** Once a cluster: istiod creates none here. */
export async function createWaypointClass(cluster: Cluster): Promise<void> {
  await cluster.create("gatewayclasses", {
    ...{ apiVersion: GATEWAY_API, kind: "GatewayClass", metadata: { name: WAYPOINT_CLASS } },
    spec: { controllerName: "istio.io/mesh-controller" },
  });
}

interface Place {
  /** Is there. */
  readonly namespace: string;
  /** Of its pod. */
  readonly ip: string;
}

export async function deployWaypoint(cluster: Cluster, { namespace, ip }: Place): Promise<void> {
  await deploy(cluster, { namespace, pod: WAYPOINT, ip, labels: WAYPOINT_LABELS, namespaced: true });
  await cluster.create("services", {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: WAYPOINT, namespace, labels: WAYPOINT_LABELS } },
    spec: { selector: WAYPOINT_LABELS, ports: [{ name: "mesh", port: 15008, appProtocol: "hbone" }] },
  });
  const gateway = await cluster.create("gateways", {
    ...{ apiVersion: GATEWAY_API, kind: "Gateway", metadata: { name: WAYPOINT, namespace } },
    spec: {
      gatewayClassName: WAYPOINT_CLASS,
      // Services of other namespaces may choose it.
      listeners: [{ name: "mesh", port: 15008, protocol: "HBONE", allowedRoutes: { namespaces: { from: "All" } } }],
    },
  });
  // istiod finds what a waypoint is for by its address.
  const value = `${WAYPOINT}.${namespace}.svc.cluster.local`;
  await cluster.setStatus("gateways", gateway, { addresses: [{ type: "Hostname", value }] });
}

export const pushedToWaypoint = (cluster: Cluster, place: Place): Promise<Pushed> =>
  cluster.pushedTo({ ...place, pod: WAYPOINT, labels: WAYPOINT_LABELS, type: "waypoint" });

/** Of a Service whose waypoint is there. */
export const ofWaypoint = (namespace: string) => ({
  "istio.io/use-waypoint": WAYPOINT,
  "istio.io/use-waypoint-namespace": namespace,
});

/** `inbound-vip|80|http/v1|reviews…` of a Service that the waypoint is for, `outbound|80|v1|ratings…` of others. */
export const plain = (cluster: string): string =>
  cluster.replace(/^inbound-vip\|(\d+)\|(?:http|tcp)\/?([^|]*)\|/, "$1|$2|").replace(/^outbound\|/, "");
