/** The last answer, and what the page's frame says about it: counts, freshness, what is drawn. */
import { applyDelta } from "#lib/graph/delta.ts";
import type { Graph, GraphDelta, HealthState, SourceStatus } from "#lib/graph/model.ts";
import { classifiedShare } from "#lib/graph/operation-nodes.ts";
import { nodeLabel } from "./label.ts";
import type { FindStatus, FoldedStatus, FramesStatus, LivePhase, LiveStatus, TraceStatus } from "./messages.ts";
import type { Shown } from "./shown.ts";
import type { StreamEvent } from "./sse.ts";
import type { StreamState } from "./stream.ts";

export interface Situation {
  readonly graph: Graph | null;
  /** It is a frame under a hand on the time axis. */
  readonly held: boolean;
  /** What sources said before there was a graph. */
  readonly early: readonly SourceStatus[];
  readonly stream: StreamState;
  readonly paused: boolean;
  readonly visible: boolean;
  readonly groups: boolean;
  readonly hiddenWorkloads: number;
  readonly folded: FoldedStatus | null;
  /** What is drawn of it, once something is. */
  readonly shown: Shown | null;
  readonly find: FindStatus;
  readonly moves: number;
  /** How many graphs have come onto the screen. */
  readonly graphs: number;
  /** Operations are asked for. */
  readonly operations: boolean;
  readonly frames: FramesStatus | null;
}

export function phaseOf({ graph, stream, paused, visible }: Situation): LivePhase {
  if (stream.kind === "refused") return "failed";
  if (paused) return "paused";
  if (!visible) return "hidden";
  if (stream.kind === "waiting") return "reconnecting";
  return graph === null || stream.kind === "connecting" ? "connecting" : "live";
}

const silent = ({ state }: SourceStatus) => state === "stale" || state === "down";

/** Whether what is drawn has no living source: our server is gone, or every Prometheus behind it is silent. */
export function isStale(graph: Graph, stream: StreamState): boolean {
  if (stream.kind === "waiting" || stream.kind === "refused") return true;
  const metrics = graph.sources.filter(({ kind }) => kind === "prometheus");
  return metrics.length > 0 && metrics.every(silent);
}

function hubNames(graph: Graph | null, { hubs }: Shown): readonly string[] {
  const ids = new Set(hubs);
  return (graph?.nodes ?? []).filter(({ id }) => ids.has(id)).map(nodeLabel);
}

function traceStatus({ traced, graph }: Shown): TraceStatus | null {
  if (traced === null) return null;
  const { revision, calls, onMap, missing, unplaced, lit } = traced;
  const drawn = (list: readonly { readonly id: string }[], ids: ReadonlySet<string>) =>
    list.reduce((sum, { id }) => sum + (ids.has(id) ? 1 : 0), 0);
  return {
    ...{ revision, calls, onMap, missing, unplaced },
    lit: { nodes: lit.nodes.size, edges: lit.edges.size },
    hidden: {
      nodes: lit.nodes.size - drawn(graph.nodes, lit.nodes),
      edges: lit.edges.size - drawn(graph.edges, lit.edges),
    },
  };
}

/** What the status says of the drawing, which may be done later than the graph comes. */
export function drawingOf(
  graph: Graph | null,
  shown: Shown | null,
): Pick<LiveStatus, "hubs" | "near" | "placed" | "trace"> {
  return {
    hubs: shown === null ? [] : hubNames(graph, shown),
    near: shown?.near?.size ?? null,
    placed: shown?.placed.nodes.length ?? null,
    trace: shown === null ? null : traceStatus(shown),
  };
}

export function statusOf(situation: Situation): LiveStatus {
  const { graph, stream, shown } = situation;
  const counts: Record<HealthState, number> = { healthy: 0, degraded: 0, failing: 0, idle: 0, unknown: 0 };
  for (const { kind, health } of graph?.nodes ?? []) if (kind !== "operation") counts[health] += 1;
  let unknownCalls = 0;
  for (const { half, health } of graph?.edges ?? []) if (half === undefined && health === "unknown") unknownCalls += 1;
  return {
    phase: phaseOf(situation),
    problem: stream.kind === "waiting" || stream.kind === "refused" ? stream.problem : null,
    at: graph?.at ?? null,
    held: situation.held,
    graphs: situation.graphs,
    window: graph?.window ?? null,
    latencyAt: graph?.latencyAt ?? null,
    configurationAt: graph?.configurationAt ?? null,
    sources: graph?.sources ?? situation.early,
    counts,
    nodes: graph?.nodes.length ?? 0,
    edges: graph?.edges.length ?? 0,
    unknownCalls,
    drawn: situation.groups ? "groups" : "workloads",
    hiddenWorkloads: situation.groups ? situation.hiddenWorkloads : 0,
    ...drawingOf(graph, shown),
    moves: situation.moves,
    comparedNotes: graph?.compared?.notes ?? [],
    folded: situation.folded,
    find: situation.find,
    operations: graph !== null && situation.operations ? classifiedShare(graph.edges) : null,
    frames: situation.frames,
  };
}

/** The list after a source said how it is. */
export function withSource(sources: readonly SourceStatus[], source: SourceStatus): readonly SourceStatus[] {
  const replaced = sources.map((old) => (old.name === source.name && old.kind === source.kind ? source : old));
  return replaced.includes(source) ? replaced : [...replaced, source];
}

/** The answer after an event of its stream; null where there is none yet to speak of. */
export function answerAfter(graph: Graph | null, { name, data }: StreamEvent): Graph | null {
  if (name === "snapshot") return JSON.parse(data) as Graph;
  if (graph === null) return null;
  if (name === "delta") return applyDelta(graph, JSON.parse(data) as GraphDelta);
  if (name !== "source") return null;
  return { ...graph, sources: withSource(graph.sources, JSON.parse(data) as SourceStatus) };
}
