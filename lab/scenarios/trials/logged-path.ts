import { istio } from "../manifests.ts";
import { BANK, bank, clerk, trial } from "./trial.ts";

/** No caller's admin pages, whoever it is. */
export const noAdmin = istio("security", "AuthorizationPolicy", BANK, "no-admin", {
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
    ...clerk(),
    istio("telemetry", "Telemetry", BANK, "accounts-logs", {
      selector: { matchLabels: { app: "accounts" } },
      accessLogging: [{ providers: [{ name: "envoy" }] }],
    }),
  ],
  change: [noAdmin],
});
