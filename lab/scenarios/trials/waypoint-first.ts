import type { KubeObject } from "../../kube/object.ts";
import { deployment, SCRAPED, service, serviceAccount } from "../manifests.ts";
import { VAULT, vault } from "./ambient.ts";
import { bank, guarding, trial } from "./trial.ts";

const NAME = "waypoint";

/** A waypoint of the vault, which nothing uses. */
export const waypoint = (): KubeObject[] => [
  serviceAccount(VAULT, NAME),
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: NAME, namespace: VAULT, labels: { "istio.io/waypoint-for": "service" } },
    spec: { gatewayClassName: "istio-waypoint", listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }] },
  },
  deployment({
    ...{ namespace: VAULT, name: NAME, annotations: SCRAPED, container: "istio-proxy" },
    labels: {
      "gateway.networking.k8s.io/gateway-name": NAME,
      "gateway.istio.io/managed": "istio.io-mesh-controller",
    },
  }),
];

/** The keys' Service behind it. */
export const behindWaypoint = (): KubeObject => service(VAULT, "keys", { labels: { "istio.io/use-waypoint": NAME } });

/** The policy that lets `reader` in by its identity has worked so far; behind a waypoint, ztunnel sees that one's. */
export const waypointFirst = trial("waypoint-first", {
  manifests: [
    ...bank(),
    ...vault(),
    ...waypoint(),
    guarding(VAULT, "keys", [{ from: [{ source: { principals: [`cluster.local/ns/${VAULT}/sa/reader`] } }] }]),
  ],
  change: [behindWaypoint()],
});
