/**
 * Tabs of one origin that look at the same URL share one stream, for HTTP/1.1 allows a browser six connections. A Web Lock
 * elects who holds it; the others listen on a BroadcastChannel. Whoever leaves releases the lock, the next in line connects
 * and goes on from the last event it heard. Only tabs of the same viewer share: one that still shows what somebody else
 * saw tells it to no other.
 */
import type { Graph } from "#lib/graph/model.ts";
import type { StreamEvent } from "./sse.ts";
import {
  mayNoLongerSee,
  openStream,
  SILENCE_MS,
  type Stream,
  type StreamSink,
  type StreamState,
  type Surroundings,
} from "./stream.ts";

/** The part of LockManager that is used. */
export interface Locks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    held: () => Promise<void>,
  ): Promise<void>;
}

/** The part of BroadcastChannel that is used. */
export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  close(): void;
}

export interface SharedSurroundings extends Surroundings {
  /** Absent outside secure contexts: then every tab has its own stream. */
  readonly locks: Locks | undefined;
  readonly channel: (name: string) => Channel;
}

export interface SharedSink extends StreamSink {
  /** What this tab knows, for one that joins. */
  readonly known: () => { readonly graph: Graph; readonly id: string } | null;
  /** What another tab knew when this one joined. */
  readonly joined: (graph: Graph, id: string) => void;
}

type Word =
  | { readonly type: "hello" }
  | { readonly type: "known"; readonly graph: Graph; readonly id: string; readonly state: StreamState }
  | { readonly type: "event"; readonly event: StreamEvent }
  | { readonly type: "state"; readonly state: StreamState }
  | { readonly type: "beat" };

const MOST_EARLY = 64;

/** How many deltas lie between two event ids (`epoch-seq`); null where they are of two epochs. */
function stepsFrom(from: string, to: string): number | null {
  const [a, b] = [from.lastIndexOf("-"), to.lastIndexOf("-")];
  if (a < 0 || from.slice(0, a) !== to.slice(0, b)) return null;
  return Number(to.slice(b + 1)) - Number(from.slice(a + 1));
}

/** Follows `url` as `viewer`, as the one who holds the stream or as a listener. */
export function followStream(
  url: string,
  lastId: string,
  around: SharedSurroundings,
  sink: SharedSink,
  viewer = "",
): Stream {
  const { locks } = around;
  if (locks === undefined) return openStream(url, lastId, around, sink);

  const name = `meshscope ${viewer} ${url}`;
  const channel = around.channel(name);
  const say = (word: Word) => channel.postMessage(word);
  let waiting = new AbortController();
  /** Of the graph that this tab has. What sources say has no place of its own in the stream. */
  let id = lastId;
  /** Whether this tab has had all that the holder had: not where it comes back, before the holder has told it. */
  let fresh = false;
  /** The holder was asked what it knows, and hasn't said anything since that could be its answer. */
  let asked = false;
  let closed = false;
  let own: Stream | null = null;
  let release = () => {};
  let state: StreamState = { kind: "connecting" };
  let cancelWatch = () => {};
  /** What sources said before there was any graph: one that joins then must learn why there is none. */
  let early: StreamEvent[] = [];

  const setState = (next: StreamState) => {
    state = next;
    if (mayNoLongerSee(next)) {
      id = "";
      fresh = false;
    }
    sink.state(next);
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    say({ type: "hello" });
  };
  const lead = () =>
    new Promise<void>((resolve) => {
      if (closed) {
        resolve();
        return;
      }
      cancelWatch();
      release = resolve;
      own = openStream(url, id, around, {
        event: (event) => {
          if (event.name !== "source") id = event.id;
          early = event.name === "source" && early.length < MOST_EARLY ? [...early, event] : [];
          // This tab first: telling the others means copying it, also where there are none.
          sink.event(event);
          if (!closed) say({ type: "event", event });
        },
        beat: () => {
          say({ type: "beat" });
          sink.beat();
        },
        state: (next) => {
          say({ type: "state", state: next });
          setState(next);
        },
      });
    });
  const stopLeading = () => {
    own?.close();
    own = null;
    release();
  };
  const queue = (steal: boolean) => {
    waiting.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    locks.request(name, steal ? { steal } : { signal }, lead).catch(() => {
      // Aborted by us, or another tab took the lock because this one seemed frozen: then fall back in line.
      if (signal.aborted) return;
      stopLeading();
      if (closed) return;
      fresh = false;
      // Asked again with the next change, should this be lost.
      asked = false;
      say({ type: "hello" });
      watch();
      queue(false);
    });
  };
  const watch = () => {
    cancelWatch();
    if (own === null && !closed) cancelWatch = around.after(SILENCE_MS, () => queue(true));
  };

  const hear = (event: StreamEvent) => {
    if (event.name === "delta") {
      const steps = stepsFrom(id, event.id);
      // One who resumes is told again what this tab has had.
      if (fresh && steps !== null && steps <= 0) return;
      // A change of another graph than this tab has would spoil it: the holder tells the whole.
      if (!fresh || steps !== 1) {
        fresh = false;
        ask();
        return;
      }
    }
    if (event.name === "snapshot") fresh = true;
    if (event.name !== "source") id = event.id;
    sink.event(event);
  };

  channel.onmessage = ({ data }) => {
    if (closed) return;
    const word = data as Word;
    if (word.type === "hello") {
      if (own === null) return;
      const known = sink.known();
      if (known !== null) say({ type: "known", ...known, state });
      else {
        say({ type: "state", state });
        for (const event of early) say({ type: "event", event });
      }
      return;
    }
    if (own !== null) return;
    watch();
    switch (word.type) {
      case "known":
        asked = false;
        if (!fresh || word.id !== id) {
          id = word.id;
          fresh = true;
          sink.joined(word.graph, word.id);
        }
        setState(word.state);
        return;
      case "event":
        hear(word.event);
        return;
      case "beat":
        asked = false;
        sink.beat();
        return;
      case "state":
        asked = false;
        setState(word.state);
    }
  };
  sink.state(state);
  queue(false);
  ask();
  watch();
  return {
    close() {
      closed = true;
      waiting.abort();
      cancelWatch();
      stopLeading();
      channel.close();
    },
  };
}
