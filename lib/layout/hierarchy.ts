/** The input put in order: boxes as a tree, members and connections by index. From here on, arrival order is forgotten. */
import { byText, type LayoutEdge, type LayoutInput, type LayoutNode } from "./model.ts";

export interface Box {
  readonly id: string;
  readonly parent: Box | null;
  /** 0 for outermost boxes, −1 for the root, which holds everything and isn't drawn. */
  readonly depth: number;
  readonly boxes: Box[];
  /** Indexes into `Hierarchy.nodes` of what lies directly inside. */
  readonly nodes: number[];
}

export interface Hierarchy {
  readonly root: Box;
  /** Outer boxes before inner ones, then by id; without the root. */
  readonly boxes: readonly Box[];
  /** By id. */
  readonly nodes: readonly LayoutNode[];
  /** The innermost box of each node. */
  readonly boxOf: readonly Box[];
  /** Distinct ordered pairs, by index, without loops; weights of parallel edges are summed. */
  readonly links: readonly { readonly source: number; readonly target: number; readonly weight: number }[];
}

const weightOf = ({ weight }: LayoutEdge) => (Number.isFinite(weight) && weight > 0 ? weight : 1);

/** O(n log n + e log e). Of two nodes with one id the one with the lesser box path counts. */
export function hierarchy(input: LayoutInput): Hierarchy {
  const path = (node: LayoutNode) => node.boxes.join("\u0000");
  const nodes = [...input.nodes]
    .sort((a, b) => byText(a.id, b.id) || byText(path(a), path(b)))
    .filter((node, at, all) => at === 0 || node.id !== all[at - 1]?.id);
  const root: Box = { id: "", parent: null, depth: -1, boxes: [], nodes: [] };
  const byId = new Map<string, Box>();
  const boxOf = nodes.map((node, index) => {
    let box = root;
    for (const id of node.boxes) {
      let inner = byId.get(id);
      if (inner === undefined) {
        inner = { id, parent: box, depth: box.depth + 1, boxes: [], nodes: [] };
        byId.set(id, inner);
        box.boxes.push(inner);
      }
      box = inner;
    }
    box.nodes.push(index);
    return box;
  });
  const boxes = [...byId.values()].sort((a, b) => a.depth - b.depth || byText(a.id, b.id));
  for (const box of [root, ...boxes]) box.boxes.sort((a, b) => byText(a.id, b.id));

  const indexOf = new Map(nodes.map((node, index) => [node.id, index]));
  const found: { source: number; target: number; weight: number }[] = [];
  for (const edge of input.edges) {
    const source = indexOf.get(edge.source);
    const target = indexOf.get(edge.target);
    if (source === undefined || target === undefined || source === target) continue;
    found.push({ source, target, weight: weightOf(edge) });
  }
  found.sort((a, b) => a.source - b.source || a.target - b.target || a.weight - b.weight);
  const links: { source: number; target: number; weight: number }[] = [];
  for (const link of found) {
    const last = links.at(-1);
    if (last !== undefined && last.source === link.source && last.target === link.target) last.weight += link.weight;
    else links.push({ ...link });
  }
  return { root, boxes, nodes, boxOf, links };
}

/** The boxes around a node from the root inwards. */
export function pathOf(box: Box): Box[] {
  const path: Box[] = [];
  for (let at: Box | null = box; at !== null; at = at.parent) path.push(at);
  return path.reverse();
}
