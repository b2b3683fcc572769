/** What flows into and out of a node: sums over its edges, in which no data stays no data. */
import { type GraphEdge, OUTCOMES, type Outcome, type Protocol } from "../model.ts";
import { countsAt } from "../operation-nodes.ts";

/** Requests of several edges. null until there is an edge that says; a sum with an unknown part is unknown. */
export class Requests {
  rate: number | null = null;
  requests: number | null = null;
  errorRate: number | null = null;
  readonly outcomes: Record<Outcome, number | null> = {
    ok: null,
    client: null,
    policy: null,
    neverArrived: null,
    server: null,
    injected: null,
    cancelled: null,
  };
  #classless = false;

  add({ rate, requests, errorRate, outcomes }: GraphEdge): void {
    if (rate === null) return;
    const first = this.rate === null;
    this.rate = (this.rate ?? 0) + rate;
    this.requests = first ? requests : plus(this.requests, requests);
    // What carried nothing says nothing of failures, and hides none either.
    if (rate <= 0 && errorRate === null) return;
    this.errorRate = this.#classless || errorRate === null ? null : (this.errorRate ?? 0) + errorRate;
    for (const outcome of OUTCOMES) {
      const own = outcomes?.[outcome] ?? null;
      this.outcomes[outcome] = this.#classless || own === null ? null : (this.outcomes[outcome] ?? 0) + own;
    }
    if (errorRate === null) this.#classless = true;
  }
}

const plus = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);

export class Flow {
  readonly requests = new Requests();
  /** Requests per second of http and grpc, bytes per second of tcp; absent where no edge of that protocol says. */
  readonly byProtocol: Partial<Record<Protocol, number>> = {};
  /** Operations that anything was asked for, where requests are classified; null where none of the edges says. */
  operations: Set<string> | null = null;
  edges = 0;

  add(edge: GraphEdge): void {
    this.edges += 1;
    for (const [name, rate] of Object.entries(edge.operations ?? {})) {
      this.operations ??= new Set();
      if (rate > 0) this.operations.add(name);
    }
    this.requests.add(edge);
    const own = edge.protocol === "tcp" ? bytesOf(edge) : edge.rate;
    if (own !== null) this.byProtocol[edge.protocol] = (this.byProtocol[edge.protocol] ?? 0) + own;
  }
}

export interface NodeTraffic {
  readonly inbound: Flow;
  readonly outbound: Flow;
}

/** Both directions of an edge's bytes; null where nothing counted them. */
export function bytesOf({ bytesPerSecond }: Pick<GraphEdge, "bytesPerSecond">): number | null {
  return bytesPerSecond === undefined ? null : bytesPerSecond.sent + bytesPerSecond.received;
}

/** Of each node, by its index. `ends`: the indexes of each edge's nodes. O(nodes + edges). */
export function trafficOf(
  nodes: number,
  edges: readonly GraphEdge[],
  ends: { readonly source: Int32Array; readonly target: Int32Array },
): readonly NodeTraffic[] {
  const traffic = Array.from({ length: nodes }, () => ({ inbound: new Flow(), outbound: new Flow() }));
  edges.forEach((edge, at) => {
    if (countsAt(edge, "source")) traffic[ends.source[at] ?? -1]?.outbound.add(edge);
    if (countsAt(edge, "target")) traffic[ends.target[at] ?? -1]?.inbound.add(edge);
  });
  return traffic;
}
