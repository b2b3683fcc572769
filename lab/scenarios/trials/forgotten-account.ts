import { deployment, serviceAccount } from "../manifests.ts";
import { BANK, bank, onlyWeb, trial } from "./trial.ts";

/** Who wrote the policy thought of `web`, and not of `batch`, which calls a tenth as often. */
export const forgottenAccount = trial("forgotten-account", {
  manifests: [
    ...bank(),
    serviceAccount(BANK, "batch"),
    deployment({
      ...{ namespace: BANK, name: "batch", version: "v1" },
      behaviour: { flows: [{ host: "accounts", protocol: "http", method: "POST", path: "/accounts/close", rate: 2 }] },
    }),
  ],
  change: [onlyWeb()],
});
