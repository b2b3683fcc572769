/** Draws captions over their boxes. The context is in CSS pixels. */
import { CAPTION_FONT, type Caption } from "./captions.ts";
import * as glyphs from "./glyphs.ts";
import { stateColour } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

export function paintCaptions(
  c: CanvasRenderingContext2D,
  captions: readonly Caption[],
  theme: RenderTheme,
  stale: boolean,
): void {
  c.textAlign = "center";
  for (const { block, label, numbers, state } of captions) {
    const x = (block.left + block.right) / 2;
    const y = (block.top + block.bottom) / 2;
    const trouble = state === "failing" || state === "degraded";
    c.globalAlpha = stale ? 0.6 : 0.92;
    c.fillStyle = theme.background;
    c.strokeStyle = trouble ? stateColour(state, theme) : theme.line;
    c.lineWidth = trouble ? 1.5 : 1;
    c.beginPath();
    c.roundRect(block.left, block.top, block.right - block.left, block.bottom - block.top, 5);
    c.fill();
    c.stroke();
    c.globalAlpha = stale ? 0.7 : 1;
    c.textBaseline = "middle";
    c.font = `600 ${CAPTION_FONT.name}px ${theme.font}`;
    c.fillStyle = theme.ink;
    c.fillText(label, x, numbers === "" ? y : y - 7.5);
    if (numbers !== "") {
      c.font = `400 ${CAPTION_FONT.numbers}px ${theme.font}`;
      c.fillStyle = trouble ? stateColour(state, theme) : theme.ink2;
      c.fillText(numbers, x, y + 8.5);
    }
    if (!trouble) continue;
    // Never by colour alone.
    c.fillStyle = stateColour(state, theme);
    c.strokeStyle = stateColour(state, theme);
    c.lineWidth = 1.8;
    if (state === "failing") glyphs.cross(c, block.left, block.top, 3.6);
    else glyphs.notch(c, block.left, block.top, 3.6);
  }
  c.globalAlpha = 1;
}
