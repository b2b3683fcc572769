import { istio } from "../manifests.ts";
import { BANK, bank, clerk, trial } from "./trial.ts";

const ACCOUNTS = { selector: { matchLabels: { app: "accounts" } } };

/** A rule about methods, where the servers' proxies count the method of each call: clerk's admin pages alone are DELETE. */
export const toldMethod = trial("told-method", {
  manifests: [
    ...bank(),
    ...clerk(),
    istio("telemetry", "Telemetry", BANK, "accounts-methods", {
      ...ACCOUNTS,
      metrics: [
        {
          providers: [{ name: "prometheus" }],
          overrides: [
            {
              match: { metric: "REQUEST_COUNT", mode: "SERVER" },
              tagOverrides: { request_method: { value: "request.method" } },
            },
          ],
        },
      ],
    }),
  ],
  change: [
    istio("security", "AuthorizationPolicy", BANK, "no-deleting", {
      ...ACCOUNTS,
      action: "DENY",
      rules: [{ to: [{ operation: { methods: ["DELETE"] } }] }],
    }),
  ],
});
