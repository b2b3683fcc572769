/**
 * The whole drawing as a picture of its own: everything at the zoom at which names are written, whatever is on the screen.
 * Equal scenes, themes and labels give equal pixels: no camera, screen or pointer takes part.
 */
import type { Bounds, Camera, Size } from "./camera.ts";
import type { EdgeLabelKind } from "./edge-labels.ts";
import { extentOf } from "./extent.ts";
import { edgeBounds, type FullScene } from "./hit.ts";
import { looksOf } from "./looks.ts";
import { paintSteps } from "./paint.ts";
import { createMeasure } from "./paint-labels.ts";
import { prepare } from "./prepared.ts";
import type { RenderTheme } from "./theme.ts";

/** What browsers of all makers make a canvas of: https://developer.mozilla.org/docs/Web/HTML/Element/canvas#maximum_canvas_size */
const MOST_SIDE = 8192;
/** 128 MB while it is drawn. */
const MOST_PIXELS = 32e6;
/** Twice as sharp where that fits: a picture is enlarged by who looks at it. */
const SHARP = 2;
const MARGIN = 32;

export interface WholeFit {
  /** In units of the drawing at zoom 1, margins included. */
  readonly size: Size;
  /** Pixels a unit; under 1 where the drawing is too large for one. */
  readonly ratio: number;
  readonly camera: Camera;
}

/** How large a picture of so much becomes. `below`: units of room under the drawing. Pure. */
export function wholeFit({ left, top, right, bottom }: Bounds, below = 0): WholeFit {
  const size = { width: Math.ceil(right - left) + 2 * MARGIN, height: Math.ceil(bottom - top) + 2 * MARGIN };
  const height = size.height + below;
  const ratio = Math.min(
    SHARP,
    MOST_SIDE / Math.max(size.width, height),
    Math.sqrt(MOST_PIXELS / (size.width * height)),
  );
  return { size, ratio, camera: { x: MARGIN - left, y: MARGIN - top, k: 1 } };
}

/** The same for a scene. */
export const wholeFitOf = (scene: FullScene, below: number): WholeFit =>
  wholeFit(extentOf(scene, edgeBounds(scene)), below);

/** Draws in steps of some milliseconds at most, onto a context whose canvas has room for the fit. */
export function paintWhole(
  context: CanvasRenderingContext2D,
  scene: FullScene,
  theme: RenderTheme,
  { size, ratio, camera }: WholeFit,
  labels: readonly EdgeLabelKind[],
): Generator<void> {
  const looks = looksOf(scene);
  return paintSteps(context, {
    ...{ scene, looks, theme, size, ratio, camera, labels },
    prepared: prepare({ scene, looks }, theme),
    bounds: edgeBounds(scene),
    measure: createMeasure(context, theme),
    focus: { selected: null, hovered: null, edge: null, hoveredEdge: null },
  });
}
