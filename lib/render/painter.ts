/**
 * When a frame is drawn, and how: whole within its time, or, of what is too large for that, from the last sharp picture
 * (sharp.ts). It says on the canvas, as `data-still`, whether all that was asked for stands there.
 */
import type { Camera } from "./camera.ts";
import { type Frame, paintFrame, paintPointed, paintSteps } from "./paint.ts";
import { LARGE, MIDDLE, Sharp } from "./sharp.ts";

/** What a frame has to show. */
export interface Sight {
  readonly frame: Frame;
  /** A flight is under way: there is more to draw in the next frame. */
  readonly flying: boolean;
  /** The pointer is on something. */
  readonly pointing: boolean;
}

export interface Painter {
  /** A frame is due: it is looked at from elsewhere, or something else stands out. */
  schedule(): void;
  /** What is drawn has changed, not only from where it is looked at. */
  repaint(): void;
  /** Draws without waiting for the browser's next frame. */
  now(): void;
  /** A hand moves the view. */
  gesture(): void;
  /** A scene has come: reported once, when it is on the screen. */
  announce(what: "first" | "delta"): void;
  destroy(): void;
}

const MOST_MARKS = 400;

/** `sight` is asked at each frame; null: there is nothing to draw. */
export function createPainter(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  sight: (now: number) => Sight | null,
): Painter {
  const sharp = new Sharp();
  let scheduled = 0;
  let unpainted: "none" | "first" | "delta" = "none";
  let destroyed = false;
  let version = 0;
  /** From where the canvas shows all there is, of a drawing that is moved as a picture. */
  let drawn: { readonly camera: Camera; readonly version: number } | null = null;

  const say = (still: boolean) => {
    const text = String(still);
    if (canvas.dataset["still"] !== text) canvas.dataset["still"] = text;
  };
  const schedule = () => {
    if (scheduled !== 0 || destroyed) return;
    say(false);
    scheduled = requestAnimationFrame(paint);
  };

  function paint(now: number): void {
    scheduled = 0;
    const seen = sight(now);
    if (seen === null) return;
    const { frame, flying } = seen;
    const { nodes, edges } = frame.scene;
    const weight = nodes.x.length * 2 + edges.source.length;
    const moved = flying || sharp.moves;
    // The first is drawn in slices too: nothing of it is warm yet.
    const sliced = weight >= LARGE || (weight >= MIDDLE && (moved || unpainted === "first"));
    if (sliced) {
      if (moved) keep();
      drawn = null;
      showLarge(seen);
    } else {
      sharp.forget();
      paintFrame(context, frame);
      drawn = weight >= MIDDLE ? { camera: frame.camera, version } : null;
    }
    if (flying) schedule();
    const whole = !sliced || sharp.holds(version, frame.camera);
    if (!flying && whole) say(true);
    if (unpainted !== "none" && whole) report(nodes.x.length, edges.source.length);
  }

  function keep(): void {
    if (drawn !== null) sharp.keep(canvas, drawn.camera, drawn.version);
    drawn = null;
  }

  /** The last picture at once, with what the pointer is on; a sharp one when there is none of this state and view. */
  function showLarge({ frame, flying, pointing }: Sight): void {
    const { camera, size, ratio, theme } = frame;
    const { width, height } = canvas;
    if (!sharp.draw(context, camera, size, ratio, theme.background)) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = theme.background;
      context.fillRect(0, 0, width, height);
    } else if (pointing) paintPointed(context, frame);
    if (flying || sharp.holds(version, camera)) return;
    const still = { ...frame, focus: { ...frame.focus, hovered: null, hoveredEdge: null } };
    sharp.begin({ version, camera, width, height }, (on) => paintSteps(on, still), now);
  }

  function now(): void {
    if (scheduled !== 0) cancelAnimationFrame(scheduled);
    paint(performance.now());
  }

  function report(nodes: number, edges: number): void {
    const name = unpainted === "first" ? "topology:painted" : "topology:delta";
    unpainted = "none";
    // A console stays open for weeks: the browser's list of marks must not grow with it.
    if (performance.getEntriesByName(name).length > MOST_MARKS) performance.clearMarks(name);
    performance.mark(name, { detail: { nodes, edges } });
  }

  return {
    schedule,
    repaint() {
      version += 1;
      schedule();
    },
    now,
    gesture() {
      keep();
      sharp.gesture(schedule);
    },
    announce(what) {
      if (unpainted !== "first") unpainted = what;
    },
    destroy() {
      destroyed = true;
      if (scheduled !== 0) cancelAnimationFrame(scheduled);
      sharp.destroy();
    },
  };
}
