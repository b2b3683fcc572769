/** What is looked for, and where a trace went, as bits of the scene. */
import type { Matches } from "#lib/graph/find/evaluate.ts";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";

interface Ends {
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

/** The bit that says why something stands out. */
type Why = "found" | "traced";

/**
 * Bits of each node and edge. What is found is marked; the ends of what is found stay as they are, for an edge says nothing
 * without them; the rest steps back. Where nothing is found nothing does: a graph all faded would hide what is wrong.
 */
export function foundBits(
  found: Matches | null,
  nodes: readonly { readonly id: string }[],
  edges: readonly Ends[],
  why: Why = "found",
): { readonly nodes: Uint16Array<ArrayBuffer>; readonly edges: Uint8Array<ArrayBuffer> } {
  const bits = { nodes: new Uint16Array(nodes.length), edges: new Uint8Array(edges.length) };
  if (found === null || found.nodes.size + found.edges.size === 0) return bits;
  const near = new Set<string>();
  edges.forEach(({ id, source, target }, at) => {
    const match = found.edges.has(id);
    bits.edges[at] = match ? EDGE_BITS[why] : EDGE_BITS.dimmed;
    if (match) near.add(source).add(target);
  });
  nodes.forEach(({ id }, at) => {
    bits.nodes[at] = found.nodes.has(id) ? NODE_BITS[why] : near.has(id) ? 0 : NODE_BITS.dimmed;
  });
  return bits;
}
