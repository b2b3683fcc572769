/** The typed messages between the main thread and the topology worker. Tagged unions; nothing else crosses. */
import type { GraphView } from "#lib/api/view.ts";
import type { Aid } from "#lib/graph/find/aids.ts";
import type { Completion } from "#lib/graph/find/complete.ts";
import type { FindError } from "#lib/graph/find/problem.ts";
import type { Graph, GraphEdge, GraphNode, HealthState, SourceStatus } from "#lib/graph/model.ts";
import type { Move } from "#lib/layout/move.ts";
import type { ByHand } from "#lib/layout/pins.ts";
import type { Scene } from "#lib/layout/scene.ts";
import type { CallSum, PlaceSum, TracePlaces } from "#lib/tracing/view/places.ts";
import type { Behind } from "./behind.ts";
import type { Changes } from "./changes.ts";
import type { Look } from "./look.ts";
import type { Scope } from "./scope.ts";
import type { ScopeInTrace } from "./scope-trace.ts";

export type ToWorker =
  /** Look at this view; replaces the one before. `detail: groups` asks the server for the namespace lens above 150 marks. */
  | {
      readonly type: "open";
      readonly view: GraphView;
      readonly detail: "auto" | "groups" | "workloads";
      readonly origin: string;
    }
  /** What of the graph is drawn and how: decided here, at once. */
  | { readonly type: "look"; readonly look: Look }
  | { readonly type: "pause"; readonly paused: boolean }
  /** Read all frames of this span, so that its instants are shown at once; null = they aren't needed any more. */
  | { readonly type: "frames"; readonly span: ReplaySpan | null }
  /** Show the frame nearest to this instant (RFC 3339) while a hand is on the axis; null = what is followed again. */
  | { readonly type: "peek"; readonly at: string | null }
  /** A hidden tab closes its stream. */
  | { readonly type: "visible"; readonly visible: boolean }
  /** Whose details to send now and after each delta; null = nothing. */
  | { readonly type: "select"; readonly id: string | null }
  /** Rows for the table and the search, sorted by pain; answered by `rows`. */
  | { readonly type: "rows"; readonly request: number; readonly text: string; readonly limit: number }
  /** The whole last answer, once, to take it along; answered by `graph`. */
  | { readonly type: "graph"; readonly request: number }
  /** Forget the places of this view and lay it out afresh. */
  | { readonly type: "relayout" }
  /** Move a mark or a box by hand; null: take the last move or fresh layout back; answered by `moved`, after the scene that shows it. */
  | { readonly type: "move"; readonly request: number; readonly move: Move | null }
  /** What was moved by hand, for a link; answered by `byHand`. */
  | { readonly type: "byHand"; readonly request: number }
  /**
   * Forget what was seen and follow the view afresh: somebody else looks now, or the same person may see other things.
   * Tabs share a stream with those of the same `viewer` alone. `keepPlaces`: the same person's drawing stands where it stood.
   */
  | { readonly type: "restart"; readonly viewer: string; readonly keepPlaces: boolean }
  /** Forget what was seen, and follow nothing before `restart`: nobody may look now. */
  | { readonly type: "stop" }
  /** Mark what `find` says and leave out what `hide` does. A text that can't be read leaves the last one in force. */
  | { readonly type: "find"; readonly find: string; readonly hide: string }
  /** Draw where a trace went; null: none. */
  | { readonly type: "trace"; readonly places: TracePlaces | null }
  /** What could be typed at a place of an expression; answered by `assist`. */
  | { readonly type: "assist"; readonly request: number; readonly text: string; readonly cursor: number }
  | { readonly type: "close" };

export interface ReplaySpan {
  /** RFC 3339, on the server's grain. */
  readonly start: string;
  readonly end: string;
  readonly stepSeconds: number;
}

export interface FramesStatus {
  readonly state: "reading" | "ready" | "refused";
  /** From frame to frame: the asked step, or more where so many frames would have been too much. */
  readonly stepSeconds: number | null;
  /** Why instants are read one at a time. */
  readonly problem: { readonly code: string; readonly detail: string } | null;
}

export type LivePhase = "connecting" | "live" | "paused" | "hidden" | "reconnecting" | "failed";

export interface LiveStatus {
  readonly phase: LivePhase;
  /** What the page can say of a failure; null while all is well. */
  readonly problem: { readonly code: string; readonly detail: string } | null;
  /** RFC 3339, of the graph shown; null before the first. */
  readonly at: string | null;
  /** Shown is a frame of the past under a hand on the time axis; what is followed goes on behind it. */
  readonly held: boolean;
  /** Grows with each graph that comes onto the screen: two of them may be of the same `at`. */
  readonly graphs: number;
  /** Effective window; differs from the asked one when it was raised. */
  readonly window: string | null;
  readonly latencyAt: string | null;
  readonly configurationAt: string | null;
  readonly sources: readonly SourceStatus[];
  readonly counts: Readonly<Record<HealthState, number>>;
  readonly nodes: number;
  readonly edges: number;
  /** Calls of which the state isn't known, each counted once. */
  readonly unknownCalls: number;
  /** What is drawn: everything, or groups because there are more than 150 marks. */
  readonly drawn: "workloads" | "groups";
  /** Workloads in the answer behind the drawing where known. */
  readonly hiddenWorkloads: number;
  /** Names of the nodes that are badges on their callers. */
  readonly hubs: readonly string[];
  /** The focused node's neighbourhood, itself included; null where nothing is focused. */
  readonly near: number | null;
  /** Requests/s, and those of which the operation is known, where operations are asked for; null where not, or where nothing flows. */
  readonly operations: { readonly known: number; readonly all: number } | null;
  /** How many moves by hand and fresh layouts can be taken back. */
  readonly moves: number;
  /** Marks that the look lays out, before anything is hidden; null before the first drawing. */
  readonly placed: number | null;
  /** Why the comparison leaves clusters out, in sentences; empty where it doesn't, or nothing is compared. */
  readonly comparedNotes: readonly string[];
  /** What is inside the groups, for the search; null where nothing is folded or nobody has searched. */
  readonly folded: FoldedStatus | null;
  readonly find: FindStatus;
  /** Of the trace that is drawn; null where none is, or nothing is drawn yet. */
  readonly trace: TraceStatus | null;
  /** Of a replay; null where nobody wants one. */
  readonly frames: FramesStatus | null;
}

interface Counts {
  readonly nodes: number;
  readonly edges: number;
}

/** What find and hide do to the graph shown. */
export interface FindStatus {
  /** Grows whenever another find or hide is asked for: rows asked for again after it changed are those of the new one. */
  readonly revision: number;
  /** Found among what is shown; null while nothing is looked for. */
  readonly matches: Counts | null;
  readonly hidden: Counts;
  /** Why this graph can't answer parts of the expressions, in sentences. */
  readonly blind: { readonly find: readonly string[]; readonly hide: readonly string[] };
  /** What the view must carry so that what is looked for is there and can be seen. */
  readonly aids: readonly Aid[];
}

/** How much of a trace the graph shows. */
export interface TraceStatus {
  /** Grows whenever another trace is drawn. */
  readonly revision: number;
  /** Calls of the trace between two places, and how many of them this graph has. */
  readonly calls: number;
  readonly onMap: number;
  /** What of the graph it went through; `hidden`: how much of that isn't drawn by the viewer's own wish. */
  readonly lit: Counts;
  readonly hidden: Counts;
  /** Ids of its places that this graph has no mark for. */
  readonly missing: readonly string[];
  /** Spans whose tags don't tell where they were made. */
  readonly unplaced: number;
}

/** Help for whoever types an expression. */
export interface Assistance {
  /** Best first. */
  readonly items: readonly Completion[];
  /** The first thing wrong with the text. */
  readonly problem: FindError | null;
}

export interface FoldedStatus {
  readonly state: "reading" | "ready" | "failed";
  /** Of which instant the names are, RFC 3339; rows asked for again after it changed hold them. */
  readonly at: string | null;
  /** How many marks a drawing without groups would have. */
  readonly marks: number;
}

export interface Row {
  readonly id: string;
  readonly kind: "node" | "edge";
  readonly title: string;
  readonly where: string;
  readonly state: HealthState;
  readonly rate: number | null;
  readonly requests: number | null;
  readonly errorRate: number | null;
  readonly p95: number | null;
  readonly protocol: string | null;
  /** Calls a second that a policy on trial would have denied, at least and at most; null: nothing is counted of it. */
  readonly denied: number | null;
  readonly deniedAtMost: number | null;
  /** More may be than was counted: both are "at least". */
  readonly deniedMore: boolean;
  /** Inside a group: there, but not drawn. */
  readonly folded: boolean;
  /** What somebody looks for. */
  readonly found: boolean;
  /** Left out of the drawing by the viewer's own wish. */
  readonly hidden: boolean;
  /** The trace that is drawn went through it. */
  readonly traced: boolean;
}

/** Everything a side panel needs about one thing, whole objects of the last answer. */
export type Details =
  | {
      readonly kind: "node";
      readonly node: GraphNode;
      readonly inbound: readonly GraphEdge[];
      readonly outbound: readonly GraphEdge[];
      readonly peers: Readonly<Record<string, GraphNode>>;
      /** Of a service: who is behind it; absent where that isn't known. */
      readonly behind?: Behind;
      /** Calls for its service that reached nobody; absent where there are none. */
      readonly lost?: readonly GraphEdge[];
      /** What the trace that is drawn did there; absent where it did nothing. */
      readonly inTrace?: PlaceSum;
    }
  | {
      readonly kind: "edge";
      readonly edge: GraphEdge;
      readonly source: GraphNode | null;
      readonly target: GraphNode | null;
      /** Where the target is a service: who is behind it; absent where that isn't known. */
      readonly behind?: Behind;
      /** Its calls there. */
      readonly inTrace?: CallSum;
    }
  /** A box that isn't a node itself, or the whole graph (`WHOLE`). */
  | {
      readonly kind: "scope";
      readonly id: string;
      readonly scope: Scope;
      readonly changes: Changes | null;
      /** What the trace that is drawn did there; absent where it did nothing. */
      readonly inTrace?: ScopeInTrace;
    }
  | { readonly kind: "absent"; readonly id: string };

/** Names of the User Timing marks that the worker measures; `at` is in milliseconds since 1970. */
export type WorkerMark = "topology:data" | "topology:layout";

export type FromWorker =
  /** `ms`: how long what ended then took. */
  | { readonly type: "mark"; readonly name: WorkerMark; readonly at: number; readonly ms?: number }
  | { readonly type: "status"; readonly status: LiveStatus }
  | { readonly type: "scene"; readonly scene: Scene; readonly first: boolean; readonly layoutMs: number | null }
  | ({ readonly type: "assist"; readonly request: number } & Assistance)
  | { readonly type: "details"; readonly id: string; readonly details: Details }
  | { readonly type: "rows"; readonly request: number; readonly rows: readonly Row[]; readonly total: number }
  | { readonly type: "moved"; readonly request: number; readonly moved: boolean }
  | ({ readonly type: "byHand"; readonly request: number } & ByHand)
  | { readonly type: "graph"; readonly request: number; readonly graph: Graph | null };
