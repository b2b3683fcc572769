import { istio } from "../manifests.ts";
import { BANK, bank, trial } from "./trial.ts";

/** A timeout that a part of the calls to accounts doesn't keep: one that lies within a bucket of the histograms. */
export const shortTimeout = trial("short-timeout", {
  manifests: bank(),
  change: [
    istio("networking", "VirtualService", BANK, "accounts", {
      hosts: ["accounts"],
      http: [{ timeout: "0.007s", route: [{ destination: { host: "accounts" } }] }],
    }),
  ],
});
