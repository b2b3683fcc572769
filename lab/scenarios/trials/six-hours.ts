import type { KubeObject } from "../../kube/object.ts";
import { BEHAVIOUR } from "../../sim/behaviour.ts";
import { serviceAccount } from "../manifests.ts";
import { BANK, bank, CLUSTER, onlyWeb, trial } from "./trial.ts";

const JOB_SECONDS = 60;

/** `closing`: its pod is there for a minute of every six hours, and its account always. */
export const closingJob: KubeObject = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "closing", namespace: BANK, labels: { app: "closing" } },
  spec: {
    template: {
      metadata: {
        labels: { app: "closing" },
        annotations: {
          [BEHAVIOUR]: JSON.stringify({
            flows: [{ host: "accounts", protocol: "http", method: "POST", path: "/accounts/close", rate: 10 }],
          }),
        },
      },
      spec: {
        serviceAccountName: "closing",
        restartPolicy: "Never",
        containers: [{ name: "closing", image: "registry.example/closing:1" }],
      },
    },
  },
};

/** An hour of traffic has never seen the caller whom the policy forgets. */
export const sixHours = trial("six-hours", {
  manifests: [...bank(), serviceAccount(BANK, "closing")],
  change: [onlyWeb()],
  events: [
    {
      ...{ offset: 45, every: 6 * 3600, cluster: CLUSTER, namespace: BANK },
      action: { kind: "job", job: closingJob, seconds: JOB_SECONDS },
    },
  ],
});
