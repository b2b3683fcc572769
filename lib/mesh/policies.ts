/** The policies of the meshes this console knows: the one file of lib/mesh that the browser gets. */
import { kindKey, type PolicyKind } from "#lib/policy/kind.ts";
import { kinds } from "./istio/policy/kinds.ts";

/** Every kind that any mesh calls policy, once. */
export const policyKinds: readonly PolicyKind[] = kinds;

const byKey: ReadonlyMap<string, PolicyKind> = new Map(policyKinds.map((kind) => [kindKey(kind), kind]));

/** The kind of a key (`VirtualService`, `Gateway.networking.istio.io`); null where no mesh knows it. */
export function policyKind(key: string): PolicyKind | null {
  return byKey.get(key) ?? null;
}
