import type { Camera } from "#lib/render/camera.ts";
import { edgeBounds, type FullScene } from "#lib/render/hit.ts";
import { miniPoint, miniScale, miniView, paintMinimap, seesAll } from "#lib/render/minimap.ts";
import type { Renderer } from "#lib/render/renderer.ts";
import type { RenderTheme } from "#lib/render/theme.ts";
import { createTrafficLayer } from "#lib/render/traffic-layer.ts";

export interface OverlayElements {
  /** Holds the minimap; hidden while all of the drawing is on the screen. */
  readonly corner: HTMLElement;
  readonly minimap: HTMLCanvasElement;
  /** The rectangle of the view, in the corner. */
  readonly frame: HTMLElement;
  readonly traffic: HTMLCanvasElement;
}

export interface Overlays {
  readonly scene: (scene: FullScene) => void;
  readonly theme: (theme: RenderTheme) => void;
  readonly animate: (on: boolean) => void;
  readonly close: () => void;
}

const prefersMotion = () => !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** What lies over the drawing and follows it: the minimap and moving traffic. Past React, as the drawing is. */
export function createOverlays(elements: OverlayElements, renderer: Renderer, first: RenderTheme): Overlays {
  const { corner, minimap, frame } = elements;
  const traffic = createTrafficLayer({ canvas: elements.traffic, motion: prefersMotion });
  const context = minimap.getContext("2d");
  let theme = first;
  let scene: FullScene | null = null;
  let bounds: Float32Array = new Float32Array(0);
  let moving = false;
  let scheduled = 0;

  const size = () => ({ width: corner.clientWidth, height: corner.clientHeight });
  const draw = () => {
    scheduled = 0;
    if (scene === null || context === null || corner.hidden) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { width, height } = size();
    minimap.width = Math.max(1, Math.round(width * ratio));
    minimap.height = Math.max(1, Math.round(height * ratio));
    paintMinimap(context, scene, theme, miniScale(renderer.getExtent(), { width, height }), { width, height }, ratio);
  };
  const schedule = () => {
    if (scheduled === 0) scheduled = requestAnimationFrame(draw);
  };
  const follow = () => {
    const camera = renderer.getCamera();
    traffic.follow(scene === null || !moving ? null : { scene, bounds, camera, size: renderer.getSize(), theme });
    place(camera);
  };
  const place = (camera: Camera) => {
    const was = corner.hidden;
    corner.hidden = scene === null || seesAll(renderer.getExtent(), camera, renderer.getSize());
    if (corner.hidden) return;
    if (was) schedule();
    const { left, top, right, bottom } = miniView(miniScale(renderer.getExtent(), size()), camera, renderer.getSize());
    frame.style.transform = `translate(${left}px, ${top}px)`;
    frame.style.width = `${right - left}px`;
    frame.style.height = `${bottom - top}px`;
  };
  const steer = (event: PointerEvent) => {
    if (event.type === "pointermove" && event.buttons === 0) return;
    event.preventDefault();
    const { left, top } = corner.getBoundingClientRect();
    const at = { x: event.clientX - left, y: event.clientY - top };
    const world = miniPoint(miniScale(renderer.getExtent(), size()), at);
    const { k } = renderer.getCamera();
    const { width, height } = renderer.getSize();
    renderer.setCamera({ k, x: width / 2 - world.x * k, y: height / 2 - world.y * k });
  };
  corner.addEventListener("pointerdown", steer);
  corner.addEventListener("pointermove", steer);
  const unfollow = renderer.onCamera(follow);

  return {
    scene(next) {
      if (next.strings !== scene?.strings && moving) bounds = edgeBounds(next);
      scene = next;
      follow();
      schedule();
    },
    theme(next) {
      theme = next;
      follow();
      schedule();
    },
    animate(on) {
      moving = on;
      if (on && scene !== null) bounds = edgeBounds(scene);
      follow();
      traffic.run(on);
    },
    close() {
      unfollow();
      corner.removeEventListener("pointerdown", steer);
      corner.removeEventListener("pointermove", steer);
      if (scheduled !== 0) cancelAnimationFrame(scheduled);
      traffic.destroy();
    },
  };
}
