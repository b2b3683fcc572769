import { deployment, service, serviceAccount, workload } from "../manifests.ts";
import { VAULT, vault } from "./ambient.ts";
import { BANK, bank, guarding, trial } from "./trial.ts";

const reads = [{ to: [{ operation: { methods: ["GET"] } }] }];

/**
 * Rules about methods where nobody reads requests: a ztunnel without a waypoint, and a port of bytes. Nothing measured
 * there tells methods, and no proxy there can keep the rule: it lets nobody in.
 */
export const blindEdge = trial("blind-edge", {
  manifests: [
    ...vault(),
    ...bank(),
    ...["cache", "worker"].map((each) => serviceAccount(BANK, each)),
    service(BANK, "cache", { protocol: "tcp", port: 6379, target: 6379 }),
    workload("StatefulSet", { namespace: BANK, name: "cache", version: "7" }),
    deployment({
      ...{ namespace: BANK, name: "worker", version: "v1" },
      behaviour: {
        flows: [
          {
            ...{ host: "cache", protocol: "tcp", port: 6379, rate: 2 },
            connection: { seconds: 5, sent: 400, received: 900 },
          },
        ],
      },
    }),
  ],
  change: [guarding(VAULT, "keys", reads), guarding(BANK, "cache", reads)],
});
