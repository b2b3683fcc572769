/** The texts that an operand takes in a graph. */
import type { GraphIndex } from "./graph-index.ts";
import type { Operand } from "./operand.ts";

/** So many are offered, and so many different ones looked at: a completion answers while somebody types. */
const OFFERED = 30;
const LOOKED_AT = 20_000;

/** Values that hold what is typed, those that begin with it first, each part in alphabetical order. */
export function graphValues(
  { type, node, edge }: Operand,
  key: string | null,
  index: GraphIndex,
  typed: string,
): readonly string[] {
  if (type !== "text") return [];
  const wanted = typed.toLowerCase();
  const begins = new Set<string>();
  const holds = new Set<string>();
  const take = (read: unknown) => {
    for (const value of (read as readonly string[] | null) ?? []) {
      const at = value.toLowerCase().indexOf(wanted);
      if (at >= 0) (at === 0 ? begins : holds).add(value);
    }
  };
  const { nodes, edges } = index.graph;
  if (node !== undefined) nodes.slice(0, LOOKED_AT).forEach((one, at) => take(node(one, index, at, key)));
  if (edge !== undefined) edges.slice(0, LOOKED_AT).forEach((one, at) => take(edge(one, index, at)));
  return [...[...begins].sort(), ...[...holds].sort()].slice(0, OFFERED);
}
