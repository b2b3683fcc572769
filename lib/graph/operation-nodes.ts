/**
 * Operations as nodes between who asks and who answers. Of an operation only the rate is known: telemetry classifies requests,
 * not what became of them. So each call stays whole, with all its numbers, and its operations stand beside it: two edges
 * `half: "operation"` through a node of their own, which sums of real nodes leave out. Pure.
 */
import { perSecond } from "#lib/units.ts";
import { compareIds, edgeId, nodeId, parseNodeId } from "./id.ts";
import type { GraphEdge, GraphNode } from "./model.ts";

type Elements = { readonly nodes: GraphNode[]; readonly edges: GraphEdge[] };

/** More marks than that nobody reads; the busiest are drawn. */
const MOST_OPERATIONS = 200;
/** Of what is too many for an edge to name. */
const UNNAMED = "(other)";
/** Whose operations are told apart. */
const ANSWERING: ReadonlySet<GraphNode["kind"]> = new Set(["workload", "app", "service"]);

/** Whether an edge's numbers are those of this end: an operation's are its own, and no caller's or server's. */
export function countsAt(
  { half, ...edge }: Pick<GraphEdge, "half" | "source" | "target">,
  end: "source" | "target",
): boolean {
  return half !== "operation" || parseNodeId(edge[end])?.kind === "operation";
}

/** Requests/s of the calls of a graph, and of those of which the operation is known; null where no call has requests. */
export function classifiedShare(edges: readonly GraphEdge[]): { readonly known: number; readonly all: number } | null {
  let [known, all] = [0, 0];
  for (const { half, rate, operations = {} } of edges) {
    if (half !== undefined || rate === null) continue;
    all += rate;
    known += Math.min(
      rate,
      Object.values(operations).reduce((sum, each) => sum + each, 0),
    );
  }
  return all > 0 ? { known, all } : null;
}

interface Part {
  readonly call: GraphEdge;
  readonly rate: number;
}

interface Operation {
  readonly node: GraphNode;
  readonly target: string;
  readonly parts: Part[];
}

function operationOf(call: GraphEdge, target: GraphNode, name: string): GraphNode {
  const key = parseNodeId(call.target);
  const whose = [key?.name, key?.version].filter((part) => part !== undefined).join(" ");
  const { cluster, namespace } = target;
  return {
    id: nodeId({ kind: "operation", cluster, namespace, name, version: whose }),
    ...{ kind: "operation", cluster, namespace, mesh: call.mesh, dataplane: null, health: "unknown" },
    badges: target.badges.includes("outside") ? ["outside"] : [],
  };
}

/** An edge that knows nothing but its rate. */
function partOf(call: GraphEdge, source: string, target: string, rate: number): GraphEdge {
  const { protocol, mesh, layer, observer, requests } = call;
  return {
    ...{ id: edgeId(source, target, protocol), source, target, protocol, mesh, layer, observer, observers: {} },
    rate: perSecond(rate),
    requests: requests === null || call.rate === null || call.rate <= 0 ? null : (requests * rate) / call.rate,
    ...{ errorRate: null, outcomes: null, codes: {}, flags: {}, hosts: {}, latency: null, latencyMissing: "operation" },
    ...{ mtls: null, mtlsBasis: "unknown", health: "unknown", half: "operation" },
  };
}

/** Edges to an operation, one a caller and protocol; and one a protocol from it to who answers, with the sum. */
function edgesOf({ node, target, parts }: Operation): GraphEdge[] {
  const onward = Map.groupBy(parts, ({ call }) => call.protocol);
  return [
    ...parts.map(({ call, rate }) => partOf(call, call.source, node.id, rate)),
    ...[...onward.values()].flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const sum = (read: (part: Part) => number) => same.reduce((total, part) => total + read(part), 0);
      const all = {
        ...first.call,
        rate: perSecond(sum(({ call }) => call.rate ?? 0)),
        requests: sum(({ call }) => call.requests ?? 0),
      };
      return partOf(
        all,
        node.id,
        target,
        sum(({ rate }) => rate),
      );
    }),
  ];
}

/** The same graph with the busiest operations as nodes. Linear, but for the sort of the results. */
export function withOperations({ nodes, edges }: Elements): Elements {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Map<string, Operation>();
  for (const call of edges) {
    const target = byId.get(call.target);
    if (target === undefined || call.half !== undefined || call.operations === undefined || !ANSWERING.has(target.kind))
      continue;
    for (const [name, rate] of Object.entries(call.operations)) {
      if (rate <= 0 || name === UNNAMED) continue;
      const node = operationOf(call, target, name);
      const operation = found.get(node.id) ?? { node, target: call.target, parts: [] };
      operation.parts.push({ call, rate });
      found.set(node.id, operation);
    }
  }
  if (found.size === 0) return { nodes, edges };
  const rate = ({ parts }: Operation) => parts.reduce((sum, part) => sum + part.rate, 0);
  const busiest = [...found.values()]
    .sort((a, b) => rate(b) - rate(a) || compareIds(a.node.id, b.node.id))
    .slice(0, MOST_OPERATIONS);
  const byIds = (a: { readonly id: string }, b: { readonly id: string }) => compareIds(a.id, b.id);
  return {
    nodes: [...nodes, ...busiest.map(({ node }) => node)].sort(byIds),
    edges: [...edges, ...busiest.flatMap(edgesOf)].sort(byIds),
  };
}
