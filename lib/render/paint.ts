/** One whole frame: at once, or as layers that are kept. */
import type { Camera, Size } from "./camera.ts";
import { type Caption, chooseCaptions } from "./captions.ts";
import type { EdgeLabelKind } from "./edge-labels.ts";
import { chooseLabels, type Focus, type Labels, type Measure } from "./labels.ts";
import { type Changes, edgeLook, type Looked } from "./looks.ts";
import { paintCaptions } from "./paint-captions.ts";
import {
  eraseEdges,
  isDimmedEdge,
  paintBoxes,
  paintEdgeFocus,
  paintEdgeMarks,
  paintEdges,
  paintNeighbourhood,
} from "./paint-edges.ts";
import { boxTitles, paintLabels, paintTitles, type Title } from "./paint-labels.ts";
import { eraseNodes, paintNodes, paintRing } from "./paint-nodes.ts";
import { isDimmed, type Prepared, prepareEdges } from "./prepared.ts";
import { isTrouble, stateAt } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

type Context = CanvasRenderingContext2D;

export interface Frame extends Looked {
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

function inWorld(c: Context, { camera, ratio }: Frame): void {
  c.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  c.globalAlpha = 1;
}

/** Draws a whole frame at once. */
export function paintFrame(c: Context, frame: Frame): void {
  for (const _ of paintSteps(c, frame));
}

/**
 * Draws onto a canvas of `size × ratio` device pixels, bottom to top: boxes, edges, nodes, texts. In steps of some
 * milliseconds at most; the context is nobody else's between them.
 */
export function* paintSteps(c: Context, frame: Frame): Generator<void> {
  yield* paintGround(c, frame);
  paintUnder(c, frame);
  yield* paintMarks(c, frame);
  paintOver(c, frame);
  yield;
  const texts = yield* textSteps(frame);
  paintTexts(c, frame, texts);
}

/** The two layers that numbers alone seldom change: what lies under the marks, and the marks. */
export interface Layers {
  readonly ground: Context;
  /** Nothing but marks: what is under them shows between. */
  readonly marks: Context;
}

/** Draws both layers, in steps as above; each step says which it has drawn on. */
export function* paintLayers({ ground, marks }: Layers, frame: Frame): Generator<Context> {
  for (const _ of paintGround(ground, frame)) yield ground;
  yield ground;
  marks.setTransform(1, 0, 0, 1, 0, 0);
  marks.clearRect(0, 0, marks.canvas.width, marks.canvas.height);
  for (const _ of paintMarks(marks, frame)) yield marks;
  yield marks;
}

/** A frame of layers, with what somebody looks at and all texts; in steps as above. */
export function* composeSteps(c: Context, { ground, marks }: Layers, frame: Frame, texts: Texts): Generator<void> {
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.globalAlpha = 1;
  c.drawImage(ground.canvas, 0, 0);
  inWorld(c, frame);
  paintUnder(c, frame);
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.drawImage(marks.canvas, 0, 0);
  inWorld(c, frame);
  paintOver(c, frame);
  yield;
  paintTexts(c, frame, texts);
}

export function compose(c: Context, layers: Layers, frame: Frame, texts: Texts): void {
  for (const _ of composeSteps(c, layers, frame, texts));
}

/**
 * Draws what changed over layers of the numbers before. What is new is there as it should be; where a line was taken away, what
 * crossed it has a gap, and one that got thinner is as wide as before, until the layers are drawn again.
 */
export function paintChanges({ ground, marks }: Layers, frame: Frame, { edges, nodes, before }: Changes): void {
  const { scene, looks, theme, camera } = frame;
  const state = (of: Uint32Array, edge: number) => edgeLook.state(of[edge] as number);
  const otherwise = edges.filter((edge) => state(before.edges, edge) !== state(looks.edges, edge));
  inWorld(ground, frame);
  eraseEdges(ground, prepareEdges({ scene, looks: before }, theme, otherwise), theme, camera);
  // Nothing quiet may be drawn over trouble, whether that changed or not.
  const again = new Set(edges);
  for (let edge = 0; edge < looks.edges.length; edge++)
    if (isTrouble(stateAt(state(looks.edges, edge)))) again.add(edge);
  const redrawn = prepareEdges(frame, theme, again);
  for (const _ of paintEdges(ground, scene, redrawn, camera));
  paintEdgeMarks(ground, scene, redrawn, theme, camera);
  inWorld(marks, frame);
  eraseNodes(marks, scene, camera, nodes);
  const steps = paintNodes(marks, scene, { batches: [], special: nodes }, theme, camera, new Set(nodes));
  while (steps.next().done !== true);
}

function* paintGround(c: Context, frame: Frame): Generator<void> {
  const { scene, theme, camera, size, ratio } = frame;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.globalAlpha = 1;
  c.fillStyle = theme.background;
  c.fillRect(0, 0, size.width, size.height);
  inWorld(c, frame);
  paintBoxes(c, scene, theme, camera);
  const edges = frame.prepared.edges();
  yield* paintEdges(c, scene, edges, camera);
  paintEdgeMarks(c, scene, edges, theme, camera);
}

function paintMarks(c: Context, frame: Frame): Generator<void> {
  inWorld(c, frame);
  return paintNodes(c, frame.scene, frame.prepared.nodes(), frame.theme, frame.camera);
}

interface Texts {
  readonly captions: readonly Caption[];
  readonly titles: readonly Title[];
  readonly labels: Labels;
}

/** Which texts a frame has room for, and where; in steps as above. */
export function* textSteps(frame: Frame): Generator<void, Texts> {
  const { scene, bounds, camera, size, measure, labels: kinds, focus } = frame;
  const captions = chooseCaptions(scene, camera, size, measure);
  yield;
  const spoken = new Set(captions.map(({ box }) => box));
  const titles = boxTitles(scene, camera, size, measure, spoken);
  yield;
  const taken = [...titles, ...captions].map(({ block }) => block);
  const labels = chooseLabels(scene, bounds, camera, size, focus, measure, taken, kinds);
  yield;
  return { captions, titles, labels };
}

export function chooseTexts(frame: Frame): Texts {
  const steps = textSteps(frame);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function paintTexts(c: Context, frame: Frame, { titles, captions, labels }: Texts): void {
  const { scene, camera, size, ratio, theme } = frame;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintTitles(c, titles, theme);
  paintCaptions(c, captions, theme, scene.stale);
  const dimmed = {
    node: (node: number) => isDimmed(scene.nodes.bits[node]),
    edge: (edge: number) => isDimmedEdge(scene, edge),
  };
  paintLabels(c, scene, labels, theme, { camera, size }, dimmed);
}

/** What somebody looks at, beneath the marks: its edges in stronger ink. */
function paintUnder(c: Context, { scene, camera, theme, focus }: Frame): void {
  const near = focus.selected ?? focus.hovered;
  if (near !== null) paintNeighbourhood(c, scene, theme, camera, near);
  for (const edge of new Set([focus.edge, focus.hoveredEdge])) {
    if (edge !== null) paintEdgeFocus(c, scene, theme, camera, edge);
  }
}

/** And above them: rings. */
function paintOver(c: Context, { scene, camera, theme, focus }: Frame): void {
  if (focus.hovered !== null && focus.hovered !== focus.selected)
    paintRing(c, scene, theme, camera, focus.hovered, false);
  if (focus.selected !== null) paintRing(c, scene, theme, camera, focus.selected, true);
}

/** What the pointer is on, over a picture that doesn't know it. */
export function paintPointed(c: Context, frame: Frame): void {
  inWorld(c, frame);
  const pointed = { ...frame, focus: { ...frame.focus, selected: null, edge: null } };
  paintUnder(c, pointed);
  paintOver(c, pointed);
}
