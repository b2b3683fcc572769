/** One whole frame. */
import type { Camera, Size } from "./camera.ts";
import { chooseCaptions } from "./captions.ts";
import type { EdgeLabelKind } from "./edge-labels.ts";
import type { FullScene } from "./hit.ts";
import { chooseLabels, type Focus, type Measure } from "./labels.ts";
import { paintCaptions } from "./paint-captions.ts";
import { paintBoxes, paintEdgeFocus, paintEdgeMarks, paintEdges, paintNeighbourhood } from "./paint-edges.ts";
import { boxTitles, paintLabels, paintTitles } from "./paint-labels.ts";
import { paintNodes, paintRing } from "./paint-nodes.ts";
import type { Prepared } from "./prepared.ts";
import type { RenderTheme } from "./theme.ts";

export interface Frame {
  readonly scene: FullScene;
  readonly prepared: Prepared;
  readonly bounds: Float32Array;
  readonly camera: Camera;
  readonly size: Size;
  readonly ratio: number;
  readonly theme: RenderTheme;
  readonly measure: Measure;
  /** What edges say; empty: what fits their state. */
  readonly labels: readonly EdgeLabelKind[];
  readonly focus: Focus & { readonly hoveredEdge: number | null };
}

/** Draws a whole frame at once. */
export function paintFrame(c: CanvasRenderingContext2D, frame: Frame): void {
  const steps = paintSteps(c, frame);
  while (steps.next().done !== true);
}

/**
 * Draws onto a canvas of `size × ratio` device pixels, bottom to top: boxes, edges, nodes, texts. In steps of some
 * milliseconds at most; the context is nobody else's between them.
 */
export function* paintSteps(c: CanvasRenderingContext2D, frame: Frame): Generator<void> {
  const { scene, prepared, camera, size, ratio, theme, focus } = frame;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.globalAlpha = 1;
  c.fillStyle = theme.background;
  c.fillRect(0, 0, size.width, size.height);

  c.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  paintBoxes(c, scene, theme, camera);
  yield* paintEdges(c, scene, prepared, camera);
  paintEdgeMarks(c, scene, prepared, theme, camera);
  paintUnder(c, frame);
  yield* paintNodes(c, scene, prepared, theme, camera);
  paintOver(c, frame);
  yield;

  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  const captions = chooseCaptions(scene, camera, size, frame.measure);
  const spoken = new Set(captions.map(({ box }) => box));
  const titles = boxTitles(scene, camera, size, frame.measure, spoken);
  const labels = chooseLabels(
    scene,
    frame.bounds,
    camera,
    size,
    focus,
    frame.measure,
    [...titles, ...captions].map(({ block }) => block),
    frame.labels,
  );
  yield;
  paintTitles(c, titles, theme);
  paintCaptions(c, captions, theme, scene.stale);
  paintLabels(c, scene, labels, theme, { camera, size }, { node: prepared.dimmedNode, edge: prepared.dimmedEdge });
}

/** What somebody looks at, beneath the marks: its edges in stronger ink. */
function paintUnder(c: CanvasRenderingContext2D, { scene, camera, theme, focus }: Frame): void {
  const near = focus.selected ?? focus.hovered;
  if (near !== null) paintNeighbourhood(c, scene, theme, camera, near);
  for (const edge of new Set([focus.edge, focus.hoveredEdge])) {
    if (edge !== null) paintEdgeFocus(c, scene, theme, camera, edge);
  }
}

/** And above them: rings. */
function paintOver(c: CanvasRenderingContext2D, { scene, camera, theme, focus }: Frame): void {
  if (focus.hovered !== null && focus.hovered !== focus.selected)
    paintRing(c, scene, theme, camera, focus.hovered, false);
  if (focus.selected !== null) paintRing(c, scene, theme, camera, focus.selected, true);
}

/** What the pointer is on, over a picture that doesn't know it. */
export function paintPointed(c: CanvasRenderingContext2D, frame: Frame): void {
  const { camera, ratio, focus } = frame;
  c.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  c.globalAlpha = 1;
  const pointed = { ...frame, focus: { ...focus, selected: null, edge: null } };
  paintUnder(c, pointed);
  paintOver(c, pointed);
}
