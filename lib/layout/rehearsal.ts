import { layout } from "./layout.ts";
import type { Layout, LayoutInput } from "./model.ts";

const NODES = 12;

/** Two boxes that call each other in circles: what every part of a first layout has to do with. */
const MESH: LayoutInput = {
  nodes: Array.from({ length: NODES }, (_, at) => ({ id: String(at), boxes: [at % 2 === 0 ? "a" : "b"] })),
  edges: Array.from({ length: 2 * NODES }, (_, at) => ({
    source: String(at % NODES),
    target: String((at * 7 + (at < NODES ? 3 : 4)) % NODES),
    weight: 1,
  })),
};

/** Lays out a small mesh of no meaning while the graph is on its way: engines compile what runs often (docs/adr/0008-layout.md). */
export const rehearse = (): Layout => layout(MESH, { seed: 1 });
