import { istio } from "../manifests.ts";
import { BANK, bank, trial } from "./trial.ts";

/** A fault for a third of the calls to accounts: some answered by the client's proxy, some held back, as somebody tries it out. */
export const injectedFault = trial("injected-fault", {
  manifests: bank(),
  change: [
    istio("networking", "VirtualService", BANK, "accounts", {
      hosts: ["accounts"],
      http: [
        {
          fault: {
            abort: { percentage: { value: 20 }, httpStatus: 503 },
            delay: { percentage: { value: 10 }, fixedDelay: "0.4s" },
          },
          route: [{ destination: { host: "accounts" } }],
        },
      ],
    }),
  ],
});
