import { formatPlural, formatRate } from "#lib/format.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { record } from "#lib/graph/record.ts";
import { summarise } from "#lib/graph/summary.ts";
import { mtlsCounts, trafficRows } from "#lib/live/scope.ts";
import { type PerSecond, perSecond } from "#lib/units.ts";
import { HostList } from "./host-list.tsx";
import { MtlsSection } from "./mtls-section.tsx";
import { CodesByDirection, Flags, TrafficTable } from "./traffic-table.tsx";
import { unseenSentence } from "./unseen.ts";

/** What flows through one node, by direction, protocol and code. */
export function NodeTraffic({
  node,
  inbound,
  outbound,
}: {
  readonly node: GraphNode;
  readonly inbound: readonly GraphEdge[];
  readonly outbound: readonly GraphEdge[];
}) {
  // A call to itself is in both lists, and one edge.
  const edges = [...new Map([...inbound, ...outbound].map((edge) => [edge.id, edge])).values()];
  const traffic = trafficRows(summarise({ nodes: [node], edges }, new Set([node.id])));
  return (
    <>
      <TrafficTable traffic={traffic} />
      <CodesByDirection traffic={traffic} />
      <Flags traffic={traffic} />
      {node.kind !== "operation" && <MtlsSection counts={mtlsCounts(edges)} />}
    </>
  );
}

/** Failures that only callers saw: from here, all would look well. */
export function Unarrived({ inbound }: { readonly inbound: readonly GraphEdge[] }) {
  const lost = inbound.filter((edge) => unseenSentence(edge) !== null);
  const [only] = lost;
  if (only === undefined) return null;
  const rate = lost.reduce((sum, edge) => sum + (edge.outcomes?.neverArrived ?? 0), 0);
  const said =
    lost.length === 1
      ? unseenSentence(only)
      : `${formatRate(perSecond(rate))} of ${formatPlural(lost.length, "caller")} never arrived. What the server saw of them is on each edge.`;
  return <p className="mt-2 border-l-2 border-failing px-3 py-1">{said}</p>;
}

/** Names under which callers asked for it, of all callers together. */
export function NodeHosts({ inbound }: { readonly inbound: readonly GraphEdge[] }) {
  return <HostList title="Asked for as" rates={summed(inbound, ({ hosts }) => hosts)} unit="req/s" />;
}

/** What callers asked for, of all callers together, where the mesh classifies requests. */
export function NodeOperations({ inbound }: { readonly inbound: readonly GraphEdge[] }) {
  return <HostList title="Operations" rates={summed(inbound, ({ operations }) => operations ?? {})} unit="req/s" />;
}

/** A connection and a request are no sum: tcp is on its edges. */
function summed(edges: readonly GraphEdge[], read: (edge: GraphEdge) => Readonly<Record<string, PerSecond>>) {
  const sums = new Map<string, PerSecond>();
  for (const edge of edges.filter(({ protocol }) => protocol !== "tcp")) {
    for (const [name, rate] of Object.entries(read(edge))) sums.set(name, perSecond((sums.get(name) ?? 0) + rate));
  }
  return record(sums);
}
