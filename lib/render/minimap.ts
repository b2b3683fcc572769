/** The whole drawing in a corner, with what of it is on the screen: marks as dots, trouble in its colour and larger. */
import { NODE_BITS } from "#lib/layout/scene.ts";
import { type Bounds, type Camera, type Point, type Size, toWorld } from "./camera.ts";
import type { FullScene } from "./hit.ts";
import { stateAt, stateColour } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

/** From the drawing's units to the minimap's pixels. */
export interface MiniScale {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

const PADDING = 4;

/** Fits all of the drawing into the corner. */
export function miniScale(extent: Bounds, size: Size): MiniScale {
  const width = Math.max(1, extent.right - extent.left);
  const height = Math.max(1, extent.bottom - extent.top);
  const k = Math.min((size.width - 2 * PADDING) / width, (size.height - 2 * PADDING) / height);
  return {
    k,
    x: (size.width - width * k) / 2 - extent.left * k,
    y: (size.height - height * k) / 2 - extent.top * k,
  };
}

/** What the screen shows, in the minimap's pixels. */
export function miniView(scale: MiniScale, camera: Camera, view: Size): Bounds {
  const from = toWorld(camera, { x: 0, y: 0 });
  const to = toWorld(camera, { x: view.width, y: view.height });
  return {
    left: from.x * scale.k + scale.x,
    top: from.y * scale.k + scale.y,
    right: to.x * scale.k + scale.x,
    bottom: to.y * scale.k + scale.y,
  };
}

/** The drawing's point under a point of the minimap. */
export function miniPoint({ k, x, y }: MiniScale, at: Point): Point {
  return { x: (at.x - x) / k, y: (at.y - y) / k };
}

/** Whether all of the drawing is on the screen, so that a minimap would say nothing. */
export function seesAll(extent: Bounds, camera: Camera, view: Size): boolean {
  const from = toWorld(camera, { x: 0, y: 0 });
  const to = toWorld(camera, { x: view.width, y: view.height });
  return from.x <= extent.left && from.y <= extent.top && to.x >= extent.right && to.y >= extent.bottom;
}

/** Draws marks and boxes; the rectangle of the view is the caller's to lay over it. */
export function paintMinimap(
  c: CanvasRenderingContext2D,
  scene: FullScene,
  theme: RenderTheme,
  scale: MiniScale,
  size: Size,
  ratio: number,
): void {
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.fillStyle = theme.background;
  c.fillRect(0, 0, size.width, size.height);
  c.strokeStyle = theme.line;
  c.fillStyle = theme.box;
  c.lineWidth = 1;
  const { k, x, y } = scale;
  for (const box of scene.strings.boxes) {
    c.fillRect(box.x * k + x, box.y * k + y, box.width * k, box.height * k);
    c.strokeRect(box.x * k + x, box.y * k + y, box.width * k, box.height * k);
  }
  const { nodes } = scene;
  for (const troubled of [false, true]) {
    for (let node = 0; node < nodes.x.length; node++) {
      if (((nodes.bits[node] ?? 0) & NODE_BITS.hidden) !== 0) continue;
      const state = stateAt(nodes.state[node]);
      const bad = state === "failing" || state === "degraded";
      if (bad !== troubled) continue;
      c.globalAlpha = ((nodes.bits[node] ?? 0) & NODE_BITS.dimmed) !== 0 ? 0.35 : 1;
      const side = bad ? 4 : 2;
      c.fillStyle = bad ? stateColour(state, theme) : theme.ink3;
      c.fillRect(
        (nodes.x[node] as number) * k + x - side / 2,
        (nodes.y[node] as number) * k + y - side / 2,
        side,
        side,
      );
    }
  }
  c.globalAlpha = 1;
}
