/**
 * When a frame is drawn, and how: whole within its time, or, of what is too large for that, from the last sharp picture
 * (sharp.ts). It says on the canvas, as `data-still`, whether all that was asked for stands there.
 */
import type { Camera } from "./camera.ts";
import type { Changes } from "./looks.ts";
import {
  chooseTexts,
  compose,
  composeSteps,
  type Frame,
  type Layers,
  paintChanges,
  paintFrame,
  paintLayers,
  paintPointed,
  paintSteps,
  textSteps,
} from "./paint.ts";
import { LARGE, MIDDLE, Sharp } from "./sharp.ts";
import type { RenderTheme } from "./theme.ts";

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
  /** Other texts, or something else that somebody looks at. */
  retell(): void;
  /** What is drawn has changed, not only from where it is looked at; `changes`: only these marks, since the last time. */
  repaint(changes?: Changes | null): void;
  /** Draws without waiting for the browser's next frame. */
  now(): void;
  /** A hand moves the view. */
  gesture(): void;
  /** A scene has come: reported once, when it is on the screen. */
  announce(what: "first" | "delta"): void;
  /** Whether nothing of the first scene is on the screen yet. */
  isBlank(): boolean;
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
  /** Grows with everything that makes another picture. */
  let state = 0;
  /** The same, but for texts and what is looked at. */
  let ink = 0;
  /** What is all that differs between two inks. */
  let pending: { readonly from: number; readonly to: number; readonly changes: Changes } | null = null;
  /** A hand has moved the view before the first picture was there. */
  let hurried = false;
  /** From where the canvas shows all there is, of a drawing that is moved as a picture. */
  let drawn: { readonly camera: Camera; readonly state: number } | null = null;

  const isBlank = () => unpainted === "first";
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
    if (isBlank() && !moved && weight >= MIDDLE && weight < LARGE && drawFirst(seen)) return;
    const sliced = weight >= LARGE || (weight >= MIDDLE && moved);
    if (sliced) {
      if (moved) keep();
      drawn = null;
      showLarge(seen);
    } else {
      sharp.forget();
      paintFrame(context, frame);
      drawn = weight >= MIDDLE ? { camera: frame.camera, state } : null;
    }
    if (flying) schedule();
    const whole = !sliced || sharp.holds(state, frame.camera);
    if (!flying && whole && !sharp.isRough) say(true);
    if (unpainted !== "none" && whole) report(nodes.x.length, edges.source.length);
  }

  /** @returns whether it is drawn in slices: not where a hand moves it meanwhile, which would begin it again and again */
  function drawFirst({ frame, pointing }: Sight): boolean {
    const { camera, size, ratio, theme, scene } = frame;
    if (hurried) return false;
    if (sharp.holds(state, camera)) {
      sharp.draw(context, camera, size, ratio, theme.background);
      drawn = { camera, state };
      report(scene.nodes.x.length, scene.edges.source.length);
      if (pointing) schedule();
      else say(true);
    } else {
      clear(theme);
      sharp.beginWhole({ state, camera }, canvas, (on) => paintSteps(on, frame), now);
    }
    return true;
  }

  function clear({ background }: RenderTheme): void {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = background;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }

  function keep(): void {
    if (drawn !== null) sharp.keep(canvas, drawn.camera, drawn.state);
    drawn = null;
  }

  /** The last picture at once, with what the pointer is on; a sharp one when there is none of this state and view. */
  function showLarge({ frame, flying, pointing }: Sight): void {
    const { camera, size, ratio, theme } = frame;
    const { width, height } = canvas;
    const still = { ...frame, focus: { ...frame.focus, hovered: null, hoveredEdge: null } };
    if (pending !== null && pending.to === ink && sharp.hasLayers(pending.from, camera)) {
      const { changes } = pending;
      sharp.change(ink, (layers) => paintChanges(layers, still, changes), anew);
    }
    pending = null;
    const direct = !sharp.holds(state, camera) && sharp.hasLayers(ink, camera);
    if (direct) {
      const texts = chooseTexts(still);
      sharp.show(context, state, (on, layers) => compose(on, layers, still, texts));
    }
    if (!direct && !sharp.draw(context, camera, size, ratio, theme.background)) clear(theme);
    else if (pointing) paintPointed(context, frame);
    if (flying || sharp.holds(state, camera)) return;
    const asked = state;
    const steps = function* (layers: Layers) {
      yield* paintLayers(layers, still);
      sharp.layersDone();
      const choosing = textSteps(still);
      let texts = choosing.next();
      for (; texts.done !== true; texts = choosing.next()) yield null;
      const { value } = texts;
      yield* sharp.take(asked, (on) => composeSteps(on, layers, still, value));
    };
    sharp.begin({ ink, camera, width, height }, steps, now);
  }

  function anew(): void {
    state += 1;
    schedule();
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
    retell() {
      state += 1;
      schedule();
    },
    repaint(changes = null) {
      pending = changes === null ? null : { from: ink, to: ink + 1, changes };
      ink += 1;
      state += 1;
      schedule();
    },
    now,
    gesture() {
      hurried = isBlank();
      keep();
      sharp.gesture(schedule);
    },
    announce(what) {
      if (!isBlank()) unpainted = what;
    },
    isBlank,
    destroy() {
      destroyed = true;
      if (scheduled !== 0) cancelAnimationFrame(scheduled);
      sharp.destroy();
    },
  };
}
