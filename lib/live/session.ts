/** What the worker is: follows a view, keeps its graph, lays it out, and tells the main thread. Runs anywhere by its deps. */
import { type GraphView, viewParams } from "#lib/api/view.ts";
import type { Graph, SourceStatus } from "#lib/graph/model.ts";
import {
  askedView,
  countWorkloads,
  type Detail,
  folds,
  needsGroups,
  placesKey,
  sameButFolds,
  streamUrl,
  unfoldsAlike,
} from "./detail.ts";
import { detailsOf } from "./details.ts";
import { Finder } from "./finder.ts";
import { Folded, foldedUrl } from "./folded.ts";
import type { FromWorker, ToWorker, WorkerMark } from "./messages.ts";
import { Picture } from "./picture.ts";
import type { Places } from "./places.ts";
import { rowsOf } from "./rows.ts";
import { followStream, type SharedSurroundings } from "./share.ts";
import type { StreamEvent } from "./sse.ts";
import { NOTHING_FOUND } from "./status.ts";
import { mayNoLongerSee, type Stream, type StreamState } from "./stream.ts";
import { answerAfter, isStale, statusOf, withSource } from "./summary.ts";

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
  private selected: string | null = null;
  private groups = false;
  private hiddenWorkloads = 0;

  private stream: Stream | null = null;
  private state: StreamState = { kind: "connecting" };
  private lastId = "";
  private graph: Graph | null = null;
  private early: readonly SourceStatus[] = [];

  /** The view that is asked for; null before the first. */
  private asked: GraphView | null = null;
  private readonly finder = new Finder();
  private drawnStale = false;
  private readonly picture: Picture;
  private saidOfLook = "undefined ";
  private readonly marked = new Set<WorkerMark>();
  private readonly folded: Folded;

  constructor(deps: SessionDeps) {
    this.deps = deps;
    const { post, places, now } = deps;
    this.picture = new Picture({
      ...{ post, places, now },
      finding: (graph) => this.finder.of(graph),
      laid: (ms) => this.mark("topology:layout", ms),
      // Said with the status: who stands out, and who is a badge.
      drawn: ({ near, hubs }) => {
        const said = `${near?.size} ${hubs.join()}`;
        if (said === this.saidOfLook) return;
        this.saidOfLook = said;
        this.sendStatus();
      },
    });
    this.folded = new Folded({ fetch: deps.fetch, now: deps.now, changed: () => this.sendStatus() });
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
      case "visible":
        this.visible = message.visible;
        this.reconcile();
        return;
      case "select":
        this.selected = message.id;
        this.sendDetails();
        return;
      case "rows":
        this.sendRows(message.request, message.text, message.limit);
        return;
      case "graph":
        this.deps.post({ type: "graph", request: message.request, graph: this.graph });
        return;
      case "find":
        if (!this.finder.set(message.find, message.hide)) return;
        if (this.opened !== null && this.question(this.opened).labels !== this.asked?.labels) this.start();
        this.sendStatus();
        this.draw();
        return;
      case "assist": {
        const { request, text, cursor } = message;
        this.deps.post({ type: "assist", request, ...this.finder.assist(text, cursor, this.graph) });
        return;
      }
      case "relayout":
        this.picture.relayout();
        return;
      case "look":
        this.picture.setLook(message.look);
        this.sendStatus();
        return;
      case "restart":
        this.viewer = message.viewer;
        this.stopped = false;
        if (!message.keepPlaces) this.deps.places.clear();
        this.forget();
        this.asked = null;
        this.start();
        return;
      case "stop":
        this.stopped = true;
        this.disconnect();
        this.forget();
        this.state = { kind: "connecting" };
        this.sendStatus();
        return;
      case "close":
        this.disconnect();
        this.folded.keepOnly(null);
        this.opened = null;
    }
  }

  private open(next: Opened): void {
    const before = this.opened;
    const text = (of: Opened) => `${of.origin} ${of.detail} ${viewParams(of.view)}`;
    if (before !== null && text(before) === text(next) && this.state.kind !== "refused") return;
    const keepGroups = this.groups && next.detail === "auto" && before !== null && unfoldsAlike(before.view, next.view);
    this.opened = next;
    this.folded.keepOnly(foldedUrl(next.origin, next.view));
    this.groups = next.detail === "groups" || keepGroups;
    this.start();
  }

  private question({ view }: Opened): GraphView {
    return askedView(view, this.groups, this.finder.asksForLabels());
  }

  /** Begins on the view as it is now to be asked for. Numbers alone may change under a graph that stays on screen. */
  private start(): void {
    if (this.opened === null) return;
    const asked = this.question(this.opened);
    const before = this.asked;
    this.disconnect();
    this.lastId = "";
    this.state = { kind: "connecting" };
    this.asked = asked;
    const key = placesKey(asked);
    const frozen = asked.at !== null;
    if (before === null || key !== placesKey(before)) {
      const folded = before !== null && sameButFolds(before, asked);
      this.picture.open(key, { frozen, folded });
      // What is on screen stands until some of its boxes have closed or opened.
      if (!folded) {
        this.graph = null;
        this.early = [];
      }
    }
    this.reconcile();
  }

  /** Makes the stream be there exactly when it should. */
  private reconcile(): void {
    // A view that is opened while paused is read once: there would be nothing to stand still.
    const still = this.paused && this.graph !== null;
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
          this.sendStatus();
          if (this.graph !== null && isStale(this.graph, state) !== this.drawnStale) this.draw();
        },
        known: () => (this.graph === null || this.lastId === "" ? null : { graph: this.graph, id: this.lastId }),
        joined: (graph: Graph, id: string) => {
          this.lastId = id;
          this.take(graph);
        },
      };
      this.stream = followStream(url, this.graph === null ? "" : this.lastId, this.deps, sink, this.viewer);
    } else if (!wanted) this.disconnect();
    this.sendStatus();
  }

  /** Nothing of what was seen stays: not drawn, not listed, not searched, not told to other tabs. */
  private forget(): void {
    this.folded.keepOnly(null);
    this.early = [];
    this.lastId = "";
    this.picture.forget();
    if (this.graph === null) return;
    this.graph = null;
    const { selected: id } = this;
    if (id !== null) this.deps.post({ type: "details", id, details: { kind: "absent", id } });
  }

  private disconnect(): void {
    this.stream?.close();
    this.stream = null;
  }

  private onEvent(event: StreamEvent): void {
    this.lastId = event.id;
    const next = answerAfter(this.graph, event);
    if (next !== null) this.take(next);
    else if (event.name === "source") {
      this.early = withSource(this.early, JSON.parse(event.data) as SourceStatus);
      this.sendStatus();
    }
  }

  private take(graph: Graph): void {
    if (this.opened === null) return;
    this.mark("topology:data");
    if (!this.groups && needsGroups(this.opened.view, this.opened.detail, graph, this.graph === null)) {
      this.groups = true;
      this.hiddenWorkloads = countWorkloads(graph);
      this.start();
      return;
    }
    this.graph = graph;
    if (this.paused) this.reconcile();
    else this.sendStatus();
    this.draw();
    this.sendDetails();
  }

  /** Answers at once with what is known; where a search leads into groups that aren't read yet, the status says when they are. */
  private sendRows(request: number, text: string, limit: number): void {
    const { graph, opened } = this;
    if (graph === null || opened === null) {
      this.deps.post({ type: "rows", request, rows: [], total: 0 });
      return;
    }
    const searched = text.trim() !== "" && folds(opened.view, this.groups);
    const before = this.folded.status()?.state;
    const whole = searched ? this.folded.ask(foldedUrl(opened.origin, opened.view)) : null;
    if (this.folded.status()?.state !== before) this.sendStatus();
    this.deps.post({ type: "rows", request, ...rowsOf(graph, text, limit, whole, this.finder.of(graph)) });
  }

  private draw(): void {
    if (this.graph === null) return;
    this.drawnStale = isStale(this.graph, this.state);
    this.picture.draw(this.graph, this.drawnStale);
  }

  private sendDetails(): void {
    if (this.selected === null || this.graph === null) return;
    this.deps.post({ type: "details", id: this.selected, details: detailsOf(this.graph, this.selected) });
  }

  private sendStatus(): void {
    const { graph, early, state: stream, paused, visible, groups, hiddenWorkloads } = this;
    const folded = this.folded.status();
    const find = graph === null ? NOTHING_FOUND : this.finder.of(graph).status;
    this.deps.post({
      type: "status",
      status: statusOf({
        ...{ graph, early, stream, paused, visible, groups, hiddenWorkloads, folded, find },
        shown: this.picture.current(),
      }),
    });
  }

  private mark(name: WorkerMark, ms?: number): void {
    if (this.marked.has(name)) return;
    this.marked.add(name);
    this.deps.post({ type: "mark", name, at: this.deps.now(), ...(ms === undefined ? {} : { ms }) });
  }
}
