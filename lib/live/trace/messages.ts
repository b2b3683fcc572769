/** What the page of one trace and its worker say to each other. */
import type { TraceAnswer } from "#lib/api/traces.ts";
import type { Problem } from "#lib/errors.ts";
import type { Format } from "#lib/tracing/decode.ts";
import type { CompareSort, PathColumns, Side } from "#lib/tracing/view/compare.ts";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";
import type { Flame } from "#lib/tracing/view/flame.ts";
import type { Group, Grouping, GroupSort } from "#lib/tracing/view/groups.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import type { TracePlaces } from "#lib/tracing/view/places.ts";
import type { SpanSort } from "#lib/tracing/view/sorted.ts";
import type { CallDrawing } from "./call-drawing.ts";

export interface TraceRequest {
  readonly id: string;
  /** Backends to ask, by name; none: all. */
  readonly backends: readonly string[];
  /** Move spans whose clock disagrees with their caller's? */
  readonly skew: boolean;
}

/** One warning's kind, with the first of its sentences. */
export interface WarningSum {
  readonly code: string;
  readonly count: number;
  readonly detail: string;
  /** Rows that say so, up to a hundred; none where it is the trace's own. */
  readonly rows: readonly number[];
}

/** What our server says of a trace, without its spans. */
export type TraceHead = Omit<TraceAnswer, "spans" | "columns" | "nodes" | "warnings"> & {
  readonly warnings: readonly WarningSum[];
  /** Unix nanoseconds of the picture's 0, in decimal digits. */
  readonly fromNs: string;
};

export type TraceState =
  | { readonly phase: "reading" }
  | { readonly phase: "failed"; readonly problem: Problem }
  | { readonly phase: "shown"; readonly head: TraceHead; readonly picture: TracePicture };

/** What is asked of a trace that is shown, and what the answer is. */
export interface Questions {
  detail: { readonly ask: { readonly row: number }; readonly answer: SpanDetail };
  search: { readonly ask: { readonly text: string }; readonly answer: Uint32Array };
  flame: { readonly ask: Record<never, never>; readonly answer: Flame };
  groups: {
    readonly ask: { readonly by: Grouping; readonly sort: GroupSort; readonly down: boolean };
    readonly answer: readonly Group[];
  };
  /** What called what, drawn. */
  calls: { readonly ask: { readonly by: Grouping }; readonly answer: CallDrawing };
  /** Where in the mesh it went. */
  places: { readonly ask: Record<never, never>; readonly answer: TracePlaces };
  sorted: {
    readonly ask: { readonly sort: SpanSort; readonly down: boolean; readonly text: string };
    readonly answer: Uint32Array;
  };
  /** This trace path by path beside another, which another worker keeps. */
  paths: { readonly ask: { readonly other: Side; readonly sort: CompareSort }; readonly answer: PathColumns };
  /** The trace as a file's text. */
  file: { readonly ask: { readonly format: Format }; readonly answer: string };
}

export type QuestionKind = keyof Questions;
type Question = { [Kind in QuestionKind]: { readonly kind: Kind } & Questions[Kind]["ask"] }[QuestionKind];

export type ToTraceWorker =
  | { readonly type: "open"; readonly request: TraceRequest }
  | { readonly type: "ask"; readonly id: number; readonly question: Question };

export type FromTraceWorker =
  | { readonly type: "state"; readonly state: TraceState }
  /** null: there is no trace to ask of, or another one by now. */
  | { readonly type: "answer"; readonly id: number; readonly answer: Questions[QuestionKind]["answer"] | null };
