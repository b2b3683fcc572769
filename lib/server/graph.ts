/** GET /graph and /graph/stream: which graph a view means, and how it is handed out. */
import { parseInstant } from "#lib/api/instant.ts";
import type { GraphView } from "#lib/api/view.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Graph, SourceStatus } from "#lib/graph/model.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Timers } from "./clock.ts";
import type { Credential } from "./identity.ts";
import type { Hub } from "./stream/hub.ts";
import type { Viewed } from "./telemetry/publication.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** A graph as an object for pages and as text for routes; the text is shared between viewers. */
export interface GraphAnswer {
  value(): Graph;
  body(): string;
}

export class GraphUseCases {
  readonly #telemetry: Telemetry;
  readonly #hub: Hub;
  readonly #timers: Timers;

  constructor(telemetry: Telemetry, hub: Hub, timers: Timers) {
    this.#telemetry = telemetry;
    this.#hub = hub;
    this.#timers = timers;
  }

  /**
   * The graph of a view. Upstreams that fail don't fail it: it shows what is known, and `sources` says what is missing.
   * @throws MeshscopeError `bad_instant` for a future instant
   */
  async graph(_credential: Credential, view: GraphView, signal?: AbortSignal): Promise<GraphAnswer> {
    const at = this.#instant(view);
    const wants = { latency: view.latency, hour: view.edges === "all" };
    if (at !== null) {
      const { publication, sources } = await this.#telemetry.past.graph(view.window, at, wants, signal);
      return answerOf(publication.view(view), sources);
    }
    const feed = this.#telemetry.feed(view.window);
    const publication = await feed.current(wants, signal);
    return answerOf(publication.view(view), feed.sources());
  }

  /** The same as server-sent events. @throws MeshscopeError `too_many_streams`, `shutting_down`, `bad_instant` */
  async stream(
    credential: Credential,
    view: GraphView,
    lastEventId: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    if (this.#instant(view) === null) return this.#hub.open(view, lastEventId, signal);
    const past = await this.graph(credential, view, signal);
    return this.#hub.still(past.body(), signal);
  }

  #instant(view: GraphView): UnixSeconds | null {
    const at = view.at === null ? null : parseInstant(view.at);
    if (at !== null && at > this.#timers.now()) {
      throw new MeshscopeError(
        "bad_instant",
        `Parameter 'at' is in the future (${view.at}). Leave it out for the live graph.`,
      );
    }
    return at;
  }
}

function answerOf(viewed: Viewed, sources: readonly SourceStatus[]): GraphAnswer {
  return { value: () => viewed.value(sources), body: () => viewed.body(sources) };
}
