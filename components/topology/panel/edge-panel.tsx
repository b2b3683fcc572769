import type { ReactNode } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import { Fact } from "#components/ui/section.tsx";
import { formatCount, formatRate, isolated } from "#lib/format.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import type { Behind } from "#lib/live/behind.ts";
import { idTitle, idWhere } from "../names.ts";
import { SelectLink } from "../selection.tsx";
import type { TracedMark } from "../traces/use-presets.ts";
import { PROTOCOL_WORDS, provenance, seenBy } from "../words.ts";
import { EdgeChange } from "./edge-change.tsx";
import { ConnectionFacts, EdgeCoverage, FlowFacts, Hosts, LatencyFacts, Operations, Security } from "./edge-facts.tsx";
import { Evidence } from "./evidence.tsx";
import { HealthNote } from "./health-note.tsx";
import { History, metricsOf } from "./history.tsx";
import { connectionKpis, Kpis, requestKpis } from "./kpis.tsx";
import { CodeTable, FlagTable, OutcomeTable } from "./responses.tsx";

interface Props {
  readonly edge: GraphEdge;
  /** Its ends, where they are in the answer. */
  readonly source: GraphNode | null;
  readonly target: GraphNode | null;
  /** Who is behind the target, where that is a service. */
  readonly behind?: Behind | null;
  readonly window: string;
  /** The way to its traces. */
  readonly traces?: ReactNode;
  /** What its traces are searched by. */
  readonly mark?: TracedMark;
}

/** One edge: the headline, what became of the requests, and the evidence it all rests on. */
export function EdgePanel(props: Props) {
  return props.edge.half === "operation" ? <OperationPanel {...props} /> : <CallPanel {...props} />;
}

function CallPanel({ edge, source, target, behind = null, window, traces, mark }: Props) {
  const tcp = edge.protocol === "tcp";
  return (
    <>
      <Title edge={edge} />
      <Kpis kpis={tcp ? connectionKpis(edge, window) : requestKpis(edge, window)} />
      <p className="-mt-1 text-[11px] text-ink-3">{provenance(edge, window)}</p>
      <EdgeCoverage source={source} target={target} />
      <HealthNote edge={edge} />
      <EdgeChange edge={edge} />
      {traces}
      {edge.streaming === true && (
        <p className="mt-3 text-ink-2">
          Streaming: messages flow on streams that are open; requests are counted when a stream ends.
        </p>
      )}
      {edge.newborn !== undefined && (
        <p className="mt-3 text-ink-2">
          At least {formatCount(edge.newborn.atLeast)} of these are from series that are younger than the window, first
          seen <time dateTime={edge.newborn.firstSeen}>{sayInstant(edge.newborn.firstSeen)}</time>.
        </p>
      )}
      <History subject={{ edge: edge.id }} metrics={metricsOf(edge.protocol)} mark={mark} />
      {!tcp && <OutcomeTable edge={edge} />}
      <CodeTable edge={edge} />
      <FlagTable edge={edge} />
      {tcp ? <ConnectionFacts edge={edge} /> : <LatencyFacts edge={edge} />}
      <FlowFacts edge={edge} />
      <Security edge={edge} />
      <Evidence edge={edge} behind={behind} />
      <Operations edge={edge} />
      <Hosts edge={edge} />
    </>
  );
}

/** What a call carries of one operation. */
function OperationPanel({ edge, window }: Props) {
  const of = edge.rate === null ? "no data" : formatRate(edge.rate);
  return (
    <>
      <Title edge={edge} />
      <dl className="mt-3">
        <Fact name={`Requests over ${window}`}>{of}</Fact>
      </dl>
      <p className="mt-3 text-ink-2">
        Of an operation only its rate is known, from whose proxy classifies the requests. What became of them is told by
        the calls between the caller and the server.
      </p>
    </>
  );
}

function Title({ edge }: Pick<Props, "edge">) {
  return (
    <>
      <h2 className="flex min-w-0 items-baseline gap-1.5 pr-8 text-[15px] font-semibold">
        <End id={edge.source} />
        <span aria-label="calls">→</span>
        <End id={edge.target} />
      </h2>
      <p className="mt-0.5 text-ink-2">
        {PROTOCOL_WORDS[edge.protocol]} · {where(edge)} · {seenBy(edge.observer)}
      </p>
    </>
  );
}

function End({ id }: { readonly id: string }) {
  return (
    <SelectLink id={id} className="name underline-offset-2 hover:underline">
      <bdi title={idTitle(id)}>{idTitle(id)}</bdi>
    </SelectLink>
  );
}

/** `shop → payments`, `shop` for a call that stays, with clusters where they differ. */
function where(edge: GraphEdge): string {
  const cluster = edge.source.split("/")[0] !== edge.target.split("/")[0];
  const from = idWhere(edge.source, cluster);
  const to = idWhere(edge.target, cluster);
  return from === to ? from : `${isolated(from) || "outside"} → ${isolated(to) || "outside"}`;
}
