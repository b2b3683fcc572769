import { readSight, writeSight } from "#lib/layout/sight-text.ts";
import { centreOn } from "#lib/render/camera.ts";
import type { FullScene } from "#lib/render/hit.ts";
import type { Renderer } from "#lib/render/renderer.ts";
import type { Drawing } from "./drawing.ts";
import type { Drawn } from "./drawn.ts";
import { heldOn, namesWithin, surroundings, worldOf } from "./enclose.ts";
import type { Framing } from "./framing.ts";

/** What the page may ask of a canvas that stands. `drawn`: what it shows now. */
export function canvasDrawing(
  canvas: HTMLCanvasElement,
  renderer: Renderer,
  framing: Framing,
  drawn: () => Drawn | null,
): Drawing {
  const scene = (): FullScene | null => {
    const now = drawn();
    return now === null ? null : { ...now.scene, strings: now.strings };
  };
  return {
    focus: framing.focus,
    enclose(id) {
      const now = scene();
      const area = now === null ? null : surroundings(now, id);
      if (area === null) return;
      framing.leave();
      renderer.showArea(area);
    },
    showArea(area) {
      framing.leave();
      renderer.showArea(worldOf(renderer.getCamera(), area), true);
    },
    within(area) {
      const now = scene();
      return now === null ? [] : namesWithin(now, worldOf(renderer.getCamera(), area));
    },
    held(id) {
      const now = scene();
      return now === null ? null : heldOn(now, renderer.getCamera(), id);
    },
    camera() {
      const sight = drawn() === null ? null : renderer.getSight();
      const text = sight === null ? "" : writeSight(sight);
      const written = readSight(text);
      // From here on it is looked at from where the link says, a ten-thousandth of a pixel beside: edges are smoothed alike then.
      if (written !== null) renderer.setCamera(centreOn(written, renderer.getSize(), written.k));
      return text;
    },
    picture() {
      const now = scene();
      return now === null ? null : { canvas, scene: now };
    },
  };
}
