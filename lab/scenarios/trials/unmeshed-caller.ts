import { deployment, namespace, serviceAccount } from "../manifests.ts";
import { BANK, bank, strict, trial } from "./trial.ts";

const NS = "branch";

/** `till` has no proxy: until the change its calls are some of an unknown client, afterwards nothing tells of them. */
export const unmeshedCaller = trial("unmeshed-caller", {
  manifests: [
    ...bank(),
    namespace(NS),
    serviceAccount(NS, "till"),
    deployment({
      ...{ namespace: NS, name: "till" },
      behaviour: { flows: [{ host: `accounts.${BANK}`, protocol: "http", path: "/accounts", rate: 4 }] },
    }),
  ],
  change: [strict()],
});
