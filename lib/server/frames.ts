/** GET /graph/frames: the graphs of a span for a replay, read at once and made one after the other. */

import type { FramesQuery } from "#lib/api/graph-frames.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { viewParams } from "#lib/api/view.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { diffGraphs } from "#lib/graph/delta.ts";
import type { FrameStep, GraphFrames, SourceStatus } from "#lib/graph/model.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { breathe } from "./breathe.ts";
import type { Timers } from "./clock.ts";
import type { Credential } from "./identity.ts";
import { checkScope } from "./rights/filter.ts";
import type { Told, Viewers } from "./rights/viewers.ts";
import type { Slots } from "./stream/slots.ts";
import { SingleFlight } from "./telemetry/flight.ts";
import { instantOf, type ReadSpan, type Span, type Spans } from "./telemetry/span.ts";
import { tellsMore } from "./telemetry/status.ts";

export interface FramesDeps {
  readonly timers: Timers;
  readonly viewers: Viewers;
  readonly slots: Slots;
  /** Characters of one answer, at most; tests bring less. */
  readonly most?: number;
}

/** What a browser keeps beside its drawing without trouble: some 60 frames of 300 workloads. */
const MOST = 24 * 1024 * 1024;
/** Fewer frames than this are no replay. */
const LEAST_FRAMES = 12;
/** Characters of all answers that are kept. */
const KEPT = 48 * 1024 * 1024;

export class FrameUseCases {
  readonly #spans: Spans;
  readonly #deps: FramesDeps;
  readonly #flights = new SingleFlight<string>();
  readonly #kept = new Map<string, string>();

  constructor(spans: Spans, deps: FramesDeps) {
    this.#spans = spans;
    this.#deps = deps;
  }

  /**
   * GraphFrames as JSON. Frames that would be too much together are thinned out evenly.
   * @throws MeshscopeError `bad_instant`, `forbidden`, `reauth`; `too_large` where not even a few frames would fit;
   * `too_many_streams`; a source's problem where none could be read
   */
  async frames(credential: Credential, query: FramesQuery, signal?: AbortSignal): Promise<string> {
    const { viewers, slots } = this.#deps;
    const audience = await viewers.audience(credential, signal);
    checkScope(query.view, viewers.clusters, audience.visibility);
    const span = this.#spanOf(query);
    const key = `${audience.visibility.key} ${viewParams(query.view)} ${JSON.stringify(span)}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const giveBack = slots.take(viewers.opener(credential, audience).session);
    try {
      return await this.#flights.run(key, (inner) => this.#build(key, query, span, audience, inner), signal);
    } finally {
      giveBack();
    }
  }

  /** Ends now where it would end later: a page's clock may be a little ahead of ours. */
  #spanOf({ start, end, step }: FramesQuery): Span {
    const now = this.#deps.timers.now();
    if (start >= now) {
      throw new MeshscopeError(
        "bad_instant",
        `Parameter 'start' is in the future: the console's clock says ${formatInstant(now)}.`,
      );
    }
    return { start, step, count: Math.floor((Math.min(end, now) - start) / step) + 1 };
  }

  async #build(key: string, { view }: FramesQuery, span: Span, audience: Told, signal: AbortSignal): Promise<string> {
    const read = await this.#spans.read(view.window, span, view.latency, signal);
    if (read.problem !== null) throw new MeshscopeError(read.problem.code, audience.text(read.problem.detail));
    const text = await framesText(read, view, audience, this.#deps.most ?? MOST, signal);
    if (read.failure === null) this.#keep(key, text);
    return text;
  }

  #keep(key: string, text: string): void {
    this.#kept.set(key, text);
    let weight = [...this.#kept.values()].reduce((sum, each) => sum + each.length, 0);
    for (const [oldest, { length }] of this.#kept) {
      if (weight <= KEPT) return;
      this.#kept.delete(oldest);
      weight -= length;
    }
  }
}

/** All frames as one text; thinned out evenly, again and more, as long as they are more than `most` characters. */
async function framesText(
  read: ReadSpan,
  view: FramesQuery["view"],
  audience: Told,
  most: number,
  signal: AbortSignal,
): Promise<string> {
  const { count } = read.span;
  let stride = 1;
  for (;;) {
    if (Math.ceil(count / stride) < Math.min(LEAST_FRAMES, count)) throw tooLarge(most);
    const made = await everyFrame(read, stride, view, audience, most, signal);
    if (typeof made === "string") return made;
    stride = Math.max(stride + 1, Math.ceil((count * made.perFrame) / most));
  }
}

/** Every so many frames; or how long one is on average, as soon as they are too much. */
async function everyFrame(
  read: ReadSpan,
  stride: number,
  view: FramesQuery["view"],
  { visibility, sources: told }: Told,
  most: number,
  signal: AbortSignal,
): Promise<string | { readonly perFrame: number }> {
  const { span } = read;
  const frame = (index: number) => {
    const { publication, sources } = read.graph(index);
    return { viewed: publication.view(view, visibility), sources: told(sources) };
  };
  let last = frame(0);
  const snapshot = last.viewed.body(last.sources);
  const count = Math.ceil(span.count / stride);
  const deltas: string[] = [];
  let length = snapshot.length;
  for (let seq = 1; seq < count; seq++) {
    await breathe(signal);
    const next = frame(seq * stride);
    const step: FrameStep = {
      seq,
      ...next.viewed.head,
      ...diffGraphs(last.viewed.elements, next.viewed.elements),
      ...(saysMore(last.sources, next.sources) ? { sources: next.sources } : {}),
    };
    const text = JSON.stringify(step);
    length += text.length;
    if (length > most) return { perFrame: length / (seq + 1) };
    deltas.push(text);
    last = next;
  }
  const head: Omit<GraphFrames, "snapshot" | "deltas"> = {
    start: formatInstant(span.start),
    end: formatInstant(unixSeconds(instantOf(span, (count - 1) * stride))),
    step: seconds(span.step * stride),
  };
  return `${JSON.stringify(head).slice(0, -1)},"snapshot":${snapshot},"deltas":[${deltas.join(",")}]}`;
}

function saysMore(before: readonly SourceStatus[], after: readonly SourceStatus[]): boolean {
  return after.some((status, index) => {
    const earlier = before[index];
    return earlier === undefined || tellsMore(earlier, status);
  });
}

function tooLarge(most: number): MeshscopeError {
  return new MeshscopeError(
    "too_large",
    `The frames of this span would be more than ${Math.round(most / 1024 / 1024)} MB together. Fold namespaces, choose fewer, or take a shorter span.`,
  );
}
