/** What trials with ztunnels share. */
import type { KubeObject } from "../../kube/object.ts";
import { AMBIENT, deployment, namespace, SCRAPED, service, serviceAccount, workload } from "../manifests.ts";

export const VAULT = "vault";

/** ztunnels, and an ambient namespace whose `reader` asks for keys five times a second. */
export function vault(): KubeObject[] {
  return [
    serviceAccount("istio-system", "ztunnel"),
    workload("DaemonSet", {
      ...{ namespace: "istio-system", name: "ztunnel", annotations: SCRAPED, container: "istio-proxy" },
    }),
    namespace(VAULT, AMBIENT),
    ...["reader", "keys"].map((each) => serviceAccount(VAULT, each)),
    service(VAULT, "keys"),
    deployment({ namespace: VAULT, name: "keys", version: "v1" }),
    deployment({
      ...{ namespace: VAULT, name: "reader", version: "v1" },
      behaviour: { flows: [{ host: "keys", protocol: "http", path: "/keys", rate: 5 }] },
    }),
  ];
}
