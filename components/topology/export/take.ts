/** Makes the files. Browser only; loaded when somebody asks for the first one. */

import { saveFile } from "#components/ui/save-file.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { Size } from "#lib/render/camera.ts";
import type { EdgeLabelKind } from "#lib/render/edge-labels.ts";
import type { FullScene } from "#lib/render/hit.ts";
import { svgOf } from "#lib/render/svg.ts";
import { type RenderTheme, readTheme } from "#lib/render/theme.ts";
import { paintWhole, wholeFitOf } from "#lib/render/whole.ts";
import { fileName, footer, type Shown } from "./describe.ts";

const LINE = 18;
const MARGIN = 16;
const SLICE_MS = 12;

/** The whole drawing, to be enlarged without loss. */
export function saveSvg(scene: FullScene, shown: Shown): void {
  const theme = readTheme(document.documentElement);
  const svg = svgOf(scene, theme, { title: "Service graph", lines: footer(shown), font: theme.font });
  saveFile(new Blob([svg], { type: "image/svg+xml" }), fileName(shown, "svg"));
}

/** A canvas of `size × ratio` pixels, with room under it for time, scope and legend, and these written there. */
function sheet(
  size: Size,
  ratio: number,
  lines: readonly string[],
  theme: RenderTheme,
): CanvasRenderingContext2D | null {
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(size.width * ratio);
  canvas.height = Math.floor(size.height * ratio) + Math.round(room(lines) * ratio);
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) return null;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return context;
}

const room = (lines: readonly string[]): number => lines.length * LINE + MARGIN;

async function savePicture(
  context: CanvasRenderingContext2D,
  { size, ratio }: { readonly size: Size; readonly ratio: number },
  lines: readonly string[],
  theme: RenderTheme,
  shown: Shown,
): Promise<void> {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 1;
  context.textAlign = "start";
  context.textBaseline = "alphabetic";
  context.font = `400 11px ${theme.font}`;
  context.fillStyle = theme.ink2;
  lines.forEach((text, at) => context.fillText(text, MARGIN, size.height + (at + 1) * LINE - 2));
  const blob = await new Promise<Blob | null>((resolve) => context.canvas.toBlob(resolve, "image/png"));
  if (blob !== null) saveFile(blob, fileName(shown, "png"));
}

/** What is on the screen, pixel by pixel, and under it time, scope and legend. */
export async function savePng(drawn: HTMLCanvasElement, shown: Shown): Promise<void> {
  const theme = readTheme(document.documentElement);
  const ratio = drawn.width / Math.max(1, drawn.clientWidth);
  const size = { width: drawn.width / ratio, height: drawn.height / ratio };
  const lines = footer(shown);
  const context = sheet(size, ratio, lines, theme);
  if (context === null) return;
  context.drawImage(drawn, 0, 0);
  await savePicture(context, { size, ratio }, lines, theme, shown);
}

/** How large a picture of the whole map becomes. */
export function wholeSize(scene: FullScene, shown: Shown): Size & { readonly ratio: number } {
  const lines = footer(shown);
  const { size, ratio } = wholeFitOf(scene, room(lines));
  const height = Math.floor(size.height * ratio) + Math.round(room(lines) * ratio);
  return { width: Math.floor(size.width * ratio), height, ratio };
}

/** The whole map at the zoom at which everything is named, and under it time, scope and legend. */
export async function saveWholePng(scene: FullScene, labels: readonly EdgeLabelKind[], shown: Shown): Promise<void> {
  const theme = readTheme(document.documentElement);
  const lines = footer(shown);
  const fit = wholeFitOf(scene, room(lines));
  const context = sheet(fit.size, fit.ratio, lines, theme);
  if (context === null) return;
  let rest = performance.now() + SLICE_MS;
  for (const _ of paintWhole(context, scene, theme, fit, labels)) {
    if (performance.now() < rest) continue;
    // The page goes on between two slices.
    await new Promise((resolve) => setTimeout(resolve));
    rest = performance.now() + SLICE_MS;
  }
  await savePicture(context, fit, lines, theme, shown);
}

/** The answer as the server gave it, and the view that it answers. */
export function saveJson(graph: Graph, shown: Shown): void {
  const text = JSON.stringify({ view: shown.view, ...graph }, null, 1);
  saveFile(new Blob([text], { type: "application/json" }), fileName(shown, "json"));
}
