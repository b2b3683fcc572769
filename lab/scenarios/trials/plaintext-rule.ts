import { deployment, INJECTED, istio, namespace, serviceAccount } from "../manifests.ts";
import { BANK, bank, strict, trial } from "./trial.ts";

const NS = "legacy";

/** `report` has a sidecar, and a DestinationRule of its namespace that keeps it from using mutual TLS. */
export const plaintextRule = trial("plaintext-rule", {
  manifests: [
    ...bank(),
    namespace(NS, INJECTED),
    serviceAccount(NS, "report"),
    deployment({
      ...{ namespace: NS, name: "report", version: "v1" },
      behaviour: { flows: [{ host: `accounts.${BANK}`, protocol: "http", path: "/accounts", rate: 3 }] },
    }),
    istio("networking", "DestinationRule", NS, "accounts", {
      host: `accounts.${BANK}.svc.cluster.local`,
      trafficPolicy: { tls: { mode: "DISABLE" } },
    }),
  ],
  change: [strict()],
});
