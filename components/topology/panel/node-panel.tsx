import { clsx } from "clsx";
import type { ReactNode } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Fact, Section } from "#components/ui/section.tsx";
import { STATE_WORDS, StateMark } from "#components/ui/state-mark.tsx";
import { formatErrors, formatMs, formatPlural, isolated } from "#lib/format.ts";
import { badgeText } from "#lib/graph/badges.ts";
import { namespaceId } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import type { Behind } from "#lib/live/behind.ts";
import { idTitle, idWhere, kindWord } from "../names.ts";
import { SelectLink } from "../selection.tsx";
import { coverageWords, PROTOCOL_WORDS } from "../words.ts";
import { volume } from "./change-words.ts";
import { EdgeCell } from "./edge-cell.tsx";
import { healthSentence } from "./health-note.tsx";
import { History, metricsOf } from "./history.tsx";
import { edgeLimit } from "./limit.ts";
import { LostOnTheWay, NodeHosts, NodeOperations, NodeTraffic, Unarrived } from "./node-facts.tsx";

const DATAPLANES: Readonly<Record<NonNullable<GraphNode["dataplane"]>, string>> = {
  sidecar: "sidecar",
  ambient: "ambient (ztunnel)",
  gateway: "gateway",
  waypoint: "waypoint",
  none: "not in the mesh",
};

const WORST: Readonly<Record<GraphEdge["health"], number>> = {
  failing: 0,
  degraded: 1,
  unknown: 2,
  healthy: 3,
  idle: 4,
};

/** Worst first, then by traffic, then by id. */
export function byPain(a: GraphEdge, b: GraphEdge): number {
  return WORST[a.health] - WORST[b.health] || (b.rate ?? 0) - (a.rate ?? 0) || (a.id < b.id ? -1 : 1);
}

/** One node: how it is and why, who calls it, whom it calls. */
export function NodePanel({
  node,
  inbound,
  outbound,
  behind = null,
  lost = [],
  inTrace,
}: {
  readonly node: GraphNode;
  readonly inbound: readonly GraphEdge[];
  readonly outbound: readonly GraphEdge[];
  /** Of a service: who is behind it. */
  readonly behind?: Behind | null;
  /** Calls for its service that reached nobody. */
  readonly lost?: readonly GraphEdge[];
  /** What the trace that is drawn did there. */
  readonly inTrace?: ReactNode;
}) {
  const coverage = coverageWords(node);
  const place = idWhere(node.id, true);
  return (
    <>
      <h2 className="flex min-w-0 items-center gap-2 pr-8 text-[15px] font-semibold">
        <StateMark state={node.health} silent />
        <Name text={idTitle(node.id)} />
      </h2>
      <p className="mt-0.5 text-ink-2">
        {kindWord(node)}
        {place !== "" && " · "}
        <Place node={node} text={place} />
        {node.dataplane === null ? "" : ` · ${DATAPLANES[node.dataplane]}`}
      </p>
      {node.kind === "operation" ? (
        <p className="mt-3 text-ink-2">Of an operation only its rate is known; its calls say what became of them.</p>
      ) : (
        <Reason node={node} inbound={inbound} outbound={outbound} />
      )}
      <Unarrived inbound={inbound} behind={behind} />
      <LostOnTheWay node={node} lost={lost} />
      {inTrace}
      <dl className="mt-3">
        {node.goneAt !== undefined && (
          <Fact name="Gone">since {sayInstant(node.goneAt)}; its numbers fade out of the window</Fact>
        )}
        {coverage !== null && (
          <Fact name="Coverage">
            <span className={clsx((node.coverage?.reporting ?? 0) < (node.coverage?.pods ?? 0) && "text-degraded")}>
              {coverage}
            </span>
          </Fact>
        )}
        {node.app !== undefined && node.app !== idTitle(node.id) && (
          <Fact name="App">
            <Name text={node.app} />
          </Fact>
        )}
        {node.version !== undefined && (
          <Fact name="Version">
            <Name text={node.version} />
          </Fact>
        )}
      </dl>
      {node.badges.length > 0 && (
        <ul className="mt-2 text-ink-2">
          {node.badges.map((badge) => (
            <li key={badge} className="border-t border-line py-[5px]">
              {badgeText(badge)}
              {badge === "partly-unmeshed" && node.badgeCounts?.[badge] !== undefined && (
                <span className="text-ink-3">
                  {" "}
                  ({formatPlural(node.badgeCounts[badge], node.kind === "workload" ? "pod" : "workload")} outside)
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {node.kind !== "operation" && (
        <History
          mark={{ node }}
          subject={{ node: node.id }}
          metrics={metricsOf([...inbound, ...outbound].every((edge) => edge.protocol === "tcp") ? "tcp" : "http")}
        />
      )}
      <NodeTraffic node={node} inbound={inbound} outbound={outbound} />
      <Neighbours
        title={node.kind === "operation" ? "Asked for by" : "Called by"}
        edges={inbound}
        end="source"
        none={
          node.dataplane === "gateway"
            ? "What comes in from outside isn't measured."
            : "Nobody called it in this window."
        }
      />
      <Neighbours
        title={node.kind === "operation" ? "Answered by" : "Calls"}
        edges={outbound}
        end="target"
        none="It called nobody in this window."
      />
      <NodeHosts inbound={inbound} />
      <NodeOperations inbound={inbound} />
    </>
  );
}

/** Where it runs, as the way to the numbers of all that runs there. */
function Place({ node, text }: { readonly node: GraphNode; readonly text: string }) {
  if (text === "" || node.namespace === "" || !["workload", "app", "service"].includes(node.kind)) return text;
  return (
    <SelectLink id={namespaceId(node.cluster, node.namespace)} className="underline-offset-2 hover:underline">
      <bdi>{text}</bdi>
    </SelectLink>
  );
}

/** Why the node is in its state: its worst edge, named. */
function Reason({
  node,
  inbound,
  outbound,
}: {
  readonly node: GraphNode;
  readonly inbound: readonly GraphEdge[];
  readonly outbound: readonly GraphEdge[];
}) {
  const bad = node.health === "failing" || node.health === "degraded";
  if (!bad) return <p className="mt-3 text-ink-2">It is {STATE_WORDS[node.health]}.</p>;
  const worst = [...inbound, ...outbound].sort(byPain)[0];
  const sentence = worst === undefined ? null : healthSentence(worst);
  const limit = worst === undefined ? null : edgeLimit(worst);
  return (
    <p
      className={clsx(
        "mt-3 rounded-r-md border-l-2 px-3 py-2",
        node.health === "failing" ? "border-failing bg-failing-bg" : "border-degraded bg-degraded-bg",
      )}
    >
      <strong className="font-semibold">{node.health === "failing" ? "Failing." : "Degraded."}</strong>{" "}
      {worst === undefined || sentence === null ? (
        "The share of its requests that failed is above its limit."
      ) : (
        <>
          Worst on{" "}
          <SelectLink id={worst.id} className="underline underline-offset-2">
            <bdi>{idTitle(worst.source)}</bdi> → <bdi>{idTitle(worst.target)}</bdi>
          </SelectLink>
          : {sentence.text}
          {limit !== null && <span className="mt-1 block text-[11px] text-ink-2">{limit}</span>}
        </>
      )}
    </p>
  );
}

function Neighbours({
  title,
  edges,
  end,
  none,
}: {
  readonly title: string;
  readonly edges: readonly GraphEdge[];
  readonly end: "source" | "target";
  readonly none: string;
}) {
  return (
    <Section title={title} aside={edges.length === 0 ? undefined : formatPlural(edges.length, "edge")}>
      {edges.length === 0 ? (
        <p className="border-t border-line pt-[5px] text-ink-2">{none}</p>
      ) : (
        <DataTable
          label={title}
          columns={[
            { title: "Name" },
            { title: "Rate", numeric: true },
            { title: "Errors", numeric: true },
            { title: "p95", numeric: true },
          ]}
        >
          {[...edges].sort(byPain).map((edge) => (
            <tr key={edge.id}>
              <EdgeCell
                edge={edge}
                text={idTitle(edge[end])}
                title={`${isolated(idTitle(edge[end]))} (${PROTOCOL_WORDS[edge.protocol]})`}
                className="max-w-32"
              />
              <Cell numeric>{volume(edge)}</Cell>
              <Cell
                numeric
                className={clsx(
                  edge.health === "failing" && "text-failing",
                  edge.health === "degraded" && "text-degraded",
                )}
              >
                {edge.protocol === "tcp" ? "–" : formatErrors(edge)}
              </Cell>
              <Cell numeric>{edge.latency === null ? "–" : formatMs(edge.latency.p95)}</Cell>
            </tr>
          ))}
        </DataTable>
      )}
    </Section>
  );
}
