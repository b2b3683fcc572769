/** Which objects take effect on the workloads of one node of the graph, by what they select. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import type { ReadingPort } from "./deps.ts";

/** Does it? Of an app, on any of its workloads. What selects nothing by name counts for its namespace, or for the mesh. */
export function takes(port: ReadingPort, manifest: Manifest, world: PolicyWorld, node: NodeKey): boolean {
  const { workloads } = port.selection(manifest, world);
  if (workloads !== null) {
    const names = namesOf(node, world.inventory);
    return workloads.some(({ namespace, name }) => namespace === node.namespace && names.has(name));
  }
  const { namespace, name } = manifest.metadata;
  if (manifestKindKey(manifest) === "Namespace") return name === node.namespace;
  return namespace === node.namespace || namespace === world.rootNamespace;
}

function namesOf({ kind, namespace, name }: NodeKey, inventory: ClusterInventory | null): ReadonlySet<string> {
  if (kind === "workload") return new Set([name]);
  const own = [...(inventory?.workloads.values() ?? [])].filter(
    (each) => each.namespace === namespace && each.app === name,
  );
  return new Set(own.map((each) => each.name));
}
