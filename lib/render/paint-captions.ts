/** Draws captions over their boxes. The context is in CSS pixels. */
import { isolated } from "#lib/format.ts";
import { CAPTION_FONT, type Caption } from "./captions.ts";
import * as glyphs from "./glyphs.ts";
import { isTrouble, stateColour } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

type Context = CanvasRenderingContext2D;

/** No caption is over another, so that each kind of thing is drawn of all at once: setting a font costs more than a text. */
export function paintCaptions(c: Context, captions: readonly Caption[], theme: RenderTheme, stale: boolean): void {
  c.globalAlpha = stale ? 0.6 : 0.92;
  c.fillStyle = theme.background;
  for (const caption of captions) panel(c, caption, theme);
  c.globalAlpha = stale ? 0.7 : 1;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = `600 ${CAPTION_FONT.name}px ${theme.font}`;
  c.fillStyle = theme.ink;
  for (const { block, label, numbers } of captions) {
    const middle = (block.top + block.bottom) / 2;
    c.fillText(isolated(label), (block.left + block.right) / 2, numbers === "" ? middle : middle - 7.5);
  }
  c.font = `400 ${CAPTION_FONT.numbers}px ${theme.font}`;
  for (const caption of captions) {
    const { block, numbers, state } = caption;
    if (numbers === "") continue;
    c.fillStyle = isTrouble(caption.state) ? stateColour(state, theme) : theme.ink2;
    c.fillText(numbers, (block.left + block.right) / 2, (block.top + block.bottom) / 2 + 8.5);
  }
  for (const caption of captions) if (isTrouble(caption.state)) sign(c, caption, theme);
  c.globalAlpha = 1;
}

function panel(c: Context, caption: Caption, theme: RenderTheme): void {
  const { left, top, right, bottom } = caption.block;
  c.strokeStyle = isTrouble(caption.state) ? stateColour(caption.state, theme) : theme.line;
  c.lineWidth = isTrouble(caption.state) ? 1.5 : 1;
  c.beginPath();
  c.roundRect(left, top, right - left, bottom - top, 5);
  c.fill();
  c.stroke();
}

/** Never by colour alone. */
function sign(c: Context, { block, state }: Caption, theme: RenderTheme): void {
  c.fillStyle = stateColour(state, theme);
  c.strokeStyle = stateColour(state, theme);
  c.lineWidth = 1.8;
  if (state === "failing") glyphs.cross(c, block.left, block.top, 3.6);
  else glyphs.notch(c, block.left, block.top, 3.6);
}
