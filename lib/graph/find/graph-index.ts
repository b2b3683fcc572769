/** A graph with what operands look up in it, each made when it is first asked for, once. */
import type { Graph } from "../model.ts";
import { rankNodes } from "../rank.ts";
import { Flow, type NodeTraffic, trafficOf } from "./node-traffic.ts";

const NOWHERE = -1;

export class GraphIndex {
  readonly graph: Graph;
  #places: ReadonlyMap<string, number> | null = null;
  #ends: { readonly source: Int32Array; readonly target: Int32Array } | null = null;
  #traffic: readonly NodeTraffic[] | null = null;
  #ranks: ReadonlyMap<string, number> | null = null;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /** Indexes of each edge's nodes, by the edge's own; below 0 where the graph lacks the node. */
  ends(): { readonly source: Int32Array; readonly target: Int32Array } {
    if (this.#ends !== null) return this.#ends;
    const { nodes, edges } = this.graph;
    this.#places ??= new Map(nodes.map(({ id }, at) => [id, at]));
    const places = this.#places;
    this.#ends = {
      source: Int32Array.from(edges, ({ source }) => places.get(source) ?? NOWHERE),
      target: Int32Array.from(edges, ({ target }) => places.get(target) ?? NOWHERE),
    };
    return this.#ends;
  }

  /** Of a node, by its index. */
  traffic(node: number): NodeTraffic {
    this.#traffic ??= trafficOf(this.graph.nodes.length, this.graph.edges, this.ends());
    return this.#traffic[node] ?? NO_TRAFFIC;
  }

  /** By how many others call the node with this id; null where nobody does. */
  rank(id: string): number | null {
    this.#ranks ??= rankNodes(this.graph, "in");
    return this.#ranks.get(id) ?? null;
  }
}

const NO_TRAFFIC: NodeTraffic = { inbound: new Flow(), outbound: new Flow() };
