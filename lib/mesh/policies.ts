/** The policies of the meshes this console knows: the one file of lib/mesh that the browser gets. */
import { kindKey, type PolicyKind } from "#lib/policy/kind.ts";
import type { PolicyPort } from "#lib/policy/port.ts";
import { readAccess } from "./istio/policy/changes/access-rule.ts";
import { readTarget } from "./istio/policy/changes/policy-target.ts";
import { istioPolicies } from "./istio/policy/index.ts";
import { actionOf, isDryRun } from "./istio/policy/meaning/authorization/action.ts";
import { orderSteps } from "./istio/policy/order.ts";
import { type Temporary, temporary, UNTIL, withoutFaults } from "./istio/policy/temporary.ts";

/** A further mesh is a folder beside istio/ and a line here. */
export const policyPorts: readonly PolicyPort[] = [istioPolicies];

const portByKey: ReadonlyMap<string, PolicyPort> = new Map(
  policyPorts.toReversed().flatMap((port) => port.kinds.map((kind) => [kindKey(kind), port] as const)),
);
const kindByKey: ReadonlyMap<string, PolicyKind> = new Map(
  policyPorts.toReversed().flatMap((port) => port.kinds.map((kind) => [kindKey(kind), kind] as const)),
);

/** Every kind that any mesh calls policy, once; of two meshes that share one, the first counts. */
export const policyKinds: readonly PolicyKind[] = [...kindByKey.values()];

/** The kind of a key (`VirtualService`, `Gateway.networking.istio.io`); null where no mesh knows it. */
export function policyKind(key: string): PolicyKind | null {
  return kindByKey.get(key) ?? null;
}

/** The mesh that a kind belongs to, by its key; null where none knows it. */
export function policyPort(key: string): PolicyPort | null {
  return portByKey.get(key) ?? null;
}

/** What forms show of security policies. */
/** The steps of a plan in a safe order, or why there is none: what they add and take away counts, not kinds alone. */
/** What of an object is meant to end, and the object without it. */
export { actionOf, isDryRun, orderSteps, readAccess, readTarget, type Temporary, temporary, UNTIL, withoutFaults };
