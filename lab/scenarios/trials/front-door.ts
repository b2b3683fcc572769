import type { KubeObject } from "../../kube/object.ts";
import { deployment, istio, namespace, SCRAPED, service, serviceAccount } from "../manifests.ts";
import { BANK, bank, trial } from "./trial.ts";

const NS = "doors";

const routes = (statements: object): KubeObject =>
  istio("networking", "VirtualService", BANK, "bank", {
    hosts: ["bank.example"],
    gateways: [`${NS}/doors`],
    http: [
      { match: [{ uri: { prefix: "/statements" } }], route: [{ destination: statements }] },
      { route: [{ destination: { host: "accounts" } }] },
    ],
  });

/** Users come in by a gateway, to accounts and to statements; then the rule for statements names a subset that isn't there. */
export const frontDoor = trial("front-door", {
  manifests: [
    ...bank(),
    serviceAccount(BANK, "statements"),
    service(BANK, "statements"),
    deployment({ namespace: BANK, name: "statements", version: "v1" }),
    namespace(NS),
    serviceAccount(NS, "front"),
    service(NS, "front", { selector: { istio: "front" } }),
    deployment({
      ...{ namespace: NS, name: "front", labels: { istio: "front" }, container: "istio-proxy" },
      annotations: { ...SCRAPED, "inject.istio.io/templates": "gateway" },
      behaviour: {
        flows: [
          { host: "bank.example", protocol: "http", path: "/accounts", rate: 6 },
          { host: "bank.example", protocol: "http", path: "/statements", rate: 4 },
        ],
      },
    }),
    istio("networking", "Gateway", NS, "doors", {
      selector: { istio: "front" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["bank.example"] }],
    }),
    routes({ host: "statements" }),
  ],
  change: [routes({ host: "statements", subset: "v2" })],
});

/** Whoever comes in by the gateway for statements is refused there. */
export const doorkeeper: KubeObject = istio("security", "AuthorizationPolicy", NS, "doorkeeper", {
  selector: { matchLabels: { istio: "front" } },
  action: "DENY",
  rules: [{ to: [{ operation: { paths: ["/statements"] } }] }],
});
