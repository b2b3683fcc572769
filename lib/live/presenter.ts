/** What the main thread is told of the graph on the screen: scene, status, details, rows, marks. It follows nothing itself. */
import type { GraphView } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { TracePlaces } from "#lib/tracing/view/places.ts";
import { detailsOf } from "./details.ts";
import { Finder } from "./finder.ts";
import type { FromWorker, ToWorker, WorkerMark } from "./messages.ts";
import { Picture } from "./picture.ts";
import type { Places } from "./places.ts";
import { Search } from "./search.ts";
import { NOTHING_FOUND } from "./status.ts";
import type { Surroundings } from "./stream.ts";
import { drawingOf, isStale, type Situation, statusOf } from "./summary.ts";
import { Tracer } from "./tracer.ts";

export interface PresenterDeps {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  readonly places: Places;
  /** Milliseconds since 1970, with fractions. */
  readonly now: () => number;
  readonly fetch: Surroundings["fetch"];
  readonly after: Surroundings["after"];
  /** What is on the screen, and how it is followed. */
  readonly situation: () => Omit<Situation, "folded" | "find" | "shown" | "moves" | "operations" | "graphs">;
  /** The view behind it; null before the first. */
  readonly opened: () => { readonly view: GraphView; readonly origin: string } | null;
}

export class Presenter {
  readonly finder = new Finder();
  private readonly tracer = new Tracer();
  readonly search: Search;
  readonly picture: Picture;
  private readonly deps: PresenterDeps;
  private readonly marked = new Set<WorkerMark>();
  private selected: string | null = null;
  private drawnStale = false;
  private graphs = 0;
  /** What the last status said of the drawing, as text. */
  private toldOfDrawing = "";

  constructor(deps: PresenterDeps) {
    this.deps = deps;
    const { post, places, now } = deps;
    this.picture = new Picture({
      ...{ post, places, now },
      later: (call) => void deps.after(0, call),
      after: deps.after,
      finding: (graph) => this.finder.of(graph),
      traced: (graph) => this.tracer.of(graph),
      laid: (ms) => this.mark("topology:layout", ms),
      // A layout may be done long after the graph's status was told.
      drawn: (shown) => {
        if (JSON.stringify(drawingOf(deps.situation().graph, shown)) !== this.toldOfDrawing) this.tell();
      },
    });
    this.search = new Search({ fetch: deps.fetch, now: deps.now, changed: () => this.tell() });
  }

  /** Everything: another graph is on the screen. */
  show(): void {
    this.graphs += 1;
    // What is drawn comes first: the page is busy for a while with what is said beside it.
    this.draw();
    this.tell();
    this.detail();
  }

  draw(): void {
    const { graph, stream } = this.deps.situation();
    if (graph === null) return;
    this.drawnStale = isStale(graph, stream);
    this.picture.draw(graph, this.drawnStale);
  }

  /** Draws anew where the graph has become stale, or is no longer. */
  drawIfAged(): void {
    const { graph, stream } = this.deps.situation();
    if (graph !== null && isStale(graph, stream) !== this.drawnStale) this.draw();
  }

  select(id: string | null): void {
    this.selected = id;
    this.detail();
  }

  private detail(): void {
    const { graph } = this.deps.situation();
    if (this.selected === null || graph === null) return;
    this.deps.post({
      type: "details",
      id: this.selected,
      details: detailsOf(graph, this.selected, this.tracer.of(graph)),
    });
  }

  /** The status. */
  tell(): void {
    const situation = this.deps.situation();
    const find = situation.graph === null ? NOTHING_FOUND : this.finder.of(situation.graph).status;
    const operations = this.deps.opened()?.view.operations === true;
    const [folded, shown, moves] = [this.search.status(), this.picture.current(), this.picture.moves()];
    this.toldOfDrawing = JSON.stringify(drawingOf(situation.graph, shown));
    const { graphs } = this;
    const status = statusOf({ ...situation, folded, find, shown, moves, operations, graphs });
    this.deps.post({ type: "status", status });
  }

  rows({ request, ...query }: Extract<ToWorker, { type: "rows" }>): void {
    const { graph, groups } = this.deps.situation();
    const opened = this.deps.opened();
    const rows = this.search.rows(graph, opened && { ...opened, groups }, this.marks(), query);
    this.deps.post({ type: "rows", request, ...rows });
  }

  private marks() {
    return { finding: (graph: Graph) => this.finder.of(graph), traced: (graph: Graph) => this.tracer.of(graph) };
  }

  /** Draws a trace, or none any more: nothing moves, what it didn't touch steps back. */
  trace(places: TracePlaces | null): void {
    if (!this.tracer.set(places)) return;
    this.draw();
    this.tell();
    this.detail();
  }

  assist({ request, text, cursor }: Extract<ToWorker, { type: "assist" }>): void {
    this.deps.post({ type: "assist", request, ...this.finder.assist(text, cursor, this.deps.situation().graph) });
  }

  move({ request, move }: Extract<ToWorker, { type: "move" }>): void {
    const moved = move === null ? this.picture.unmove() : this.picture.move(move);
    if (moved) this.tell();
    this.deps.post({ type: "moved", request, moved });
  }

  whole(request: number): void {
    this.deps.post({ type: "graph", request, graph: this.deps.situation().graph });
  }

  /** Nothing of what was seen stays: not drawn, not listed, not searched. `graph`: what was on the screen. */
  forget(graph: Graph | null): void {
    this.search.keepOnly(null);
    this.picture.forget();
    const { selected: id } = this;
    if (graph !== null && id !== null) this.deps.post({ type: "details", id, details: { kind: "absent", id } });
  }

  mark(name: WorkerMark, ms?: number): void {
    if (this.marked.has(name)) return;
    this.marked.add(name);
    this.deps.post({ type: "mark", name, at: this.deps.now(), ...(ms === undefined ? {} : { ms }) });
  }
}
