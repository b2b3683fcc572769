/** GET /graph and /graph/stream: which graph a view means, and how it is handed out. */
import { formatInstant, parseInstant } from "#lib/api/instant.ts";
import type { GraphView } from "#lib/api/view.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Graph, SourceStatus } from "#lib/graph/model.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Timers } from "./clock.ts";
import type { Credential } from "./identity.ts";
import type { Sights } from "./policy/sight.ts";
import { checkScope } from "./rights/filter.ts";
import type { Viewers } from "./rights/viewers.ts";
import type { Audience } from "./stream/channel.ts";
import type { Hub, Opener } from "./stream/hub.ts";
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
  readonly #viewers: Viewers;
  readonly #sights: Sights | null;

  /** `sights`: what tells which policies a viewer may see; null where none are read. */
  constructor(telemetry: Telemetry, hub: Hub, timers: Timers, viewers: Viewers, sights: Sights | null = null) {
    this.#telemetry = telemetry;
    this.#hub = hub;
    this.#timers = timers;
    this.#viewers = viewers;
    this.#sights = sights;
  }

  /**
   * The graph of a view. Upstreams that fail don't fail it: it shows what is known, and `sources` says what is missing.
   * @throws MeshscopeError `bad_instant` for a future instant, `forbidden` for a scope that the viewer can't see, `reauth`
   */
  async graph(credential: Credential, view: GraphView, signal?: AbortSignal): Promise<GraphAnswer> {
    return (await this.#graph(view, await this.#audience(credential, view, signal), signal)).answer;
  }

  async #audience(credential: Credential, view: GraphView, signal?: AbortSignal): Promise<Audience> {
    const audience = await this.#viewers.audience(credential, signal);
    // Of the past no policies are known (docs/numbers.md 19).
    if (this.#sights === null || view.at !== null) return audience;
    return { ...audience, sight: await this.#sights.of(credential, audience.visibility, signal) };
  }

  /** As the viewers' own, and its stream ends too when a right that its badges rest on does. */
  #opener(credential: Credential, audience: Audience): Opener {
    const opener = this.#viewers.opener(credential, audience);
    const { sight } = audience;
    const sights = this.#sights;
    if (sight === undefined || sights === null) return opener;
    return {
      ...opener,
      sight,
      watch: (end) => {
        const ends = [opener.watch(end), sights.watch(credential, sight, this.#timers, end)];
        return () => {
          for (const stop of ends) stop();
        };
      },
    };
  }

  async #graph(
    view: GraphView,
    { visibility, sources: told, sight }: Audience,
    signal?: AbortSignal,
  ): Promise<{ readonly answer: GraphAnswer; readonly whole: boolean }> {
    checkScope(view, this.#viewers.clusters, visibility);
    const at = this.#instant(view);
    const past = this.#telemetry.earlier(view)?.(signal);
    // Awaited below; what it can reject with is the signal's.
    past?.catch(() => undefined);
    const compared = async () => {
      const earlier = await past;
      return earlier === undefined ? null : { publication: earlier.publication, sources: told(earlier.sources) };
    };
    const wants = { latency: view.latency, hour: view.edges === "all" };
    if (at !== null) {
      const { publication, sources, whole } = await this.#telemetry.past.graph(
        view.window,
        at,
        { ...wants, trials: true },
        signal,
      );
      const earlier = await past;
      return {
        answer: answerOf(publication.view(view, visibility, { earlier: await compared() }), told(sources)),
        whole: whole && earlier?.whole !== false,
      };
    }
    const feed = this.#telemetry.feed(view.window);
    const publication = await feed.current(wants, signal);
    const viewed = publication.view(view, visibility, { earlier: await compared(), sight: sight ?? null });
    return { answer: answerOf(viewed, told(feed.sources())), whole: true };
  }

  /**
   * The same as server-sent events, until the viewer's rights or session end.
   * @throws MeshscopeError `too_many_streams`, `shutting_down`, `bad_instant`, `forbidden`, `reauth`
   */
  async stream(
    credential: Credential,
    view: GraphView,
    lastEventId: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const audience = await this.#audience(credential, view, signal);
    checkScope(view, this.#viewers.clusters, audience.visibility);
    const opener = this.#opener(credential, audience);
    if (this.#instant(view) === null) return this.#hub.open(view, lastEventId, signal, opener);
    const read = async (until: AbortSignal) => {
      const { answer, whole } = await this.#graph(view, audience, until);
      return { body: answer.body(), whole };
    };
    return this.#hub.still(await read(signal), signal, opener, read);
  }

  /** The past instant that is asked for; null: live. */
  #instant(view: GraphView): UnixSeconds | null {
    const at = this.#past("at", view.at, "Leave it out for the live graph.");
    const compareAt = this.#past("compareAt", view.compareAt, "Compare with an instant that has been.");
    if (at !== null && compareAt !== null && compareAt > at) {
      throw new MeshscopeError(
        "bad_instant",
        `Parameter 'compareAt' (${view.compareAt}) lies after 'at' (${view.at}): it names the earlier of the two.`,
      );
    }
    return at;
  }

  #past(name: string, text: string | null, advice: string): UnixSeconds | null {
    const at = text === null ? null : parseInstant(text);
    const now = this.#timers.now();
    if (at !== null && at > now) {
      throw new MeshscopeError(
        "bad_instant",
        `Parameter '${name}' is in the future (${text}): the console's clock says ${formatInstant(now)}. ${advice}`,
      );
    }
    return at;
  }
}

function answerOf(viewed: Viewed, sources: readonly SourceStatus[]): GraphAnswer {
  return { value: () => viewed.value(sources), body: () => viewed.body(sources) };
}
