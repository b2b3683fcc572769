/** A waypoint in the real cluster: what istiod knows it by, and what it pushes to it. */
import type { Pushed } from "#lab/real/pushed.ts";
import { type Cluster, deploy } from "./cluster.ts";

const GATEWAY_API = "gateway.networking.k8s.io/v1";
/** The name of each. */
export const WAYPOINT = "waypoint";
export const WAYPOINT_CLASS = "istio-waypoint";
const LABELS = { "gateway.networking.k8s.io/gateway-name": WAYPOINT };

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
  await deploy(cluster, { namespace, pod: WAYPOINT, ip, labels: LABELS, namespaced: true });
  await cluster.create("services", {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: WAYPOINT, namespace, labels: LABELS } },
    spec: { selector: LABELS, ports: [{ name: "mesh", port: 15008, appProtocol: "hbone" }] },
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
  cluster.pushedTo({ ...place, pod: WAYPOINT, labels: LABELS, type: "waypoint" });
