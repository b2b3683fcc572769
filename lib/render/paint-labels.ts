/** Texts, chips and locks, on top of everything. The context is in CSS pixels. */
import { isolated } from "#lib/format.ts";
import { type Camera, type Size, toScreen } from "./camera.ts";
import type { Block } from "./declutter.ts";
import * as glyphs from "./glyphs.ts";
import type { FullScene } from "./hit.ts";
import type { Labels, Measure } from "./labels.ts";
import { stateAt, stateColour } from "./style.ts";
import type { RenderTheme } from "./theme.ts";
import { shorten } from "./words.ts";

type Context = CanvasRenderingContext2D;

const NAME_WEIGHT = 600;
const BASE = 20;
const MOST_MEASURED = 20_000;

/** Widths at 1 px, remembered: measuring is the dear part of text. */
export function createMeasure(c: Context, theme: RenderTheme): Measure {
  const measured = (weight: number) => {
    const widths = new Map<string, number>();
    return (text: string) => {
      const held = widths.get(text);
      if (held !== undefined) return held;
      if (widths.size > MOST_MEASURED) widths.clear();
      c.font = `${weight} ${BASE}px ${theme.font}`;
      const width = c.measureText(text).width / BASE;
      widths.set(text, width);
      return width;
    };
  };
  return { name: measured(NAME_WEIGHT), numbers: measured(400) };
}

export interface Title {
  readonly block: Block;
  readonly label: string;
  readonly sublabel: string;
  readonly size: number;
  readonly labelWidth: number;
}

/** Titles of the boxes that are on screen and wide enough to carry one. `spoken`: those that a caption names. */
export function boxTitles(
  scene: FullScene,
  camera: Camera,
  size: Size,
  measure: Measure,
  spoken: ReadonlySet<number>,
): Title[] {
  const { k } = camera;
  const font = Math.max(10.5, Math.min(14, 12 * k));
  return scene.strings.boxes.flatMap((box, index) => {
    if (spoken.has(index)) return [];
    const at = toScreen(camera, { x: box.x + 14, y: box.y });
    const room = (box.width - 24) * k;
    if (room < 34 || at.x > size.width || at.y > size.height || at.x + room < 0 || at.y + 40 < 0) return [];
    const label = shorten(box.label, (text) => measure.name(text) * font <= room);
    const labelWidth = measure.name(label) * font;
    const full = labelWidth + 5 + measure.numbers(box.sublabel) * font;
    const top = at.y + Math.max(5, 12 * Math.min(k, 1.2));
    const right = at.x + (full <= room ? full : labelWidth);
    return [
      {
        block: { left: at.x, right, top, bottom: top + font * 1.2 },
        label,
        sublabel: full <= room ? box.sublabel : "",
        size: font,
        labelWidth,
      },
    ];
  });
}

function halo(c: Context, theme: RenderTheme, width: number): void {
  c.strokeStyle = theme.background;
  c.lineWidth = width;
  c.lineJoin = "round";
}

export function paintTitles(c: Context, titles: readonly Title[], theme: RenderTheme): void {
  c.textAlign = "left";
  c.textBaseline = "alphabetic";
  for (const { block, size, labelWidth, ...texts } of titles) {
    const [label, sublabel] = [isolated(texts.label), isolated(texts.sublabel)];
    const y = block.top + size * 0.95;
    halo(c, theme, 3);
    c.font = `${NAME_WEIGHT} ${size}px ${theme.font}`;
    c.strokeText(label, block.left, y);
    c.fillStyle = theme.ink2;
    c.fillText(label, block.left, y);
    if (sublabel === "") continue;
    c.font = `400 ${size}px ${theme.font}`;
    c.strokeText(sublabel, block.left + labelWidth + 5, y);
    c.fillStyle = theme.ink3;
    c.fillText(sublabel, block.left + labelWidth + 5, y);
  }
}

function paintNames(
  c: Context,
  scene: FullScene,
  labels: Labels,
  theme: RenderTheme,
  dimmed: (node: number) => boolean,
): void {
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  const faded = scene.stale ? 0.7 : 1;
  for (const { node, x, y, numbers, ...texts } of labels.nodes) {
    const name = isolated(texts.name);
    c.globalAlpha = faded * (dimmed(node) ? 0.3 : 1);
    halo(c, theme, 3.5);
    c.font = `${NAME_WEIGHT} ${labels.nameSize}px ${theme.font}`;
    c.strokeText(name, x, y);
    c.fillStyle = theme.ink;
    c.fillText(name, x, y);
    if (numbers === "") continue;
    const state = stateAt(scene.nodes.state[node]);
    c.font = `400 ${labels.numberSize}px ${theme.font}`;
    const below = y + labels.nameSize * 1.17;
    c.strokeText(numbers, x, below);
    c.fillStyle = state === "failing" || state === "degraded" ? theme.ink2 : theme.ink3;
    c.fillText(numbers, x, below);
  }
  c.globalAlpha = 1;
}

function paintChips(
  c: Context,
  scene: FullScene,
  labels: Labels,
  theme: RenderTheme,
  dimmed: (edge: number) => boolean,
): void {
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = `400 ${labels.chipSize}px ${theme.font}`;
  for (const { edge, block, text } of labels.edges) {
    const state = stateAt(scene.edges.state[edge]);
    const trouble = state === "failing" || state === "degraded";
    c.globalAlpha = (dimmed(edge) ? 0.25 : 1) * (scene.stale ? 0.7 : 1);
    c.fillStyle = theme.background;
    c.strokeStyle = trouble ? stateColour(state, theme) : theme.line;
    c.lineWidth = 1;
    c.beginPath();
    c.roundRect(
      Math.round(block.left) + 0.5,
      Math.round(block.top) + 0.5,
      Math.round(block.right - block.left),
      Math.round(block.bottom - block.top),
      4,
    );
    c.fill();
    c.stroke();
    c.fillStyle = trouble ? stateColour(state, theme) : theme.ink2;
    c.fillText(text, (block.left + block.right) / 2, (block.top + block.bottom) / 2 + 0.5);
  }
  c.globalAlpha = 1;
}

function paintLocks(
  c: Context,
  labels: Labels,
  theme: RenderTheme,
  camera: Camera,
  size: Size,
  dimmed: (edge: number) => boolean,
): void {
  const unit = Math.max(0.62, Math.min(1.1, camera.k));
  for (const { edge, at, open } of labels.locks) {
    if (at.x < -20 || at.y < -20 || at.x > size.width + 20 || at.y > size.height + 20) continue;
    c.globalAlpha = dimmed(edge) ? 0.25 : 1;
    c.fillStyle = theme.background;
    c.beginPath();
    c.arc(at.x, at.y, 9.5 * unit, 0, Math.PI * 2);
    c.fill();
    c.strokeStyle = open ? theme.degraded : theme.ink3;
    c.lineWidth = 1.5 * Math.max(unit, 0.8);
    glyphs.lock(c, at.x, at.y, open, unit);
  }
  c.globalAlpha = 1;
}

export function paintLabels(
  c: Context,
  scene: FullScene,
  labels: Labels,
  theme: RenderTheme,
  view: { readonly camera: Camera; readonly size: Size },
  dimmed: { readonly node: (node: number) => boolean; readonly edge: (edge: number) => boolean },
): void {
  paintNames(c, scene, labels, theme, dimmed.node);
  paintChips(c, scene, labels, theme, dimmed.edge);
  // Last: nothing may cover the sign of plaintext.
  paintLocks(c, labels, theme, view.camera, view.size, dimmed.edge);
}
