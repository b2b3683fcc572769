/** What the worker is: follows a view, keeps its graph, lays it out, and tells the main thread. Runs anywhere by its deps. */
import { type GraphView, viewParams } from "#lib/api/view.ts";
import type { Graph, SourceStatus } from "#lib/graph/model.ts";
import {
  askedView,
  countWorkloads,
  type Detail,
  needsGroups,
  placesKey,
  sameButFolds,
  streamUrl,
  unfoldsAlike,
} from "./detail.ts";
import { Frames } from "./frames.ts";
import { Hand } from "./hand.ts";
import type { FromWorker, ReplaySpan, ToWorker } from "./messages.ts";
import type { Places } from "./places.ts";
import { Presenter } from "./presenter.ts";
import { followStream, type SharedSurroundings } from "./share.ts";
import type { StreamEvent } from "./sse.ts";
import { mayNoLongerSee, type Stream, type StreamState } from "./stream.ts";
import { answerAfter, withSource } from "./summary.ts";

export interface SessionDeps extends SharedSurroundings {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  readonly places: Places;
  /** Milliseconds since 1970, with fractions. */
  readonly now: () => number;
}

interface Opened {
  readonly view: GraphView;
  readonly detail: Detail;
  readonly origin: string;
}

export class Session {
  private readonly deps: SessionDeps;
  private opened: Opened | null = null;
  private paused = false;
  private visible = true;
  private viewer = "";
  /** Nobody may look. */
  private stopped = false;
  private groups = false;
  private hiddenWorkloads = 0;

  private stream: Stream | null = null;
  private state: StreamState = { kind: "connecting" };
  private lastId = "";
  private graph: Graph | null = null;
  /** What is asked for has been answered; the graph may be of what was asked before. */
  private answered = false;
  private early: readonly SourceStatus[] = [];

  /** The view that is asked for; null before the first. */
  private asked: GraphView | null = null;
  private readonly presenter: Presenter;
  private readonly frames: Frames;
  private span: ReplaySpan | null = null;
  private readonly hand: Hand;

  constructor(deps: SessionDeps) {
    this.deps = deps;
    const { post, places, now, fetch, after } = deps;
    this.presenter = new Presenter({
      ...{ post, places, now, fetch, after },
      opened: () => this.opened,
      situation: () => {
        const { early, state: stream, paused, visible, groups, hiddenWorkloads } = this;
        const frames = this.frames.status();
        const held = this.hand.frame() !== null;
        return { graph: this.seen(), held, early, stream, paused, visible, groups, hiddenWorkloads, frames };
      },
    });
    this.frames = new Frames(deps.fetch, () => this.reconcile());
    this.hand = new Hand({
      busy: () => this.presenter.picture.busy(),
      show: () => this.presenter.show(),
      later: (call) => void after(0, call),
    });
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case "open":
        this.open({ view: message.view, detail: message.detail, origin: message.origin });
        return;
      case "pause":
        this.paused = message.paused;
        this.reconcile();
        return;
      case "frames":
        this.span = message.span;
        this.followFrames();
        this.presenter.tell();
        return;
      case "peek":
        this.hand.hold(message.at === null ? null : this.frames.near(message.at));
        return;
      case "visible":
        this.visible = message.visible;
        this.reconcile();
        return;
      case "select":
        this.presenter.select(message.id);
        return;
      case "rows":
        this.presenter.rows(message);
        return;
      case "graph":
        this.presenter.whole(message.request);
        return;
      case "find":
        if (!this.presenter.finder.set(message.find, message.hide)) return;
        if (this.opened !== null && this.question(this.opened).labels !== this.asked?.labels) this.start();
        this.presenter.tell();
        this.presenter.draw();
        return;
      case "trace":
        this.presenter.trace(message.places);
        return;
      case "assist":
        this.presenter.assist(message);
        return;
      case "relayout":
        this.presenter.picture.relayout();
        this.presenter.tell();
        return;
      case "move":
        this.presenter.move(message);
        return;
      case "byHand":
        this.deps.post({ ...message, ...this.presenter.picture.byHand() });
        return;
      case "look":
        if (this.presenter.picture.setLook(message.look)) this.presenter.tell();
        return;
      case "restart":
        this.viewer = message.viewer;
        this.stopped = false;
        if (!message.keepPlaces) this.deps.places.clear();
        this.forget();
        this.presenter.trace(null);
        this.asked = null;
        this.start();
        return;
      case "stop":
        this.stopped = true;
        this.disconnect();
        this.forget();
        this.presenter.trace(null);
        this.state = { kind: "connecting" };
        this.presenter.tell();
        return;
      case "close":
        this.disconnect();
        this.presenter.search.keepOnly(null);
        this.frames.follow(null);
        this.opened = null;
    }
  }

  private open(next: Opened): void {
    const before = this.opened;
    const text = (of: Opened) => `${of.origin} ${of.detail} ${viewParams(of.view)}`;
    if (before !== null && text(before) === text(next) && this.state.kind !== "refused") return;
    const keepGroups = this.groups && next.detail === "auto" && before !== null && unfoldsAlike(before.view, next.view);
    this.opened = next;
    this.presenter.search.keepOnly(next);
    this.groups = next.detail === "groups" || keepGroups;
    this.start();
  }

  private question({ view }: Opened): GraphView {
    return askedView(view, this.groups, this.presenter.finder.asksForLabels());
  }

  /** Begins on the view as it is now to be asked for. Numbers alone may change under a graph that stays on screen. */
  private start(): void {
    if (this.opened === null) return;
    const asked = this.question(this.opened);
    const before = this.asked;
    this.disconnect();
    this.lastId = "";
    this.answered = false;
    this.state = { kind: "connecting" };
    this.asked = asked;
    // What a hand was on stands until the answer comes.
    this.graph = this.seen();
    this.hand.forget();
    this.followFrames();
    const key = placesKey(asked);
    const frozen = asked.at !== null;
    if (before === null || key !== placesKey(before)) {
      const folded = before !== null && sameButFolds(before, asked);
      this.presenter.picture.open(key, { frozen, folded });
      // What is on screen stands until some of its boxes have closed or opened.
      if (!folded) {
        this.graph = null;
        this.early = [];
      }
    }
    this.reconcile();
  }

  private followFrames(): void {
    const { opened, asked, span } = this;
    const wanted = opened !== null && asked !== null && span !== null && !this.stopped;
    this.frames.follow(wanted ? { origin: opened.origin, view: asked, span } : null);
  }

  /** Whether there is a graph to be drawn. */
  hasGraph(): boolean {
    return this.graph !== null;
  }

  /** What is on the screen. */
  private seen(): Graph | null {
    return this.hand.frame() ?? this.graph;
  }

  /** Makes the stream be there exactly when it should; a frame that is there already needs none. */
  private reconcile(): void {
    const at = this.asked?.at ?? null;
    const frame = at === null || this.stopped ? null : this.frames.at(at);
    if (frame !== null) {
      this.disconnect();
      this.state = { kind: "open" };
      this.answered = true;
      if (frame !== this.graph) this.take(frame);
      else this.presenter.tell();
      return;
    }
    // What is asked for while paused is read once: an instant, a window or a comparison as much as another scope.
    const still = this.paused && this.answered;
    const wanted = this.opened !== null && this.visible && !this.stopped && !still && this.state.kind !== "refused";
    if (wanted && this.stream === null && this.opened !== null && this.asked !== null) {
      const url = streamUrl(this.opened.origin, this.asked);
      this.state = { kind: "connecting" };
      const sink = {
        event: (event: StreamEvent) => this.onEvent(event),
        beat: () => undefined,
        state: (state: StreamState) => {
          this.state = state;
          if (mayNoLongerSee(state)) this.forget();
          this.presenter.tell();
          this.presenter.drawIfAged();
        },
        known: () => (this.graph === null || this.lastId === "" ? null : { graph: this.graph, id: this.lastId }),
        joined: (graph: Graph, id: string) => {
          this.lastId = id;
          this.answered = true;
          this.take(graph);
        },
      };
      this.stream = followStream(url, this.graph === null ? "" : this.lastId, this.deps, sink, this.viewer);
    } else if (!wanted) this.disconnect();
    this.presenter.tell();
  }

  /** Nothing of what was seen stays: not drawn, not listed, not searched, not told to other tabs. */
  private forget(): void {
    const seen = this.seen();
    this.frames.follow(null);
    this.hand.forget();
    this.early = [];
    this.lastId = "";
    this.answered = false;
    this.graph = null;
    this.presenter.forget(seen);
  }

  private disconnect(): void {
    this.stream?.close();
    this.stream = null;
  }

  private onEvent(event: StreamEvent): void {
    const next = answerAfter(this.graph, event);
    // What a source says may come before the answer, over the graph of what was asked before.
    if (event.name !== "source" && next !== null) {
      this.lastId = event.id;
      this.answered = true;
    }
    if (next !== null) this.take(next);
    else if (event.name === "source") {
      this.early = withSource(this.early, JSON.parse(event.data) as SourceStatus);
      this.presenter.tell();
    }
  }

  private take(graph: Graph): void {
    if (this.opened === null) return;
    this.presenter.mark("topology:data");
    if (!this.groups && needsGroups(this.opened.view, this.opened.detail, graph, this.graph === null)) {
      this.groups = true;
      this.hiddenWorkloads = countWorkloads(graph);
      this.start();
      return;
    }
    this.graph = graph;
    if (this.paused && this.stream !== null) this.reconcile();
    if (this.hand.frame() === null) this.presenter.show();
  }
}
