import { formatPlural, formatRate } from "#lib/format.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { record } from "#lib/graph/record.ts";
import { summarise } from "#lib/graph/summary.ts";
import type { Behind } from "#lib/live/behind.ts";
import { callsAt, mtlsCounts, trafficRows } from "#lib/live/scope.ts";
import { type PerSecond, perSecond } from "#lib/units.ts";
import { idTitle } from "../names.ts";
import { SelectLink } from "../selection.tsx";
import { HostList } from "./host-list.tsx";
import { MtlsSection } from "./mtls-section.tsx";
import { CodesByDirection, Flags, TrafficTable } from "./traffic-table.tsx";
import { behindWords, unseenSentence } from "./unseen.ts";

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
  const edges = callsAt(inbound, outbound);
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

const SAID = "mt-2 border-l-2 border-failing px-3 py-1";

const lostRate = (edges: readonly GraphEdge[]) =>
  formatRate(perSecond(edges.reduce((sum, edge) => sum + (edge.outcomes?.neverArrived ?? 0), 0)));

/** Failures that only callers saw: from here, all would look well. */
export function Unarrived({
  inbound,
  behind = null,
}: {
  readonly inbound: readonly GraphEdge[];
  /** Of a service: who is behind it. */
  readonly behind?: Behind | null;
}) {
  const lost = inbound.filter((edge) => unseenSentence(edge, behind) !== null);
  const [only] = lost;
  if (only === undefined) return null;
  const said =
    lost.length === 1
      ? unseenSentence(only, behind)
      : `${lostRate(lost)} of ${formatPlural(lost.length, "caller")} never arrived. ${
          behind === null ? "What the server saw of them is on each edge." : behindWords(behind)
        }`;
  return <p className={SAID}>{said}</p>;
}

/** Calls for a workload's service that reached nobody: they are drawn at the service, and this one would look well. */
export function LostOnTheWay({ node, lost }: { readonly node: GraphNode; readonly lost: readonly GraphEdge[] }) {
  const [first] = lost;
  if (first === undefined) return null;
  const { pods, reporting } = node.coverage ?? { pods: 0, reporting: 0 };
  return (
    <p className={SAID}>
      {lostRate(lost)} for its service{" "}
      <SelectLink id={first.target} className="underline underline-offset-2">
        <bdi>{idTitle(first.target)}</bdi>
      </SelectLink>{" "}
      never arrived. {behindWords({ workloads: 1, pods, reporting, known: node.coverage !== undefined })}
    </p>
  );
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
