/** What the worker is: follows a view, keeps its graph, lays it out, and tells the main thread. Runs anywhere by its deps. */
import { type GraphView, viewParams } from "#lib/api/view.ts";
import { applyDelta } from "#lib/graph/delta.ts";
import type { Graph, GraphDelta, SourceStatus } from "#lib/graph/model.ts";
import { layout } from "#lib/layout/layout.ts";
import type { Layout } from "#lib/layout/model.ts";
import { askedView, countWorkloads, type Detail, folds, needsGroups, placesKey } from "./detail.ts";
import { detailsOf } from "./details.ts";
import { Finder } from "./finder.ts";
import { Folded, foldedUrl } from "./folded.ts";
import type { FromWorker, ToWorker, WorkerMark } from "./messages.ts";
import type { Places } from "./places.ts";
import { layoutInput, sameStructure } from "./placing.ts";
import { restrict } from "./restrict.ts";
import { rowsOf } from "./rows.ts";
import { buffersOf, buildScene, buildSkeleton, type Skeleton } from "./scene-build.ts";
import { followStream, type SharedSurroundings } from "./share.ts";
import type { StreamEvent } from "./sse.ts";
import { NOTHING_FOUND } from "./status.ts";
import type { Stream, StreamState } from "./stream.ts";
import { isStale, statusOf, withSource } from "./summary.ts";

export interface SessionDeps extends SharedSurroundings {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  readonly places: Places;
  /** Milliseconds since 1970, with fractions. */
  readonly now: () => number;
}

/** One seed for everybody: the same mesh looks the same on every screen. */
const SEED = 1;

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
  private selected: string | null = null;
  private groups = false;
  private hiddenWorkloads = 0;

  private stream: Stream | null = null;
  private state: StreamState = { kind: "connecting" };
  private lastId = "";
  private graph: Graph | null = null;
  private early: readonly SourceStatus[] = [];

  /** Under which the places are kept; null before the first view. */
  private key: string | null = null;
  /** The places of the last visit are on their way; nothing is drawn before, or it would be drawn twice. */
  private loading = false;
  private places: Layout | null = null;
  private readonly finder = new Finder();
  /** Of the whole graph, and of what is shown of it. */
  private whole: Skeleton | null = null;
  private skeleton: Skeleton | null = null;
  private drawnGraph: Graph | null = null;
  private drawnShown: Graph | null = null;
  private drawnStale = false;
  private version = 0;
  private readonly marked = new Set<WorkerMark>();
  private readonly folded: Folded;

  constructor(deps: SessionDeps) {
    this.deps = deps;
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
      case "find":
        if (!this.finder.set(message.find, message.hide)) return;
        this.sendStatus();
        this.draw();
        return;
      case "assist": {
        const { request, text, cursor } = message;
        this.deps.post({ type: "assist", request, ...this.finder.assist(text, cursor, this.graph) });
        return;
      }
      case "relayout":
        if (this.key !== null) this.deps.places.forget(this.key);
        this.places = null;
        this.drawnGraph = null;
        this.draw();
        return;
      case "restart":
        // What others were allowed to see is nothing to search in, nor to start from.
        this.folded.keepOnly(null);
        this.start();
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
    const keepGroups =
      this.groups && next.detail === "auto" && before !== null && placesKey(before.view) === placesKey(next.view);
    this.opened = next;
    this.folded.keepOnly(foldedUrl(next.origin, next.view));
    this.groups = next.detail === "groups" || keepGroups;
    this.start();
  }

  /** Begins on the view as it is now to be asked for. Numbers alone may change under a graph that stays on screen. */
  private start(): void {
    if (this.opened === null) return;
    const asked = askedView(this.opened.view, this.groups);
    const key = placesKey(asked);
    this.disconnect();
    this.lastId = "";
    this.state = { kind: "connecting" };
    if (key !== this.key) {
      this.key = key;
      this.graph = null;
      this.early = [];
      this.places = null;
      this.drawnGraph = null;
      // A frozen instant is a link that must look the same for everyone: no places of one's own.
      this.loading = asked.at === null;
      if (this.loading) void this.recall(key);
    }
    this.reconcile();
  }

  private async recall(key: string): Promise<void> {
    const places = await this.deps.places.load(key);
    if (key !== this.key) return;
    this.places = places;
    this.loading = false;
    this.draw();
  }

  /** Makes the stream be there exactly when it should. */
  private reconcile(): void {
    // A view that is opened while paused is read once: there would be nothing to stand still.
    const still = this.paused && this.graph !== null;
    const wanted = this.opened !== null && this.visible && !still && this.state.kind !== "refused";
    if (wanted && this.stream === null && this.opened !== null) {
      const { origin, view } = this.opened;
      const params = viewParams(askedView(view, this.groups)).toString();
      const url = `${origin}/api/v1/graph/stream${params === "" ? "" : `?${params}`}`;
      this.state = { kind: "connecting" };
      this.stream = followStream(url, this.graph === null ? "" : this.lastId, this.deps, {
        event: (event) => this.onEvent(event),
        beat: () => undefined,
        state: (state) => {
          this.state = state;
          this.sendStatus();
          if (this.graph !== null && isStale(this.graph, state) !== this.drawnStale) this.draw();
        },
        known: () => (this.graph === null || this.lastId === "" ? null : { graph: this.graph, id: this.lastId }),
        joined: (graph, id) => {
          this.lastId = id;
          this.take(graph);
        },
      });
    } else if (!wanted) this.disconnect();
    this.sendStatus();
  }

  private disconnect(): void {
    this.stream?.close();
    this.stream = null;
  }

  private onEvent({ name, data, id }: StreamEvent): void {
    this.lastId = id;
    if (name === "snapshot") this.take(JSON.parse(data) as Graph);
    else if (name === "source") {
      const source = JSON.parse(data) as SourceStatus;
      if (this.graph !== null) this.take({ ...this.graph, sources: withSource(this.graph.sources, source) });
      else {
        this.early = withSource(this.early, source);
        this.sendStatus();
      }
    } else if (name === "delta" && this.graph !== null)
      this.take(applyDelta(this.graph, JSON.parse(data) as GraphDelta));
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

  /** Lays out if the structure changed, and sends the scene. */
  private draw(): void {
    const { graph } = this;
    if (graph === null || this.loading) return;
    const moved = this.whole === null || this.drawnGraph === null || !sameStructure(this.drawnGraph, graph);
    let layoutMs: number | null = null;
    if (moved) {
      const began = this.deps.now();
      const previous = this.places;
      this.places = layout(layoutInput(graph), previous === null ? { seed: SEED } : { seed: SEED, previous });
      layoutMs = this.deps.now() - began;
      this.whole = buildSkeleton(graph, this.places);
      if (this.opened?.view.at === null && this.key !== null) this.deps.places.save(this.key, this.places);
      this.mark("topology:layout");
    }
    const { shown, found } = this.finder.of(graph);
    const fresh = moved || this.drawnShown === null || !sameStructure(this.drawnShown, shown);
    if (fresh) {
      const whole = this.whole as Skeleton;
      this.skeleton = shown === graph ? whole : restrict(whole, graph, shown);
    }
    const first = this.drawnGraph === null;
    this.drawnGraph = graph;
    this.drawnShown = shown;
    this.drawnStale = isStale(graph, this.state);
    this.version += 1;
    const scene = buildScene(shown, this.skeleton as Skeleton, {
      version: this.version,
      stale: this.drawnStale,
      withStrings: fresh,
      found,
    });
    this.deps.post({ type: "scene", scene, first, layoutMs }, buffersOf(scene));
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
      status: statusOf({ graph, early, stream, paused, visible, groups, hiddenWorkloads, folded, find }),
    });
  }

  private mark(name: WorkerMark): void {
    if (this.marked.has(name)) return;
    this.marked.add(name);
    this.deps.post({ type: "mark", name, at: this.deps.now() });
  }
}
