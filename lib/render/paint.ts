/** One whole frame. */
import type { Camera, Size } from "./camera.ts";
import type { FullScene } from "./hit.ts";
import { chooseLabels, type Focus, type Measure } from "./labels.ts";
import { paintBoxes, paintEdgeFocus, paintEdges, paintNeighbourhood } from "./paint-edges.ts";
import { paintFound } from "./paint-found.ts";
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
  readonly focus: Focus & { readonly hoveredEdge: number | null };
}

/** Draws onto a canvas of `size × ratio` device pixels, bottom to top: boxes, edges, nodes, texts. */
export function paintFrame(c: CanvasRenderingContext2D, frame: Frame): void {
  const { scene, prepared, camera, size, ratio, theme, focus } = frame;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.globalAlpha = 1;
  c.fillStyle = theme.background;
  c.fillRect(0, 0, size.width, size.height);

  c.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  paintBoxes(c, scene, theme, camera);
  if (prepared.found !== null) paintFound(c, prepared.found, theme, camera);
  paintEdges(c, scene, prepared, camera);
  const near = focus.selected ?? focus.hovered;
  if (near !== null) paintNeighbourhood(c, scene, theme, camera, near);
  for (const edge of new Set([focus.edge, focus.hoveredEdge])) {
    if (edge !== null) paintEdgeFocus(c, scene, theme, camera, edge);
  }
  paintNodes(c, scene, prepared, theme, camera);
  if (focus.hovered !== null && focus.hovered !== focus.selected)
    paintRing(c, scene, theme, camera, focus.hovered, false);
  if (focus.selected !== null) paintRing(c, scene, theme, camera, focus.selected, true);

  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  const titles = boxTitles(scene, camera, size, frame.measure);
  const labels = chooseLabels(
    scene,
    frame.bounds,
    camera,
    size,
    focus,
    frame.measure,
    titles.map(({ block }) => block),
  );
  paintTitles(c, titles, theme);
  paintLabels(c, scene, labels, theme, { camera, size }, { node: prepared.dimmedNode, edge: prepared.dimmedEdge });
}
