/**
 * Operands of nodes and edges alike. Of a node they speak of what comes in; where nobody calls it, of what goes out, as the
 * numbers drawn under it do.
 */
import { type GraphEdge, type GraphNode, OUTCOMES, type Outcome } from "../model.ts";
import type { GraphIndex } from "./graph-index.ts";
import { type Amount, amount, number, type Operand, text, word } from "./operand.ts";

function requestsOf(graph: GraphIndex, at: number) {
  const { inbound, outbound } = graph.traffic(at);
  return (inbound.requests.rate === null ? outbound : inbound).requests;
}

const part = (rate: number | null | undefined, of: number | null): Amount | null =>
  rate === null || rate === undefined ? null : { rate, of };

const OUTCOME_HELP: Readonly<Record<Outcome, string>> = {
  ok: "Requests that were answered",
  client: "Requests refused as the caller's fault (4xx)",
  policy: "Requests that a policy refused",
  neverArrived: "Requests that reached no server",
  server: "Requests that failed at the server",
  injected: "Requests that met an injected fault",
  cancelled: "Requests whose caller left",
};

function outcome(name: Outcome): Operand {
  return amount(`outcome.${name}`, OUTCOME_HELP[name], {
    edge: ({ outcomes, rate }) => part(outcomes?.[name], rate),
    node: (_, graph, at) => {
      const { outcomes, rate } = requestsOf(graph, at);
      return part(outcomes[name], rate);
    },
  });
}

const compared = ({ graph }: GraphIndex) =>
  graph.edges.some(({ change }) => change !== undefined) || graph.nodes.some(({ change }) => change !== undefined);

const changeOf = ({ change }: Pick<GraphEdge | GraphNode, "change">) => change ?? null;

export const SHARED_OPERANDS: readonly Operand[] = [
  word(
    ["healthy", "degraded", "failing", "idle", "unknown"],
    "health",
    "How it is; unknown where telemetry is missing",
    { node: ({ health }) => health, edge: ({ health }) => health },
  ),
  amount(
    "error",
    "Failed requests, as a share of all or per second",
    {
      node: (_, graph, at) => {
        const { errorRate, rate } = requestsOf(graph, at);
        return part(errorRate, rate);
      },
      edge: ({ errorRate, rate }) => part(errorRate, rate),
    },
    { aliases: ["errors", "errorrate"] },
  ),
  number(
    "rate",
    "rate",
    "Requests",
    { node: (_, graph, at) => requestsOf(graph, at).rate, edge: ({ rate }) => rate },
    { aliases: ["rps"] },
  ),
  number("count", "requests", "How many requests the numbers rest on", {
    node: (_, graph, at) => requestsOf(graph, at).requests,
    edge: ({ requests }) => requests,
  }),
  ...OUTCOMES.map(outcome),
  word(
    ["new", "gone", "same"],
    "change",
    "With a comparison: only in this window, only in the other, or in both",
    { node: changeOf, edge: changeOf },
    { needs: (graph) => (compared(graph) ? null : "Nothing is compared in this view, so nothing is new or gone.") },
  ),
  text(
    "operation",
    "An operation that was asked for, where requests are classified",
    {
      node: (_, graph, at) => {
        const { operations } = graph.traffic(at).inbound;
        return operations === null ? null : [...operations];
      },
      edge: ({ operations }) =>
        operations === undefined ? null : Object.keys(operations).filter((name) => (operations[name] ?? 0) > 0),
    },
    {
      aliases: ["op"],
      needs: ({ graph }) =>
        graph.edges.some(({ operations }) => operations !== undefined)
          ? null
          : "No request here is classified, so operations are unknown: they come from a label that Istio's request classification adds (operationLabel in the configuration).",
    },
  ),
  word(["istio", "linkerd", "cilium", "osm"], "mesh", "The mesh that reports it", {
    node: ({ mesh }) => mesh,
    edge: ({ mesh }) => mesh,
  }),
];
