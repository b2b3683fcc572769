/** The frames of a replay: all graphs of a span, read at once, so that going from one to another asks nobody. */
import { type GraphView, viewParams } from "#lib/api/view.ts";
import type { Problem } from "#lib/errors.ts";
import { applyDelta } from "#lib/graph/delta.ts";
import type { Graph, GraphFrames } from "#lib/graph/model.ts";
import type { FramesStatus, ReplaySpan } from "./messages.ts";
import { problemOfResponse, type Surroundings } from "./stream.ts";

/** Why a view has no frames, without asking; null where it may. */
function unasked(view: GraphView): Problem | null {
  const detail =
    view.compareAt !== null
      ? "A comparison is read one instant at a time."
      : view.edges === "all"
        ? "Silent edges are read one instant at a time."
        : null;
  return detail === null ? null : { code: "bad_parameter", detail };
}

/** Where the frames of a view are answered. */
export function framesUrl(origin: string, view: GraphView, { start, end, stepSeconds }: ReplaySpan): string {
  const params = viewParams({ ...view, at: null, labels: false });
  for (const [key, value] of Object.entries({ start, end, step: `${stepSeconds}s` })) params.set(key, value);
  return `${origin}/api/v1/graph/frames?${params}`;
}

const UNREACHABLE: Problem = { code: "upstream_unreachable", detail: "The console's server can't be reached." };

/** Objects that didn't change from one frame to the next are one object in both. */
export function graphsOf({ snapshot, deltas }: GraphFrames): readonly Graph[] {
  let last = snapshot;
  return [
    snapshot,
    ...deltas.map(({ sources, ...delta }) => {
      last = { ...applyDelta(last, delta), sources: sources ?? last.sources };
      return last;
    }),
  ];
}

export class Frames {
  private readonly fetch: Surroundings["fetch"];
  private readonly changed: () => void;
  private url: string | null = null;
  private request: AbortController | null = null;
  private graphs: readonly Graph[] = [];
  private step: number | null = null;
  private problem: Problem | null = null;

  /** `changed`: they have come, or will not. */
  constructor(fetch: Surroundings["fetch"], changed: () => void) {
    this.fetch = fetch;
    this.changed = changed;
  }

  /** Reads the frames of this view and span, unless they are there or on their way; null: none are wanted any more. */
  follow(asked: { readonly origin: string; readonly view: GraphView; readonly span: ReplaySpan } | null): void {
    const url = asked === null ? null : framesUrl(asked.origin, asked.view, asked.span);
    if (url === this.url) return;
    this.request?.abort();
    this.request = null;
    this.url = url;
    this.graphs = [];
    this.step = null;
    this.problem = asked === null ? null : unasked(asked.view);
    if (url !== null && this.problem === null) void this.read(url);
  }

  /** The frame of exactly that instant (RFC 3339); null where there is none. */
  at(instant: string): Graph | null {
    const near = this.near(instant);
    return near !== null && Date.parse(near.at) === Date.parse(instant) ? near : null;
  }

  /** The frame that lies nearest to an instant; null while there are none. */
  near(instant: string): Graph | null {
    const { graphs } = this;
    const [first] = graphs;
    if (first === undefined || this.step === null) return null;
    const index = Math.round((Date.parse(instant) - Date.parse(first.at)) / (this.step * 1000));
    return graphs[Math.max(0, Math.min(graphs.length - 1, index))] ?? null;
  }

  /** null while nobody replays. */
  status(): FramesStatus | null {
    if (this.url === null) return null;
    const state = this.problem !== null ? "refused" : this.graphs.length > 0 ? "ready" : "reading";
    return { state, stepSeconds: this.step, problem: this.problem };
  }

  private async read(url: string): Promise<void> {
    const request = new AbortController();
    this.request = request;
    const answer = await this.fetch(url, { headers: { accept: "application/json" }, signal: request.signal })
      .then(
        async (response): Promise<GraphFrames | Problem> =>
          response.ok ? ((await response.json()) as GraphFrames) : problemOfResponse(response),
      )
      .catch(() => UNREACHABLE);
    if (this.request !== request) return;
    this.request = null;
    if ("code" in answer) this.problem = answer;
    else {
      this.graphs = graphsOf(answer);
      this.step = answer.step;
    }
    this.changed();
  }
}
