/** Makes the files. Browser only; loaded when somebody asks for the first one. */

import { saveFile } from "#components/ui/save-file.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { FullScene } from "#lib/render/hit.ts";
import { svgOf } from "#lib/render/svg.ts";
import { readTheme } from "#lib/render/theme.ts";
import { fileName, footer, type Shown } from "./describe.ts";

const LINE = 18;
const MARGIN = 16;

/** The whole drawing, to be enlarged without loss. */
export function saveSvg(scene: FullScene, shown: Shown): void {
  const theme = readTheme(document.documentElement);
  const svg = svgOf(scene, theme, { title: "Service graph", lines: footer(shown), font: theme.font });
  saveFile(new Blob([svg], { type: "image/svg+xml" }), fileName(shown, "svg"));
}

/** What is on the screen, pixel by pixel, and under it time, scope and legend. */
export async function savePng(drawn: HTMLCanvasElement, shown: Shown): Promise<void> {
  const theme = readTheme(document.documentElement);
  const ratio = drawn.width / Math.max(1, drawn.clientWidth);
  const lines = footer(shown);
  const room = Math.round((lines.length * LINE + MARGIN) * ratio);
  const canvas = document.createElement("canvas");
  canvas.width = drawn.width;
  canvas.height = drawn.height + room;
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) return;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(drawn, 0, 0);
  context.scale(ratio, ratio);
  context.font = `400 11px ${theme.font}`;
  context.fillStyle = theme.ink2;
  lines.forEach((text, at) => context.fillText(text, MARGIN, drawn.height / ratio + (at + 1) * LINE - 2));
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob !== null) saveFile(blob, fileName(shown, "png"));
}

/** The answer as the server gave it, and the view that it answers. */
export function saveJson(graph: Graph, shown: Shown): void {
  const text = JSON.stringify({ view: shown.view, ...graph }, null, 1);
  saveFile(new Blob([text], { type: "application/json" }), fileName(shown, "json"));
}
