/** What an AuthorizationPolicy does with the calls that its rules take. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { textAt } from "../../routing/json.ts";

export type Action = "ALLOW" | "DENY" | "CUSTOM" | "AUDIT";

export function actionOf(policy: Manifest): Action {
  const action = textAt(policy.spec, "action");
  return action === "DENY" || action === "CUSTOM" || action === "AUDIT" ? action : "ALLOW";
}

/** Only counted, not enforced; of CUSTOM versions of istiod differ. https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/ */
export const isDryRun = ({ metadata }: Manifest): boolean =>
  ["1", "t", "T", "TRUE", "true", "True"].includes(metadata.annotations?.["istio.io/dry-run"] ?? "");
