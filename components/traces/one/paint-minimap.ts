/** Draws a minimap's cells on a canvas, which the page stretches. Browser only. */
import type { Minimap } from "#lib/tracing/view/minimap.ts";
import { SERIES } from "./colours.ts";

const FAILED = 255;
/** Pixels a line, one of them air. */
const LINE = 3;

export function paintMinimap(canvas: HTMLCanvasElement, { columns, lines, cells }: Minimap): void {
  canvas.width = columns;
  canvas.height = lines * LINE;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const series = Array.from({ length: SERIES }, (_, at) => token(`--series-${at + 1}`));
  const failing = token("--failing");
  for (let line = 0; line < lines; line++) {
    for (let column = 0; column < columns; ) {
      const value = cells[line * columns + column] ?? 0;
      let end = column + 1;
      while (end < columns && cells[line * columns + end] === value) end += 1;
      if (value > 0) {
        context.fillStyle = value === FAILED ? failing : (series[(value - 1) % SERIES] ?? failing);
        context.fillRect(column, line * LINE, end - column, LINE - 1);
      }
      column = end;
    }
  }
}
