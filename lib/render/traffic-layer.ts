/** Runs the traffic's frames: none while it is off, hidden, stale or nothing flows. */
import type { Camera } from "./camera.ts";
import { flowsOf, paintTraffic, type TrafficView } from "./traffic.ts";

/** Thirty a second are smooth enough for dots, at half the cost. */
const FRAME_MS = 33;

export interface TrafficLayer {
  /** What it runs over has changed: the scene, the camera, the room. null: nothing is drawn. */
  follow(view: TrafficView | null): void;
  run(on: boolean): void;
  destroy(): void;
}

export interface TrafficOptions {
  readonly canvas: HTMLCanvasElement;
  /** Where it says no, nothing ever moves. */
  readonly motion: () => boolean;
}

/** Takes over a canvas that lies over the drawing and takes no pointer. */
export function createTrafficLayer({ canvas, motion }: TrafficOptions): TrafficLayer {
  const context = canvas.getContext("2d");
  let view: TrafficView | null = null;
  let flows: ReturnType<typeof flowsOf> = [];
  let flowsOfCamera: Camera | null = null;
  let on = false;
  let scheduled = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let dirty = false;

  const clear = () => {
    if (dirty) context?.clearRect(0, 0, canvas.width, canvas.height);
    dirty = false;
  };
  const moves = () => on && view !== null && !view.scene.stale && motion();
  const frame = (now: number) => {
    scheduled = 0;
    if (!moves() || view === null || context === null) {
      clear();
      return;
    }
    if (now - drawnAt >= FRAME_MS) {
      drawnAt = now;
      if (flowsOfCamera !== view.camera) {
        flows = flowsOf(view.scene, view.bounds, view.camera, view.size);
        flowsOfCamera = view.camera;
      }
      const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
      const [width, height] = [Math.round(view.size.width * ratio), Math.round(view.size.height * ratio)];
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintTraffic(context, view, flows, now);
      dirty = true;
    }
    if (flows.length > 0) schedule();
  };
  const schedule = () => {
    if (scheduled === 0) scheduled = requestAnimationFrame(frame);
  };
  return {
    follow(next) {
      view = next;
      flowsOfCamera = null;
      if (on) schedule();
    },
    run(next) {
      if (next === on) return;
      on = next;
      schedule();
    },
    destroy() {
      on = false;
      if (scheduled !== 0) cancelAnimationFrame(scheduled);
    },
  };
}
