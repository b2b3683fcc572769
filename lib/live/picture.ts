/**
 * From a graph and a look to the scene on the screen: keeps places while the structure changes, and across views, visits
 * and foldings.
 */
import type { Graph } from "#lib/graph/model.ts";
import { layout, layoutSteps } from "#lib/layout/layout.ts";
import type { Layout, LayoutInput } from "#lib/layout/model.ts";
import { type Move, moved } from "#lib/layout/move.ts";
import { readPins } from "#lib/layout/pin-text.ts";
import { type ByHand, NONE_BY_HAND } from "#lib/layout/pins.ts";
import type { Finding } from "./finder.ts";
import { boxesOf, DEFAULT_LOOK, type Look, placesOfLook } from "./look.ts";
import type { FromWorker } from "./messages.ts";
import type { Places } from "./places.ts";
import { covers, layoutInput, sameStructure } from "./placing.ts";
import { type Drawn, rehearseSteps } from "./rehearsal.ts";
import { buffersOf, buildScene, buildSkeleton } from "./scene-build.ts";
import { SceneRows } from "./scene-rows.ts";
import { type Shown, showGraph } from "./shown.ts";
import type { Skeleton } from "./skeleton.ts";
import { Standing } from "./standing.ts";
import type { Surroundings } from "./stream.ts";
import type { Traced } from "./tracer.ts";

/** A layout lets messages in after so many milliseconds: one that nobody needs any more is given up then. */
const SLICE_MS = 40;

/** So long drawing waits for the places of the last visit: a database that is blocked says neither yes nor no. */
const PATIENCE_MS = 1000;

/** One seed for everybody: the same mesh looks the same on every screen. */
const SEED = 1;

const NOTHING: Graph = {
  ...{ at: "", window: "", latencyAt: null, configurationAt: null, lens: "workload" },
  ...{ nodes: [], edges: [], sources: [] },
};

export interface PictureDeps {
  readonly post: (message: FromWorker, transfer?: Transferable[]) => void;
  readonly places: Places;
  /** Milliseconds since 1970, with fractions. */
  readonly now: () => number;
  /** Calls back once, after messages that wait have had their turn. */
  readonly later: (call: () => void) => void;
  /** Calls back once after that many milliseconds; the answer cancels. */
  readonly after: Surroundings["after"];
  /** What find and hide do to a graph. */
  readonly finding: (graph: Graph) => Pick<Finding, "found" | "hidden">;
  /** Where the trace went that is drawn. */
  readonly traced: (graph: Graph) => Traced | null;
  /** A layout is done, after so many milliseconds. */
  readonly laid: (ms: number) => void;
  /** What is drawn is another graph than before. */
  readonly drawn: (shown: Shown) => void;
}

/** A layout under way. */
interface Laying {
  readonly input: LayoutInput;
  readonly steps: Iterator<void, Layout>;
  /** Of which places: another look's or view's would be wrong. */
  readonly key: string;
  readonly began: number;
  /** What is drawn when it is done; its numbers may become newer meanwhile. */
  shown: Shown;
  first: boolean;
}

export class Picture {
  private readonly deps: PictureDeps;
  private look: Look = DEFAULT_LOOK;
  /** Of the view alone; null before the first. */
  private view: string | null = null;
  private frozen = false;
  /** The places of the last visit are on their way; nothing is drawn before, or it would be drawn twice. */
  private loading = false;
  private stopWaiting = () => {};
  private readonly standing = new Standing();

  private graph: Graph | null = null;
  private stale = false;
  private shown: Shown | null = null;
  private skeleton: Skeleton | null = null;
  /** The places that the skeleton is of: another look may have others for the same marks. */
  private drawn: Layout | null = null;
  private rows = new SceneRows();
  private version = 0;
  private laying: Laying | null = null;
  private rehearsed = false;

  constructor(deps: PictureDeps) {
    this.deps = deps;
  }

  /** What is drawn; null before the first. */
  current(): Shown | null {
    return this.shown;
  }

  /** Turns to a view. `folded`: the one before with some boxes closed or opened, so that what stays keeps its place. */
  open(view: string, o: { readonly frozen: boolean; readonly folded: boolean }): void {
    this.view = view;
    this.frozen = o.frozen;
    if (o.folded && this.standing.stay()) return;
    this.laying = null;
    this.graph = null;
    this.shown = null;
    this.fetch();
  }

  /** Whether it is another than before. */
  setLook(look: Look): boolean {
    if (JSON.stringify(look) === JSON.stringify(this.look)) return false;
    const moved = placesOfLook(look) !== placesOfLook(this.look);
    this.look = look;
    if (moved) {
      this.laying = null;
      this.fetch();
    }
    if (this.graph !== null) this.draw(this.graph, this.stale);
    return true;
  }

  private key(): string {
    return [this.view ?? "", placesOfLook(this.look)].filter(Boolean).join(" ");
  }

  /** A frozen instant, or a link with places or a camera: it looks the same for everyone, whatever they have moved themselves. */
  private shared(): boolean {
    return this.frozen || this.look.moved !== "" || this.look.camera !== "";
  }

  /** Looks for the places of this view and look: of this visit, else of the last one. */
  private fetch(): void {
    const key = this.key();
    const known = this.standing.enter(key, readPins(this.look.moved));
    this.loading = this.view !== null && !known && !this.shared();
    this.stopWaiting();
    if (!this.loading) return;
    const arrived = (places: Layout | null) => {
      if (key !== this.key() || !this.loading) return;
      this.stopWaiting();
      this.standing.places = places;
      this.loading = false;
      if (this.graph !== null) this.draw(this.graph, this.stale);
    };
    this.stopWaiting = this.deps.after(PATIENCE_MS, () => arrived(null));
    void this.deps.places.load(key).then(arrived);
  }

  /** Lays out if the structure changed, and sends the scene. */
  draw(graph: Graph, stale: boolean): void {
    const first = this.graph === null || this.skeleton === null || this.shown === null;
    this.graph = graph;
    this.stale = stale;
    if (this.loading) {
      if (first) this.shown = null;
      return;
    }
    const before = this.shown;
    const shown = showGraph(graph, this.look, this.deps.finding(graph), this.deps.traced(graph), before);
    if (before === null || !sameStructure(before.placed, shown.placed) || !this.placed(shown)) {
      this.lay(shown, first);
      return;
    }
    this.laying = null;
    this.finish(shown, { replaced: false, first, layoutMs: null });
  }

  /** Whether the places that hold are of all that is shown: those that were drawn are; others may be older than some of it. */
  private placed({ placed }: Shown): boolean {
    const { places } = this.standing;
    return places !== null && (places === this.drawn || covers(places, layoutInput(placed, boxesOf(this.look))));
  }

  private finish(
    shown: Shown,
    o: { readonly replaced: boolean; readonly first: boolean; readonly layoutMs: number | null },
  ): void {
    const before = this.shown;
    const { replaced, first, layoutMs } = o;
    const places = this.standing.places as Layout;
    const fresh = replaced || before === null || places !== this.drawn || !sameStructure(before.graph, shown.graph);
    if (fresh) this.skeleton = buildSkeleton(shown, places, boxesOf(this.look));
    this.drawn = places;
    this.shown = shown;
    this.send(shown, this.skeleton as Skeleton, { fresh, first, layoutMs });
    this.deps.drawn(shown);
    if (first && !this.rehearsed) rehearseSteps(() => this.onScreen(), this.deps);
    this.rehearsed ||= first;
  }

  private onScreen(): Drawn | null {
    const { shown, skeleton, look } = this;
    return shown === null || skeleton === null ? null : { shown, skeleton, look };
  }

  /** Begins a layout, unless the one under way will do: then only its numbers are newer. */
  private lay(shown: Shown, first: boolean): void {
    const key = this.key();
    const { laying } = this;
    if (laying !== null && laying.key === key && sameStructure(laying.shown.placed, shown.placed)) {
      laying.shown = shown;
      return;
    }
    const began = this.deps.now();
    const input = layoutInput(shown.placed, boxesOf(this.look));
    const previous = this.standing.previous(input);
    const how = { seed: SEED, style: this.look.layout };
    const steps = layoutSteps(input, previous === null ? how : { ...how, previous });
    const next = { input, steps, key, began, shown, first: first || laying?.first === true };
    this.laying = next;
    this.goOn(next);
  }

  private goOn(laying: Laying): void {
    const end = this.deps.now() + SLICE_MS;
    while (this.laying === laying) {
      const step = laying.steps.next();
      if (step.done === true) {
        this.laying = null;
        this.laid(laying, step.value);
      } else if (this.deps.now() >= end) {
        this.deps.later(() => this.goOn(laying));
        return;
      }
    }
  }

  private save(key: string, places: Layout): void {
    if (!this.shared() && this.view !== null) this.deps.places.save(key, places);
  }

  private laid({ key, input, began, shown, first }: Laying, places: Layout): void {
    this.save(key, this.standing.take(key, input, places));
    const ms = this.deps.now() - began;
    this.deps.laid(ms);
    this.finish(shown, { replaced: true, first, layoutMs: ms });
  }

  private send(
    shown: Shown,
    skeleton: Skeleton,
    o: { readonly fresh: boolean; readonly first: boolean; readonly layoutMs: number | null },
  ): void {
    this.version += 1;
    const asked = { version: this.version, stale: this.stale, withStrings: o.fresh };
    const scene = buildScene(shown, skeleton, asked, this.rows);
    this.deps.post({ type: "scene", scene, first: o.first, layoutMs: o.layoutMs }, buffersOf(scene));
  }

  /** Whether a layout is under way, so that what is drawn is older. */
  busy(): boolean {
    return this.laying !== null;
  }

  /** How many moves and fresh layouts can be taken back. */
  moves(): number {
    return this.standing.moves();
  }

  /** What stands elsewhere than on a drawing laid out afresh, for a link. */
  byHand(): ByHand {
    const { shown, look } = this;
    if (shown === null) return NONE_BY_HAND;
    const input = layoutInput(shown.placed, boxesOf(look));
    return this.standing.byHand(input, () => layout(input, { seed: SEED, style: look.layout }));
  }

  /** Moves something by hand. Whether it moved: it doesn't while a layout is under way, nor where there is no room. */
  move(move: Move): boolean {
    const { shown, laying } = this;
    const { places } = this.standing;
    if (shown === null || places === null || laying !== null) return false;
    const next = moved(layoutInput(shown.placed, boxesOf(this.look)), places, move);
    if (next === null) return false;
    const key = this.key();
    this.save(key, this.standing.takeMove(key, move.id, next));
    this.finish(shown, { replaced: true, first: false, layoutMs: null });
    return true;
  }

  /** Takes the last move or fresh layout back. Who came since then finds a place beside. */
  unmove(): boolean {
    const { shown, laying } = this;
    const key = this.key();
    const places = shown === null || laying !== null ? null : this.standing.back(key);
    if (shown === null || places === null) return false;
    // Kept at once: what is laid out now may be given up.
    this.save(key, places);
    this.lay(shown, false);
    return true;
  }

  /** Forgets the places of this view and lays it out afresh. */
  relayout(): void {
    const key = this.key();
    this.standing.afresh(key);
    this.deps.places.forget(key);
    // The last visit's may be on their way still: they are wanted no more.
    this.loading = false;
    this.shown = null;
    this.laying = null;
    if (this.graph !== null) this.draw(this.graph, this.stale);
  }

  /** Nothing of what was seen stays, on the screen neither. */
  forget(): void {
    const { graph } = this;
    this.laying = null;
    this.standing.forget();
    this.view = null;
    this.graph = null;
    this.shown = null;
    this.loading = false;
    this.stopWaiting();
    this.rows = new SceneRows();
    if (graph === null) return;
    const shown = showGraph(NOTHING, DEFAULT_LOOK);
    const skeleton = buildSkeleton(shown, layout(layoutInput(NOTHING, []), { seed: SEED }), []);
    this.skeleton = null;
    this.send(shown, skeleton, { fresh: true, first: false, layoutMs: null });
  }
}
