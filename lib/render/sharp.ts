/**
 * Drawings too large to be drawn within one frame. They are kept as two layers, drawn in slices so that no task of the page is
 * long, and as the picture that is made of them: shown at once, moved and scaled as the view is. Numbers that change few marks
 * are drawn over the layers; what that leaves rough is drawn again when nothing has happened for a while.
 */
import { type Camera, type Size, same } from "./camera.ts";
import type { Layers } from "./paint.ts";

/** Nodes count twice. From here on a drawing takes longer than a frame, and is made in slices. */
export const LARGE = 2400;
/** From here on it can be drawn at once, but not in every frame of a gesture where there is no graphics card. */
export const MIDDLE = 300;
const REST_MS = 110;
/** How long layers with changes drawn over them stand before they are drawn again. */
const ROUGH_MS = 250;
/** One slice, in milliseconds: of what a frame has, most. */
const SLICE_MS = 9;

type Context = CanvasRenderingContext2D;

/** What a picture shows: which state, and from where. */
interface Shows {
  state: number;
  camera: Camera | null;
}

const NOTHING: Shows = { state: -1, camera: null };

/** Drawn by the processor: a slice's work can then be asked for at its end (`flush`). */
function createContext(alpha: boolean): Context | null {
  return document.createElement("canvas").getContext("2d", { alpha, willReadFrequently: true });
}

function fit({ canvas }: Context, size: { readonly width: number; readonly height: number }): void {
  if (canvas.width === size.width && canvas.height === size.height) return;
  canvas.width = size.width;
  canvas.height = size.height;
}

/** Browsers note what is drawn and do it when it is read; a step that is only noted would make another task long. */
function flush(context: Context): void {
  context.getImageData(0, 0, 1, 1);
}

/** Not every browser has it (https://wicg.github.io/scheduling-apis/). */
const { scheduler } = globalThis as { readonly scheduler?: Partial<Scheduler> };

const isOf = (of: Shows, state: number, camera: Camera) =>
  of.state === state && of.camera !== null && same(of.camera, camera);

export class Sharp {
  private picture: Context | null = null;
  /** On this the next picture is made: the one that is shown stays whole. */
  private spare: Context | null = null;
  private pictured = NOTHING;
  /** Draws onto the picture what it is said to show, where that stands on the screen alone so far. */
  private owed: ((on: Context) => void) | null = null;
  private layers: Layers | null = null;
  /** `state` here counts what is inked: neither texts nor what somebody looks at. */
  private layered = NOTHING;
  private drawing: Shows & { readonly of: "layers" | "whole" } = { ...NOTHING, of: "layers" };
  private steps: Iterator<Context | null> | null = null;
  /** A turn is on its way. */
  private asked = false;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private rough: ReturnType<typeof setTimeout> | undefined;
  private moving = false;
  private readonly channel = new MessageChannel();
  private done: () => void = () => undefined;

  constructor() {
    this.channel.port1.onmessage = () => this.slice();
  }

  /** Whether the hand has moved just now. */
  get moves(): boolean {
    return this.moving;
  }

  /** Whether changes are drawn over the layers that a drawing from the start would show otherwise. */
  get isRough(): boolean {
    return this.rough !== undefined;
  }

  /** Takes what a canvas shows for the last sharp picture. */
  keep(drawn: HTMLCanvasElement, camera: Camera, state: number): void {
    this.steps = null;
    this.picture ??= createContext(false);
    if (this.picture === null) return;
    fit(this.picture, drawn);
    this.picture.setTransform(1, 0, 0, 1, 0, 0);
    this.picture.globalAlpha = 1;
    this.picture.drawImage(drawn, 0, 0);
    this.owed = null;
    this.pictured = { state, camera };
  }

  /** The hand moved; `rest` is called once it has rested. */
  gesture(rest: () => void): void {
    if (this.pictured.camera === null) return;
    this.moving = true;
    this.steps = null;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.moving = false;
      rest();
    }, REST_MS);
  }

  /** Whether the picture is of this state from this camera. */
  holds(state: number, camera: Camera): boolean {
    return isOf(this.pictured, state, camera);
  }

  hasLayers(ink: number, camera: Camera): boolean {
    return this.layers !== null && isOf(this.layered, ink, camera);
  }

  /**
   * Begins the layers of this ink, unless they are begun already or the hand moves. Steps name what they drew on, and say
   * `layersDone`; `done` is called after the last.
   */
  begin(
    o: { readonly ink: number; readonly camera: Camera; readonly width: number; readonly height: number },
    paint: (layers: Layers) => Iterator<Context | null>,
    done: () => void,
  ): void {
    const drawing = { state: o.ink, camera: o.camera, of: "layers" } as const;
    if (this.moving || this.draws(drawing)) return;
    const ground = this.layers?.ground ?? createContext(false);
    const marks = this.layers?.marks ?? createContext(true);
    if (ground === null || marks === null) return;
    this.pay();
    this.layers = { ground, marks };
    fit(ground, o);
    fit(marks, o);
    this.smooth();
    this.layered = NOTHING;
    this.start(drawing, paint(this.layers), done);
  }

  /** Begins the picture of a state without layers, unless it is begun already; in steps that are drawn one by one. */
  beginWhole(
    shows: { readonly state: number; readonly camera: Camera },
    size: { readonly width: number; readonly height: number },
    paint: (on: Context) => Iterable<void>,
    done: () => void,
  ): void {
    const drawing = { ...shows, of: "whole" } as const;
    if (!this.draws(drawing)) this.start(drawing, this.make(shows, size, paint), done);
  }

  private draws({ of, state, camera }: { of: "layers" | "whole"; state: number; camera: Camera }): boolean {
    return this.steps !== null && this.drawing.of === of && isOf(this.drawing, state, camera);
  }

  private start(drawing: typeof this.drawing, steps: Iterator<Context | null>, done: () => void): void {
    this.drawing = drawing;
    this.done = done;
    this.steps = steps;
    this.ask();
  }

  /** A turn is asked for once, whatever is given up and begun before it comes. */
  private ask(): void {
    if (this.asked) return;
    this.asked = true;
    // A first picture goes before what the page does beside it: whoever looks at one waits for nothing else.
    if (this.drawing.of === "whole" && scheduler?.postTask !== undefined)
      void scheduler.postTask(() => this.slice(), { priority: "user-blocking" });
    else this.channel.port2.postMessage(null);
  }

  private slice(): void {
    this.asked = false;
    const end = performance.now() + SLICE_MS;
    while (this.steps !== null) {
      const step = this.step(this.steps);
      if (step.done === true) {
        this.steps = null;
        this.done();
        return;
      }
      if (step.value !== null) flush(step.value);
      if (performance.now() < end) continue;
      this.ask();
      return;
    }
  }

  /** One that fails is given up, so that the next drawing begins anew. */
  private step(steps: Iterator<Context | null>): IteratorResult<Context | null> {
    try {
      return steps.next();
    } catch (error) {
      this.steps = null;
      throw error;
    }
  }

  layersDone(): void {
    this.layered = this.drawing;
  }

  /** Draws over the layers, which then are of this ink; `again` is called when it is time to draw them from the start. */
  change(ink: number, paint: (layers: Layers) => void, again: () => void): void {
    if (this.layers === null) return;
    paint(this.layers);
    this.layered = { state: ink, camera: this.layered.camera };
    this.smooth();
    this.rough = setTimeout(() => {
      this.smooth();
      this.layered = NOTHING;
      again();
    }, ROUGH_MS);
  }

  private smooth(): void {
    clearTimeout(this.rough);
    this.rough = undefined;
  }

  /** Makes the picture of a state out of the layers, in steps that say on what they drew. */
  *take(state: number, compose: (on: Context, layers: Layers) => Iterable<void>): Generator<Context> {
    const { layers } = this;
    if (layers === null) return;
    yield* this.make({ state, camera: this.layered.camera }, layers.ground.canvas, (on) => compose(on, layers));
  }

  private *make(
    shows: Shows,
    size: { readonly width: number; readonly height: number },
    paint: (on: Context) => Iterable<void>,
  ): Generator<Context> {
    const made = this.spare ?? createContext(false);
    if (made === null) return;
    fit(made, size);
    for (const _ of paint(made)) yield made;
    yield made;
    // What came meanwhile is shown already.
    if (this.pictured.state > shows.state) return;
    this.spare = this.picture;
    this.picture = made;
    this.owed = null;
    this.pictured = shows;
  }

  /** Has the screen drawn from the layers; the picture of it is made when it is asked for, or before the layers change. */
  show(screen: Context, state: number, compose: (on: Context, layers: Layers) => void): void {
    if (this.layers === null) return;
    const { layers } = this;
    compose(screen, layers);
    this.picture ??= createContext(false);
    if (this.picture === null) return;
    this.owed = (on) => compose(on, layers);
    this.pictured = { state, camera: this.layered.camera };
  }

  private pay(): void {
    if (this.owed === null || this.picture === null || this.layers === null) return;
    fit(this.picture, this.layers.ground.canvas);
    this.owed(this.picture);
    this.owed = null;
  }

  /** Draws the picture as the camera now sees it; false where there is none yet. */
  draw(c: Context, camera: Camera, size: Size, ratio: number, background: string): boolean {
    const { camera: from } = this.pictured;
    if (this.picture === null || from === null) return false;
    this.pay();
    const { canvas } = this.picture;
    const scale = camera.k / from.k;
    c.setTransform(1, 0, 0, 1, 0, 0);
    if (!same(from, camera)) {
      c.fillStyle = background;
      c.fillRect(0, 0, size.width * ratio, size.height * ratio);
    }
    const x = (camera.x - from.x * scale) * ratio;
    const y = (camera.y - from.y * scale) * ratio;
    c.drawImage(canvas, x, y, canvas.width * scale, canvas.height * scale);
    return true;
  }

  /** Nothing large is drawn any more. */
  forget(): void {
    clearTimeout(this.rest);
    this.smooth();
    this.moving = false;
    this.steps = null;
    this.layered = NOTHING;
    this.pictured = NOTHING;
    this.layers = null;
    this.owed = null;
    this.picture = null;
    this.spare = null;
  }

  destroy(): void {
    this.forget();
    this.channel.port1.onmessage = null;
    this.channel.port1.close();
  }
}
