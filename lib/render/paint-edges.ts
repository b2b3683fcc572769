/** Boxes and edges: the layers under the nodes. The context is in world units. */
import type { Camera } from "./camera.ts";
import { arrowHead, arrowScale, trace } from "./edge-path.ts";
import { chainOf, type FullScene } from "./hit.ts";
import type { Prepared } from "./prepared.ts";
import { strokeUnit } from "./stroke.ts";
import { edgeWidth, lineStyle } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

type Context = CanvasRenderingContext2D;

/** Below this zoom arrow heads are specks. */
const ARROWS_FROM = 0.3;
/** Seen from far, quiet edges step back: thousands of them would bury the marks and what is wrong. */
function quiet(k: number): number {
  return Math.max(0.3, Math.min(1, 0.14 + k * 1.5));
}
const DIMMED = 0.16;
const STALE = 0.45;
const BOX_RADIUS = 14;

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

export function paintEdges(c: Context, scene: FullScene, prepared: Prepared, camera: Camera): void {
  const unit = strokeUnit(camera.k);
  c.lineJoin = "round";
  for (const { path, arrows, style, width, dimmed } of prepared.edges) {
    c.globalAlpha =
      style.alpha *
      (style.extra > 0 ? 1 : Math.min(quiet(camera.k), prepared.quietInk)) *
      (dimmed ? DIMMED : 1) *
      (scene.stale ? STALE : 1);
    c.strokeStyle = style.colour;
    c.fillStyle = style.colour;
    c.lineWidth = (style.hatched ? Math.min(width, 1.2) : width) * unit;
    c.setLineDash(style.dash.map((part) => part * unit));
    c.stroke(path);
    if (style.hatched) {
      c.lineWidth = 7 * unit;
      c.setLineDash([1.2 * unit, 5 * unit]);
      c.stroke(path);
    }
    if (camera.k >= ARROWS_FROM) c.fill(arrows);
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
  c.setLineDash(style.dash.map((part) => part * unit));
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
    c.setLineDash(style.dash.map((part) => part * unit));
    c.stroke(path);
    c.setLineDash([]);
    const head = new Path2D();
    arrowHead(head, edges.path, to, arrowScale(width));
    c.fillStyle = c.strokeStyle;
    c.fill(head);
  }
}
