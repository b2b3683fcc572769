import { deployment, istio, serviceAccount } from "../manifests.ts";
import { BANK, bank, trial } from "./trial.ts";

/** No caller's admin pages, whoever it is. */
const noAdmin = istio("security", "AuthorizationPolicy", BANK, "no-admin", {
  ...{ selector: { matchLabels: { app: "accounts" } }, action: "DENY" },
  rules: [{ to: [{ operation: { paths: ["/admin*"] } }] }],
});

/**
 * A rule about paths, which no metric tells, where proxies write every call down: clerk asks for an admin page now and then, web
 * never does.
 */
export const loggedPath = trial("logged-path", {
  manifests: [
    ...bank(),
    serviceAccount(BANK, "clerk"),
    istio("telemetry", "Telemetry", BANK, "accounts-logs", {
      selector: { matchLabels: { app: "accounts" } },
      accessLogging: [{ providers: [{ name: "envoy" }] }],
    }),
    deployment({
      ...{ namespace: BANK, name: "clerk", version: "v1" },
      behaviour: {
        flows: [
          { host: "accounts", protocol: "http", path: "/accounts", rate: 8 },
          { host: "accounts", protocol: "http", method: "DELETE", path: "/admin/accounts?all", rate: 2 },
        ],
      },
    }),
  ],
  change: [noAdmin],
});
