/** The door of the layout: cold, or from the layout before. Pure; docs/adr/0008-layout.md says why it is our own. */
import { coldLayout } from "./cold.ts";
import { hierarchy } from "./hierarchy.ts";
import type { Layout, LayoutInput, LayoutStyle } from "./model.ts";
import { plainLayout } from "./plain.ts";
import { warmLayout } from "./warm.ts";

export interface LayoutOptions {
  /** Decides between equally good starts; one seed gives one drawing. */
  readonly seed: number;
  /** The layout shown now: what is still there keeps its place. */
  readonly previous?: Layout;
  /** How a drawing begins that has no layout before; the others than `layered`, which is usual, know no boxes. */
  readonly style?: LayoutStyle;
}

/** Under this share of known nodes the layout before says nothing about this graph, and a fresh one reads better. */
const KNOWN_SHARE = 1 / 3;
/** A drawing made for fewer than this share of the connections was made before the mesh was known: its order means nothing. */
const LINKED_SHARE = 1 / 2;

/**
 * Places nodes and boxes, left to right along the edges. Cold, the same graph and seed give the same bytes in every engine
 * (only exactly specified arithmetic, ties by id) whatever the order of the input. With `previous`, nodes that stay keep
 * their place unless their box had to make room, and newcomers take a free place near their first neighbour.
 * About 0.1 s for 1,000 nodes and 3,000 edges; worst case O(n² + e log e) for a single box of n nodes. In steps of some
 * milliseconds: whoever runs it may turn to something else between two of them, or never come back.
 */
export function* layoutSteps(graph: LayoutInput, options: LayoutOptions): Generator<void, Layout> {
  const input = hierarchy(graph);
  const { previous } = options;
  if (previous !== undefined && previous.nodes.length > 0) {
    const known = new Set(previous.nodes.map((node) => node.id));
    const kept = input.nodes.reduce((count, node) => count + (known.has(node.id) ? 1 : 0), 0);
    const meant = previous.links >= input.links.length * LINKED_SHARE;
    if (meant && kept > 0 && kept >= input.nodes.length * KNOWN_SHARE) {
      return yield* warmLayout(input, previous, options.seed);
    }
  }
  const { style = "layered" } = options;
  return style === "layered" ? yield* coldLayout(input, options.seed) : plainLayout(input, style);
}

/** The same at once. */
export function layout(graph: LayoutInput, options: LayoutOptions): Layout {
  const steps = layoutSteps(graph, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
