/** The nodes: shape for kind; ring, arc, sign and hatching for state. The context is in world units. */
import { NODE_BITS } from "#lib/layout/scene.ts";
import { paintBadges } from "./badges.ts";
import type { Camera } from "./camera.ts";
import * as glyphs from "./glyphs.ts";
import type { FullScene } from "./hit.ts";
import { strokeUnit } from "./paint-edges.ts";
import { isDimmed, type NodeBatch, type PreparedNodes } from "./prepared.ts";
import { outline, shapeAt } from "./shapes.ts";
import { isTrouble, stateAt, stateColour } from "./style.ts";
import type { RenderTheme } from "./theme.ts";
import { changeWord } from "./words.ts";

type Context = CanvasRenderingContext2D;
type Rest = NodeBatch["state"];

const RING = 2.6;
const DIMMED = 0.22;
const STALE = 0.55;
const GONE = 0.5;
/** The arc of a troubled ring shows the share of failures, four times enlarged, and never less than can be seen. */
const ARC = { gain: 4, least: 0.14 } as const;

const patterns = new WeakMap<Context, { readonly key: string; readonly pattern: CanvasPattern | null }>();

/** Diagonal lines in the colour of quiet ink; made once per context and colour. */
function hatching(c: Context, theme: RenderTheme): CanvasPattern | null {
  const held = patterns.get(c);
  if (held?.key === theme.ink3) return held.pattern;
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const t = tile.getContext("2d");
  if (t === null) return null;
  t.strokeStyle = theme.ink3;
  t.lineWidth = 1.2;
  t.beginPath();
  for (const shift of [-6, 0, 6]) {
    t.moveTo(shift - 1, 7);
    t.lineTo(shift + 7, -1);
  }
  t.stroke();
  const pattern = c.createPattern(tile, "repeat");
  patterns.set(c, { key: theme.ink3, pattern });
  return pattern;
}

/** Fill and outline of marks that aren't in trouble. */
function paintRest(c: Context, path: Path2D, state: Rest, theme: RenderTheme, unit: number): void {
  c.fillStyle = theme.raised;
  c.strokeStyle = theme.ink3;
  if (state === "idle") {
    c.fillStyle = theme.background;
    c.fill(path);
    c.lineWidth = 1.6 * unit;
    c.setLineDash([3 * unit, 4 * unit]);
    c.stroke(path);
    c.setLineDash([]);
    return;
  }
  c.fill(path);
  if (state === "nodata") {
    const pattern = hatching(c, theme);
    if (pattern !== null) {
      c.fillStyle = pattern;
      c.fill(path);
    }
  }
  c.lineWidth = (state === "nodata" ? 1.6 : RING) * unit;
  c.stroke(path);
}

function paintTrouble(
  c: Context,
  scene: FullScene,
  node: number,
  path: Path2D,
  theme: RenderTheme,
  camera: Camera,
): void {
  const { nodes } = scene;
  const failing = stateAt(nodes.state[node]) === "failing";
  const x = nodes.x[node] as number;
  const y = nodes.y[node] as number;
  const r = nodes.radius[node] as number;
  const unit = strokeUnit(camera.k);
  const colour = failing ? theme.failing : theme.degraded;
  const alpha = c.globalAlpha;
  c.fillStyle = failing ? theme.failingBackground : theme.degradedBackground;
  c.fill(path);
  c.strokeStyle = colour;
  const round = shapeAt(nodes.shape[node]) === "workload";
  c.globalAlpha = alpha * (round ? 0.4 : 1);
  c.lineWidth = (failing ? 3.4 : 3) * unit;
  c.stroke(path);
  c.globalAlpha = alpha;
  if (round) {
    const share = nodes.errorShare[node] as number;
    const part = Math.min(1, Math.max(ARC.least, (Number.isFinite(share) ? share : 0) * ARC.gain));
    c.beginPath();
    c.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + part * Math.PI * 2);
    c.lineWidth = (failing ? 5.5 : 4.2) * unit;
    c.stroke();
  }
  const size = Math.min(r * 0.3, 5.2) * (camera.k < 0.5 ? 1.5 : 1);
  const shift = shapeAt(nodes.shape[node]) === "gateway" ? -r * 0.22 : 0;
  c.fillStyle = colour;
  c.lineWidth = 2.2 * Math.max(unit, 1);
  if (failing) glyphs.cross(c, x + shift, y, size * 0.85);
  else glyphs.notch(c, x + shift, y, size * 0.9);
}

function paintSigns(c: Context, scene: FullScene, node: number, theme: RenderTheme): void {
  const { nodes } = scene;
  const bits = nodes.bits[node] ?? 0;
  const x = nodes.x[node] as number;
  const y = nodes.y[node] as number;
  const r = nodes.radius[node] as number;
  const at = (dx: number) => ({ x: x + dx * r * 0.86, y: y - r * 0.86 });
  c.lineWidth = 1.4;
  const disc = (p: { x: number; y: number }) => {
    c.fillStyle = theme.background;
    c.beginPath();
    c.arc(p.x, p.y, 7.5, 0, Math.PI * 2);
    c.fill();
  };
  if ((bits & NODE_BITS.unmeshed) !== 0) {
    const p = at(-1);
    disc(p);
    c.strokeStyle = theme.degraded;
    glyphs.unmeshed(c, p.x, p.y, 5);
  }
  const change = changeWord(nodes.change[node]);
  if (change !== "") {
    const p = { x: x + r * 0.86, y: y + r * 0.86 };
    disc(p);
    c.strokeStyle = change === "new" ? theme.accent : theme.ink2;
    c.lineWidth = 2;
    glyphs.bar(c, p.x, p.y, 4.5);
    if (change === "new") glyphs.upright(c, p.x, p.y, 4.5);
    c.lineWidth = 1.4;
  }
  if ((bits & NODE_BITS.partialCoverage) !== 0) {
    const p = at(1);
    disc(p);
    c.strokeStyle = theme.ink2;
    c.fillStyle = theme.ink2;
    glyphs.partial(c, p.x, p.y, 4.6);
  }
}

function paintSpecial(c: Context, scene: FullScene, node: number, theme: RenderTheme, camera: Camera): void {
  const { nodes } = scene;
  const x = nodes.x[node] as number;
  const y = nodes.y[node] as number;
  const r = nodes.radius[node] as number;
  const unit = strokeUnit(camera.k);
  const shape = shapeAt(nodes.shape[node]);
  const state = stateAt(nodes.state[node]);
  const path = new Path2D();
  if (shape === "group") {
    // A second edge behind: this mark stands for many.
    const behind = new Path2D();
    outline(behind, shape, x + 3.5, y - 3.5, r);
    c.fillStyle = theme.background;
    c.fill(behind);
    c.strokeStyle = stateColour(state, theme);
    c.lineWidth = 1.4 * unit;
    c.stroke(behind);
  }
  outline(path, shape, x, y, r);
  if (isTrouble(state)) paintTrouble(c, scene, node, path, theme, camera);
  else paintRest(c, path, state, theme, unit);
  if (shape === "unknown") {
    c.fillStyle = theme.ink2;
    c.font = `600 17px ${theme.font}`;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillText("?", x, y + 1);
  } else if (shape === "restricted") {
    c.strokeStyle = theme.ink2;
    c.lineWidth = 3;
    glyphs.bar(c, x, y, r * 0.5);
  }
  if (((nodes.bits[node] ?? 0) & NODE_BITS.found) !== 0) {
    c.strokeStyle = theme.accent;
    c.lineWidth = 2.2 * unit;
    c.beginPath();
    c.arc(x, y, r + 5 * Math.min(unit, 2), 0, Math.PI * 2);
    c.stroke();
  }
  if (camera.k >= 0.45) paintSigns(c, scene, node, theme);
}

/** Marks drawn one by one in one step. */
const STEP = 64;

/** `only`: of marks whose badges are to be drawn, where that isn't all. */
export function* paintNodes(
  c: Context,
  scene: FullScene,
  prepared: PreparedNodes,
  theme: RenderTheme,
  camera: Camera,
  only?: ReadonlySet<number>,
): Generator<void> {
  const unit = strokeUnit(camera.k);
  const faded = scene.stale ? STALE : 1;
  const { bits, change } = scene.nodes;
  for (const { path, state, dimmed } of prepared.batches) {
    // What lies beneath must not shine through a faded mark.
    c.globalAlpha = 1;
    c.fillStyle = theme.background;
    c.fill(path);
    c.globalAlpha = faded * (dimmed ? DIMMED : 1);
    paintRest(c, path, state, theme, unit);
    yield;
  }
  for (const [at, node] of prepared.special.entries()) {
    if (at % STEP === STEP - 1) yield;
    const has = (bit: number) => ((bits[node] ?? 0) & bit) !== 0;
    const gone = has(NODE_BITS.gone) || changeWord(change[node]) === "gone";
    const own = (gone ? GONE : 1) * (has(NODE_BITS.outside) ? 0.8 : 1);
    c.globalAlpha = faded * own * (isDimmed(bits[node]) ? DIMMED : 1);
    paintSpecial(c, scene, node, theme, camera);
  }
  paintBadges(c, scene, theme, camera.k, (node) =>
    ((bits[node] ?? 0) & NODE_BITS.hidden) !== 0 || only?.has(node) === false
      ? 0
      : faded * (isDimmed(bits[node]) ? DIMMED : 1),
  );
  c.globalAlpha = 1;
  if (scene.stale && camera.k >= 0.5) paintClocks(c, scene, theme);
}

/** Takes marks out of a layer of nothing but marks, with what surrounds them. */
export function eraseNodes(c: Context, { nodes }: FullScene, camera: Camera, which: readonly number[]): void {
  const around = 9 * Math.max(1, strokeUnit(camera.k));
  for (const node of which) {
    const r = (nodes.radius[node] as number) + around;
    c.clearRect((nodes.x[node] as number) - r, (nodes.y[node] as number) - r, 2 * r, 2 * r);
  }
}

function paintClocks(c: Context, scene: FullScene, theme: RenderTheme): void {
  const { nodes } = scene;
  c.strokeStyle = theme.ink2;
  c.lineWidth = 1.3;
  for (let node = 0; node < nodes.x.length; node++) {
    const r = nodes.radius[node] as number;
    const x = (nodes.x[node] as number) + r * 0.8;
    const y = (nodes.y[node] as number) + r * 0.8;
    c.fillStyle = theme.background;
    c.beginPath();
    c.arc(x, y, 7.5, 0, Math.PI * 2);
    c.fill();
    glyphs.clock(c, x, y, 5.4);
  }
}

/** A ring around a node: solid for the selected one, thin for the one under the pointer. */
export function paintRing(
  c: Context,
  scene: FullScene,
  theme: RenderTheme,
  camera: Camera,
  node: number,
  strong: boolean,
): void {
  const { nodes } = scene;
  const unit = strokeUnit(camera.k);
  c.strokeStyle = theme.accent;
  c.lineWidth = (strong ? 1.8 : 1.2) * unit;
  c.globalAlpha = strong ? 1 : 0.75;
  c.beginPath();
  c.arc(
    nodes.x[node] as number,
    nodes.y[node] as number,
    (nodes.radius[node] as number) + (strong ? 8 : 6) * Math.min(unit, 2),
    0,
    Math.PI * 2,
  );
  c.stroke();
  c.globalAlpha = 1;
}
