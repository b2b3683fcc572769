/** The checks of the meshes this console knows. Apart from policies.ts, for the browser needs none of them. */
import type { Checker } from "#lib/policy/finding.ts";
import { ChecksEngine } from "./istio/policy/checks/engine.ts";

export { isOutdated } from "./istio/policy/checks/installation.ts";

/** One a cluster: it keeps what it found. */
export function createChecker(): Checker {
  return new ChecksEngine();
}
