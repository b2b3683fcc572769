/** Viewers as streams and answers need them: what they see, what may be told to them, and when that ends. */

import { problemOf } from "#lib/errors.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import { milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Credential } from "../identity.ts";
import type { Audience } from "../stream/channel.ts";
import type { Opener } from "../stream/hub.ts";
import { HIDDEN, hiddenNames, visibleSources } from "./filter.ts";
import type { Rights } from "./model.ts";

export interface ViewersDeps {
  readonly timers: Timers;
  readonly rights: Rights;
  /** Configured cluster names. */
  readonly clusters: readonly string[];
  readonly namespaces: (cluster: string) => Iterable<string>;
}

/** An audience, and any text as it may be told to it. */
export interface Told extends Audience {
  readonly text: (text: string) => string;
  /** The same for many texts at once: what is hidden is looked up once. */
  readonly texts: () => (text: string) => string;
}

/** How often an open stream asks for its viewer's rights again; answers are kept as long. */
const ASK_EVERY = milliseconds(60_000);

export class Viewers {
  readonly clusters: readonly string[];
  readonly #deps: ViewersDeps;

  constructor(deps: ViewersDeps) {
    this.#deps = deps;
    this.clusters = deps.clusters;
  }

  /** @throws MeshscopeError `reauth` */
  async audience(credential: Credential, signal?: AbortSignal): Promise<Told> {
    const visibility = await this.#deps.rights.visibility(credential, signal);
    if (visibility.all)
      return { visibility, sources: (sources) => sources, text: (text) => text, texts: () => (text) => text };
    return {
      visibility,
      sources: (sources: readonly SourceStatus[]) => visibleSources(sources, this.#hidden(visibility)),
      text: this.textFor(visibility),
      texts: () => {
        const hidden = this.#hidden(visibility);
        return (text) => (hidden(text) ? HIDDEN : text);
      },
    };
  }

  /** Any text as it may be told to who sees that much. */
  textFor(visibility: Audience["visibility"]): (text: string) => string {
    if (visibility.all) return (text) => text;
    return (text) => (this.#hidden(visibility)(text) ? HIDDEN : text);
  }

  opener(credential: Credential, { visibility, sources }: Audience): Opener {
    return {
      visibility,
      sources,
      session: credential.session,
      watch: (end) => this.#watch(credential, visibility.key, end),
    };
  }

  #hidden({ namespace }: Audience["visibility"]): (text: string) => boolean {
    const { clusters, namespaces } = this.#deps;
    return hiddenNames(
      clusters.flatMap((cluster) => [...namespaces(cluster)].filter((name) => !namespace(cluster, name))),
    );
  }

  /** Ends when the session does, when a cluster refuses the token, or when what is visible has changed. */
  #watch(credential: Credential, key: string, end: (detail: string) => void): () => void {
    if (credential.role !== "user") return () => {};
    const { timers, rights } = this.#deps;
    const over = new AbortController();
    const finish = (detail: string) => {
      if (over.signal.aborted) return;
      over.abort();
      end(detail);
    };
    const follow = async () => {
      while (!over.signal.aborted) {
        await timers.sleep(ASK_EVERY, over.signal);
        if (over.signal.aborted) return;
        try {
          const now = await rights.visibility(credential, over.signal);
          if (now.key !== key) finish("What you may see has changed.");
        } catch (thrown) {
          finish(problemOf(thrown).detail);
        }
      }
    };
    const expire = async (at: number) => {
      await timers.sleep(milliseconds(Math.min(Math.max(0, (at - timers.now()) * 1000), MOST_MS)), over.signal);
      if (timers.now() >= at) finish("Your session has ended. Sign in again to go on.");
    };
    void follow();
    if (credential.expiresAt !== null) void expire(credential.expiresAt);
    return () => over.abort();
  }
}

/** What a timer can wait; no session lives longer. */
const MOST_MS = 2 ** 31 - 1;
