/** All open streams: channels by view, slots, heartbeats, and the last word at shutdown. */
import type { GraphView } from "#lib/api/view.ts";
import { viewParams } from "#lib/api/view.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Feed } from "../telemetry/feed.ts";
import type { PastGraph } from "../telemetry/past-graph.ts";
import { type Audience, Channel } from "./channel.ts";
import { event, HEARTBEAT } from "./event.ts";
import { PastReader } from "./past-reader.ts";
import { Slots } from "./slots.ts";
import { Viewer } from "./viewer.ts";

/** Proxies commonly close what is silent for 30 to 60 s. */
export const HEARTBEAT_EVERY = milliseconds(15_000);
/** A channel without viewers is kept this long, for reconnects. */
export const LINGER = milliseconds(30_000);

export interface HubDeps {
  readonly timers: Timers;
  readonly random: () => number;
  readonly limit: number;
  /** Of these, one session's. */
  readonly limitPerSession: number;
  readonly feed: (view: GraphView) => Feed;
  /** The earlier window of a view that compares; null for others. */
  readonly earlier: (view: GraphView) => ((signal: AbortSignal) => Promise<PastGraph>) | null;
  /** Told of each viewer that falls behind and will get a snapshot, and of each that is let go because it doesn't read. */
  readonly onSlow?: (what: "skipped" | "dropped") => void;
}

/** How far viewers are behind what they were sent. */
/** A graph of the past as text, and whether nothing of it is missing that another try may bring. */
export interface Snapshot {
  readonly body: string;
  readonly whole: boolean;
}

export interface Backlog {
  /** Viewers that skip deltas until they have read. */
  readonly behind: number;
  /** Bytes that wait here for connections to take them: of all viewers, and of the one for which most do. */
  readonly bytes: number;
  readonly most: number;
}

/** Who opens a stream. */
export interface Opener extends Audience {
  /** null: a viewer who can't be told from others. */
  readonly session: string | null;
  /** Calls back once when the viewer must sign in again, or be admitted anew; the answer ends the watch. */
  readonly watch: (end: (detail: string) => void) => () => void;
}

interface Open {
  readonly channel: Channel;
  leaving: AbortController | null;
}

export class Hub {
  readonly slots: Slots;
  readonly #deps: HubDeps;
  readonly #channels = new Map<string, Open>();
  readonly #viewers = new Set<Viewer>();
  readonly #stop = new AbortController();

  constructor(deps: HubDeps) {
    this.#deps = deps;
    this.slots = new Slots(deps.limit, deps.limitPerSession);
    void this.#beat();
  }

  get channels(): number {
    return this.#channels.size;
  }

  get backlog(): Backlog {
    const viewers = [...this.#viewers];
    const waiting = viewers.map((viewer) => viewer.waiting);
    return {
      behind: viewers.filter(({ inStep }) => !inStep).length,
      bytes: waiting.reduce((sum, each) => sum + each, 0),
      most: waiting.reduce((most, each) => Math.max(most, each), 0),
    };
  }

  /** A live stream of a view. @throws MeshscopeError `too_many_streams`, `shutting_down` */
  open(view: GraphView, lastEventId: string | null, signal: AbortSignal, opener: Opener): ReadableStream<Uint8Array> {
    return this.#admit(signal, opener, (release) => {
      const key = `${opener.visibility.key} ${opener.sight?.key ?? ""} ${viewParams(view)}`;
      const open = this.#channel(key, view, opener);
      const viewer: Viewer = new Viewer(this.#deps.timers, {
        behind: () => this.#deps.onSlow?.("skipped"),
        drained: () => open.channel.refresh(viewer),
        gone: (unread) => {
          release(viewer, unread);
          open.channel.leave(viewer);
          if (open.channel.size === 0) void this.#linger(key, open);
        },
      });
      open.channel.join(viewer, lastEventId);
      return viewer;
    });
  }

  /** A stream of what doesn't change (a past instant): one snapshot, then heartbeats; of what isn't whole another when `again` has more. */
  still(
    first: Snapshot,
    signal: AbortSignal,
    opener: Opener,
    again?: (signal: AbortSignal) => Promise<Snapshot>,
  ): ReadableStream<Uint8Array> {
    return this.#admit(signal, opener, (release) => {
      let [shown, count] = [first.body, 0];
      let bytes = event("snapshot", shown, { id: "still-0" });
      let reader: PastReader<Snapshot> | null = null;
      const viewer: Viewer = new Viewer(this.#deps.timers, {
        behind: () => this.#deps.onSlow?.("skipped"),
        drained: () => viewer.send(bytes),
        gone: (unread) => {
          reader?.close();
          release(viewer, unread);
        },
      });
      viewer.send(bytes);
      const onRead = () => {
        const body = reader?.value?.body ?? shown;
        if (body === shown) return;
        [shown, count] = [body, count + 1];
        bytes = event("snapshot", shown, { id: `still-${count}` });
        viewer.send(bytes);
      };
      if (!first.whole && again !== undefined) reader = new PastReader(this.#deps.timers, again, onRead, first);
      return viewer;
    });
  }

  /** Tells everyone to come back in a moment, spread over 1 to 5 s, and admits nobody any more. */
  bye(): void {
    this.#stop.abort();
    for (const viewer of [...this.#viewers]) {
      const retryMs = Math.round(1000 + 4000 * this.#deps.random());
      viewer.close(event("bye", JSON.stringify({ retryMs }), { retryMs }));
    }
    for (const { channel, leaving } of this.#channels.values()) {
      leaving?.abort();
      channel.close();
    }
    this.#channels.clear();
  }

  #admit(
    signal: AbortSignal,
    opener: Opener,
    make: (release: (viewer: Viewer, unread: boolean) => void) => Viewer,
  ): ReadableStream<Uint8Array> {
    if (this.#stop.signal.aborted) {
      throw new MeshscopeError("shutting_down", "This console is shutting down. Try again in a few seconds.", {
        retryAfter: 5,
      });
    }
    const giveBack = this.slots.take(opener.session);
    const leave = () => viewer.close();
    let unwatch = () => {};
    const viewer = make((gone, unread) => {
      giveBack();
      if (unread) this.#deps.onSlow?.("dropped");
      unwatch();
      this.#viewers.delete(gone);
      signal.removeEventListener("abort", leave);
    });
    this.#viewers.add(viewer);
    // The last word of a stream: after it nothing of what was seen so far is sent.
    unwatch = opener.watch((detail) => viewer.close(event("reauth", JSON.stringify({ detail }))));
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return viewer.body;
  }

  #channel(key: string, view: GraphView, audience: Audience): Open {
    const known = this.#channels.get(key);
    if (known) {
      known.leaving?.abort();
      known.leaving = null;
      return known;
    }
    const epoch = Math.floor(this.#deps.random() * 2 ** 52).toString(36);
    const { feed, earlier, timers } = this.#deps;
    const read = earlier(view);
    const reader = read && ((onRead: () => void) => new PastReader(timers, read, onRead));
    const open: Open = { channel: new Channel(epoch, feed(view), view, audience, reader), leaving: null };
    this.#channels.set(key, open);
    return open;
  }

  /** Closes a channel that nobody came back to. */
  async #linger(key: string, open: Open): Promise<void> {
    open.leaving?.abort();
    const leaving = new AbortController();
    open.leaving = leaving;
    await this.#deps.timers.sleep(LINGER, leaving.signal);
    if (leaving.signal.aborted || open.channel.size > 0) return;
    open.channel.close();
    if (this.#channels.get(key) === open) this.#channels.delete(key);
  }

  async #beat(): Promise<void> {
    for (;;) {
      await this.#deps.timers.sleep(HEARTBEAT_EVERY, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      for (const viewer of this.#viewers) viewer.send(HEARTBEAT);
    }
  }
}
