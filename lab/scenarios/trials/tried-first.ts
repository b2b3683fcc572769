import type { KubeObject } from "../../kube/object.ts";
import { noAdmin } from "./logged-path.ts";
import { bank, clerk, trial } from "./trial.ts";

/** The same policy, beside what is enforced. https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/ */
const onTrial: KubeObject = {
  ...noAdmin,
  metadata: { ...noAdmin.metadata, annotations: { "istio.io/dry-run": "true" } },
};

/** A rule about paths that was tried first, so that proxies count what it would deny; then it comes into force. */
export const triedFirst = trial("tried-first", {
  manifests: [...bank(), ...clerk(), onTrial],
  change: [noAdmin],
});
