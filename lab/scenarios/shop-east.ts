/** The second cluster: the same mesh, other pods. Its service `ledger` exists in west-1, too, and is called from there. */
import type { KubeObject } from "../kube/object.ts";
import { deployment, INJECTED, istio, istiod, namespace, service, serviceAccount, workload } from "./manifests.ts";

export function east(): KubeObject[] {
  const ns = "payments";
  return [
    serviceAccount("istio-system", "istiod"),
    ...istiod(),
    namespace(ns, INJECTED),
    ...["ledger", "settlement", "archive"].map((a) => serviceAccount(ns, a)),
    service(ns, "ledger"),
    service(ns, "archive", { protocol: "tcp", port: 9042, target: 9042 }),
    deployment({
      namespace: ns,
      name: "ledger",
      version: "v1",
      replicas: 2,
      behaviour: {
        latency: { p50: 10, p99: 80 },
        flows: [
          {
            host: "archive",
            protocol: "tcp",
            port: 9042,
            rate: 0.5,
            connection: { seconds: 25, sent: 5000, received: 900 },
          },
        ],
      },
    }),
    deployment({
      namespace: ns,
      name: "settlement",
      version: "v1",
      behaviour: { flows: [{ host: "ledger", protocol: "http", path: "/balances", rate: 5 }] },
    }),
    workload("StatefulSet", { namespace: ns, name: "archive", version: "4" }),
    istio("security", "PeerAuthentication", ns, "default", { mtls: { mode: "STRICT" } }),
  ];
}
