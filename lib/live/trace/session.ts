/** The worker's side of one trace's page: reads it, keeps it, and answers what the page asks of it. */
import type { TraceAnswer } from "#lib/api/traces.ts";
import { differenceHeard } from "#lib/clock-difference.ts";
import { MeshscopeError, type Problem, problemOf } from "#lib/errors.ts";
import { writeTrace } from "#lib/tracing/encode.ts";
import type { Trace } from "#lib/tracing/model.ts";
import { buildTree, type TraceTree } from "#lib/tracing/tree.ts";
import { comparePaths, pathColumns, sortedPaths } from "#lib/tracing/view/compare.ts";
import { detailOf } from "#lib/tracing/view/detail.ts";
import { flameOf } from "#lib/tracing/view/flame.ts";
import { callGraphOf } from "#lib/tracing/view/graph.ts";
import { groupsOf } from "#lib/tracing/view/groups.ts";
import { buffersOf, pictureOf, type TracePicture } from "#lib/tracing/view/picture.ts";
import { placesOf } from "#lib/tracing/view/places.ts";
import { findRows } from "#lib/tracing/view/search.ts";
import { sortedRows } from "#lib/tracing/view/sorted.ts";
import { fromWire, type WireTrace } from "#lib/tracing/wire.ts";
import { drawCalls } from "./call-drawing.ts";
import { parseFileTraceId } from "./file-id.ts";
import type { FileStore } from "./file-store.ts";
import type {
  FromTraceWorker,
  QuestionKind,
  Questions,
  ToTraceWorker,
  TraceHead,
  TraceRequest,
  WarningSum,
} from "./messages.ts";
import { readTrace } from "./read-file.ts";

export interface TraceDeps {
  /** Files that were opened in this browser. */
  readonly files: FileStore;
  readonly fetch: (url: string, init: { readonly signal: AbortSignal }) => Promise<Response>;
  readonly post: (message: FromTraceWorker, transfer?: ArrayBuffer[]) => void;
  /** Unix milliseconds by the browser's clock, which may be wrong. */
  readonly now: () => number;
}

interface Held {
  readonly request: TraceRequest;
  readonly answer: Answer;
  readonly spanIds: string;
  readonly tree: TraceTree;
  readonly nodes: readonly (string | null)[];
  readonly picture: TracePicture;
}

/** What the server says of a trace beside its spans. */
type Answer = Omit<TraceAnswer, "columns" | "nodes" | "spans" | "warnings">;

type Answers = { [Kind in QuestionKind]: (held: Held, ask: Questions[Kind]["ask"]) => Questions[Kind]["answer"] };

const ANSWERS: Answers = {
  detail: ({ tree, nodes }, { row }) => detailOf(tree, row, nodes),
  search: ({ tree }, { text }) => findRows(tree, text),
  flame: ({ picture }) => flameOf(picture),
  groups: ({ picture }, { by, sort, down }) => groupsOf(picture, by, sort, down),
  calls: ({ picture }, { by }) => drawCalls(callGraphOf(picture, by)),
  places: ({ picture, nodes }) => placesOf(picture, nodes),
  sorted: ({ tree, picture }, { sort, down, text }) =>
    sortedRows(picture, sort, down, text.trim() === "" ? null : findRows(tree, text)),
  paths: ({ picture }, { other, sort }) =>
    pathColumns(sortedPaths(comparePaths({ picture, flame: flameOf(picture) }, other), sort)),
  file: ({ tree }, { format }) => writeTrace(format, tree.trace),
};

export class TraceSession {
  readonly #deps: TraceDeps;
  #reading: AbortController | null = null;
  #held: Held | null = null;
  /** Milliseconds that the server's clock is ahead of the browser's. */
  #ahead = 0;

  constructor(deps: TraceDeps) {
    this.#deps = deps;
  }

  receive(message: ToTraceWorker): void {
    if (message.type === "open") void this.#open(message.request);
    else this.#answer(message.id, message.question.kind, message.question);
  }

  #answer<Kind extends QuestionKind>(id: number, kind: Kind, ask: Questions[Kind]["ask"]): void {
    const answer = this.#held === null ? null : ANSWERS[kind](this.#held, ask);
    this.#deps.post({ type: "answer", id, answer });
  }

  async #open(request: TraceRequest): Promise<void> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    const held = this.#held;
    // Other clocks are no other trace: it is there also while its backend isn't.
    if (held !== null && isTurned(held.request, request))
      return this.#show({ ...held, request, trace: held.tree.trace });
    this.#held = null;
    this.#deps.post({ type: "state", state: { phase: "reading" } });
    try {
      const answer = await this.#read(request, reading.signal);
      if (reading.signal.aborted) return;
      const { columns, nodes = [], spans: _, warnings: __, ...rest } = answer;
      const wire = columns as unknown as WireTrace;
      this.#show({ request, answer: rest, spanIds: wire.spanIds, trace: fromWire(wire), nodes });
    } catch (thrown) {
      if (reading.signal.aborted) return;
      this.#deps.post({ type: "state", state: { phase: "failed", problem: problemOf(thrown) } });
    }
  }

  /** @throws MeshscopeError */
  async #read({ id, backends }: TraceRequest, signal: AbortSignal): Promise<TraceAnswer> {
    const inFile = parseFileTraceId(id);
    if (inFile !== null) return readTrace(this.#deps.files, inFile);
    const params = new URLSearchParams({ format: "columns" });
    if (backends.length > 0) params.set("backends", backends.join(","));
    let response: Response;
    const sent = this.#deps.now();
    try {
      response = await this.#deps.fetch(`/api/v1/traces/${encodeURIComponent(id)}?${params}`, { signal });
    } catch (cause) {
      throw new MeshscopeError("upstream_unreachable", "The console's server does not answer. Retry in a moment.", {
        cause,
      });
    }
    this.#ahead = differenceHeard(this.#ahead, response.headers.get("date"), sent, this.#deps.now());
    if (!response.ok) {
      const problem = (await response.json().catch(() => null)) as Problem | null;
      throw new MeshscopeError(
        problem?.code ?? "internal",
        problem?.detail ?? `The console's server answered ${response.status}. Its log has the cause.`,
      );
    }
    return (await response.json().catch((cause: unknown) => {
      throw new MeshscopeError("upstream_unreachable", "The console's answer broke off. Retry in a moment.", { cause });
    })) as TraceAnswer;
  }

  #show({ request, answer, spanIds, trace, nodes }: Omit<Held, "tree" | "picture"> & { readonly trace: Trace }): void {
    const nowNs = BigInt(Math.round(this.#deps.now() + this.#ahead)) * 1_000_000n;
    const tree = buildTree(trace, { nowNs, skew: request.skew });
    const picture = pictureOf(tree, spanIds);
    this.#held = { request, answer, spanIds, tree, nodes, picture };
    const head: TraceHead = {
      ...answer,
      // The server has built no tree: what is wrong with it is found here.
      warnings: sums(tree.warnings),
      fromNs: (trace.baseNs + BigInt(Math.round(tree.from))).toString(),
    };
    // A copy to hand over: tree and picture share columns, and what is handed over is gone here.
    const sent = structuredClone(picture);
    this.#deps.post({ type: "state", state: { phase: "shown", head, picture: sent } }, buffersOf(sent));
  }
}

/** The same trace with clocks corrected, or not; the same request once more is the wish to read it anew. */
function isTurned(before: TraceRequest, { id, backends, skew }: TraceRequest): boolean {
  return before.id === id && before.backends.join() === backends.join() && before.skew !== skew;
}

const ROWS = 100;

function sums(warnings: TraceTree["warnings"]): WarningSum[] {
  const known = new Map<string, { code: string; count: number; detail: string; rows: number[] }>();
  for (const { code, detail, row } of warnings) {
    // Each sentence about the whole trace says something else.
    const key = row < 0 ? `${code} ${detail}` : code;
    const sum = known.get(key) ?? { code, count: 0, detail, rows: [] };
    known.set(key, sum);
    sum.count += 1;
    if (row >= 0 && sum.rows.length < ROWS) sum.rows.push(row);
  }
  return [...known.values()];
}
