/** Boxes and edges: the layers under the nodes. The context is in world units. */
import { EDGE_BITS } from "#lib/layout/scene.ts";
import type { Camera } from "./camera.ts";
import { pointAt } from "./geometry.ts";
import * as glyphs from "./glyphs.ts";
import { chainOf, type FullScene } from "./hit.ts";
import { arrowHead, arrowScale, type PreparedEdges, trace } from "./prepared.ts";
import { edgeWidth, type LineStyle, lineStyle, SIGNS_AT } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

type Context = CanvasRenderingContext2D;

export function isDimmedEdge({ edges }: FullScene, edge: number): boolean {
  return ((edges.bits[edge] ?? 0) & EDGE_BITS.dimmed) !== 0;
}

/** World units per design pixel: lines and marks grow and shrink less than the map does. */
export function strokeUnit(k: number): number {
  return Math.max(0.3, Math.min(1.3, k)) / k;
}

/** Below this zoom arrow heads are specks, and the dashes of protocols run together. */
const ARROWS_FROM = 0.3;
/** Seen from far, quiet edges step back: thousands of them would bury the marks and what is wrong. */
function quiet(k: number): number {
  return Math.max(0.3, Math.min(1, 0.14 + k * 1.5));
}
const DIMMED = 0.16;
const STALE = 0.45;
const BOX_RADIUS = 14;
/** Of the ticks across a line of no data. */
const HATCH_WIDTH = 7;

export function paintBoxes(c: Context, scene: FullScene, theme: RenderTheme, camera: Camera): void {
  const unit = strokeUnit(camera.k);
  c.lineWidth = unit;
  c.strokeStyle = theme.boxLine;
  c.fillStyle = theme.box;
  for (const box of scene.strings.boxes) {
    c.beginPath();
    c.roundRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, BOX_RADIUS);
    c.fill();
    c.stroke();
  }
}

function dashAt({ dash, dashSays }: LineStyle, { k }: Camera, unit: number): number[] {
  return dashSays === "protocol" && k < ARROWS_FROM ? [] : dash.map((part) => part * unit);
}

/** In steps of a few hundred edges. */
export function* paintEdges(c: Context, scene: FullScene, prepared: PreparedEdges, camera: Camera): Generator<void> {
  const unit = strokeUnit(camera.k);
  c.lineJoin = "round";
  for (const { path, arrows, style, width, dimmed } of prepared.batches) {
    c.globalAlpha =
      style.alpha *
      (style.extra > 0 ? 1 : Math.min(quiet(camera.k), prepared.quietInk)) *
      (dimmed ? DIMMED : 1) *
      (scene.stale ? STALE : 1);
    c.strokeStyle = style.colour;
    c.fillStyle = style.colour;
    c.lineWidth = (style.hatched ? Math.min(width, 1.2) : width) * unit;
    c.setLineDash(dashAt(style, camera, unit));
    c.stroke(path);
    if (style.hatched) {
      c.lineWidth = HATCH_WIDTH * unit;
      c.setLineDash([1.2 * unit, 5 * unit]);
      c.stroke(path);
    }
    if (camera.k >= ARROWS_FROM) c.fill(arrows());
    yield;
  }
  c.setLineDash([]);
  c.globalAlpha = 1;
}

/** One edge again on top, wider, in the accent: what the pointer or the keyboard is on, or what is selected. */
export function paintEdgeFocus(c: Context, scene: FullScene, theme: RenderTheme, camera: Camera, edge: number): void {
  const { edges } = scene;
  const unit = strokeUnit(camera.k);
  const { from, to } = chainOf(scene, edge);
  const style = lineStyle(edges.state[edge] as number, edges.protocol[edge] as number, theme);
  const width = edgeWidth(edges.rate[edge] as number, edges.bytes[edge] as number) + style.extra;
  const path = new Path2D();
  trace(path, edges.path, from, to);
  c.lineCap = "round";
  c.strokeStyle = theme.accent;
  c.globalAlpha = 0.4;
  c.lineWidth = (width + 7) * unit;
  c.stroke(path);
  c.globalAlpha = 1;
  c.lineCap = "butt";
  c.strokeStyle = style.colour;
  c.fillStyle = style.colour;
  c.lineWidth = width * unit;
  c.setLineDash(dashAt(style, camera, unit));
  c.stroke(path);
  c.setLineDash([]);
  const head = new Path2D();
  arrowHead(head, edges.path, to, arrowScale(width));
  c.fill(head);
}

/** The edges of one node, drawn in stronger ink so that its neighbourhood stands out. */
export function paintNeighbourhood(
  c: Context,
  scene: FullScene,
  theme: RenderTheme,
  camera: Camera,
  node: number,
): void {
  const { edges } = scene;
  const unit = strokeUnit(camera.k);
  c.fillStyle = theme.ink2;
  for (let edge = 0; edge < edges.source.length; edge++) {
    if (edges.source[edge] !== node && edges.target[edge] !== node) continue;
    const style = lineStyle(edges.state[edge] as number, edges.protocol[edge] as number, theme);
    const { from, to } = chainOf(scene, edge);
    const path = new Path2D();
    trace(path, edges.path, from, to);
    const width = edgeWidth(edges.rate[edge] as number, edges.bytes[edge] as number) + style.extra + 0.4;
    c.strokeStyle = style.colour === theme.edge ? theme.ink2 : style.colour;
    c.lineWidth = width * unit;
    c.setLineDash(dashAt(style, camera, unit));
    c.stroke(path);
    c.setLineDash([]);
    const head = new Path2D();
    arrowHead(head, edges.path, to, arrowScale(width));
    c.fillStyle = c.strokeStyle;
    c.fill(head);
  }
}

/**
 * Takes lines out of what is drawn: what lay beneath comes back when all is drawn again. `before`: how they looked. Of a
 * crossing line a little goes too.
 */
export function eraseEdges(c: Context, before: PreparedEdges, theme: RenderTheme, camera: Camera): void {
  const unit = strokeUnit(camera.k);
  c.globalAlpha = 1;
  c.setLineDash([]);
  c.strokeStyle = theme.background;
  c.fillStyle = theme.background;
  for (const { path, arrows, style, width } of before.batches) {
    c.lineWidth = (style.hatched ? HATCH_WIDTH : width) * unit + 1 / camera.k;
    c.stroke(path);
    if (camera.k >= ARROWS_FROM) c.fill(arrows());
  }
}

/** Edges that something is said of beyond their look: found or new ones in a halo, a cross where calls never arrived, a barrier where a dry run would stop some. */
export function paintEdgeMarks(
  c: Context,
  scene: FullScene,
  prepared: PreparedEdges,
  theme: RenderTheme,
  camera: Camera,
): void {
  const unit = strokeUnit(camera.k);
  const { edges } = scene;
  const halo = (list: readonly number[], dash: readonly number[]) => {
    if (list.length === 0) return;
    const path = new Path2D();
    for (const edge of list) {
      const { from, to } = chainOf(scene, edge);
      trace(path, edges.path, from, to);
    }
    c.strokeStyle = theme.accent;
    c.globalAlpha = 0.32;
    c.lineWidth = 7 * unit;
    c.setLineDash(dash.map((part) => part * unit));
    c.stroke(path);
    c.setLineDash([]);
    c.globalAlpha = 1;
  };
  halo(prepared.found, []);
  halo(prepared.fresh, [3, 3]);
  if (camera.k < ARROWS_FROM) return;
  c.strokeStyle = theme.failing;
  c.lineWidth = 1.8 * unit;
  for (const edge of prepared.lost) {
    if (isDimmedEdge(scene, edge)) continue;
    const { x, y } = pointAt(chainOf(scene, edge), SIGNS_AT.lost);
    glyphs.cross(c, x, y, 4 * Math.min(unit, 2));
  }
  c.strokeStyle = theme.degraded;
  c.fillStyle = theme.background;
  for (const edge of prepared.tried) {
    if (isDimmedEdge(scene, edge)) continue;
    const { x, y } = pointAt(chainOf(scene, edge), SIGNS_AT.tried);
    glyphs.barrier(c, x, y, 5.5 * Math.min(unit, 2));
  }
}
