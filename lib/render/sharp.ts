/**
 * Drawings too large to be drawn within one frame: a picture is kept of the last sharp one and shown at once, moved and
 * scaled as the view is; the next is drawn beside it in slices, so that no task of the page is long, and takes its place
 * when it is whole and the hand rests.
 */
import type { Camera, Size } from "./camera.ts";

/** Nodes count twice. From here on a drawing takes longer than a frame, and is made in slices. */
export const LARGE = 2400;
/** From here on it can be drawn at once, but not in every frame of a gesture where there is no graphics card. */
export const MIDDLE = 300;
const REST_MS = 110;
/** One slice, in milliseconds: of what a frame has, most. */
const SLICE_MS = 9;

interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  camera: Camera | null;
  /** Which state of the scene it shows. */
  version: number;
}

function createPicture(): Picture | null {
  const canvas = document.createElement("canvas");
  // Drawn by the processor at once: a slice's work must not be put off to the moment when the picture is shown.
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  return context === null ? null : { canvas, context, camera: null, version: -1 };
}

function fit(canvas: HTMLCanvasElement, size: { readonly width: number; readonly height: number }): void {
  if (canvas.width === size.width && canvas.height === size.height) return;
  canvas.width = size.width;
  canvas.height = size.height;
}

const same = (a: Camera | null, b: Camera) => a !== null && a.x === b.x && a.y === b.y && a.k === b.k;

export class Sharp {
  private shown: Picture | null = null;
  private next: Picture | null = null;
  private steps: Iterator<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
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

  /** Takes what a canvas shows for the last sharp picture. */
  keep(drawn: HTMLCanvasElement, camera: Camera, version: number): void {
    this.steps = null;
    this.shown ??= createPicture();
    if (this.shown === null) return;
    const { canvas, context } = this.shown;
    fit(canvas, drawn);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.drawImage(drawn, 0, 0);
    this.shown.camera = camera;
    this.shown.version = version;
  }

  /** The hand moved; `rest` is called once it has rested. */
  gesture(rest: () => void): void {
    if (this.shown === null) return;
    this.moving = true;
    this.steps = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.moving = false;
      rest();
    }, REST_MS);
  }

  /** Whether what is shown is this state of the scene from this camera. */
  holds(version: number, camera: Camera): boolean {
    return this.shown !== null && this.shown.version === version && same(this.shown.camera, camera);
  }

  /** Begins a picture, unless that one is begun already or the hand moves; `done` when it is shown. */
  begin(
    o: { readonly version: number; readonly camera: Camera; readonly width: number; readonly height: number },
    paint: (context: CanvasRenderingContext2D) => Iterator<void>,
    done: () => void,
  ): void {
    const begun = this.steps !== null && this.next?.version === o.version && same(this.next.camera, o.camera);
    if (this.moving || begun) return;
    this.next ??= createPicture();
    if (this.next === null) return;
    const { canvas, context } = this.next;
    fit(canvas, o);
    this.next.version = o.version;
    this.next.camera = o.camera;
    this.done = done;
    const waiting = this.steps !== null;
    this.steps = paint(context);
    if (!waiting) this.channel.port2.postMessage(null);
  }

  private slice(): void {
    const end = performance.now() + SLICE_MS;
    while (this.steps !== null) {
      if (this.steps.next().done === true) {
        this.steps = null;
        const before = this.shown;
        this.shown = this.next;
        this.next = before;
        this.done();
        return;
      }
      if (performance.now() >= end) {
        this.channel.port2.postMessage(null);
        return;
      }
    }
  }

  /** Draws the picture as the camera now sees it; false where there is none yet. */
  draw(c: CanvasRenderingContext2D, camera: Camera, size: Size, ratio: number, background: string): boolean {
    const { shown } = this;
    if (shown === null || shown.camera === null) return false;
    const scale = camera.k / shown.camera.k;
    c.setTransform(1, 0, 0, 1, 0, 0);
    if (!same(shown.camera, camera)) {
      c.fillStyle = background;
      c.fillRect(0, 0, size.width * ratio, size.height * ratio);
    }
    const x = (camera.x - shown.camera.x * scale) * ratio;
    const y = (camera.y - shown.camera.y * scale) * ratio;
    c.drawImage(shown.canvas, x, y, shown.canvas.width * scale, shown.canvas.height * scale);
    return true;
  }

  /** Nothing large is drawn any more. */
  forget(): void {
    clearTimeout(this.timer);
    this.moving = false;
    this.steps = null;
    this.shown = null;
  }

  destroy(): void {
    this.forget();
    this.channel.port1.onmessage = null;
    this.channel.port1.close();
  }
}
