import { NODE_BITS } from "#lib/layout/scene.ts";
import type { Camera } from "#lib/render/camera.ts";
import type { FullScene } from "#lib/render/hit.ts";
import type { Renderer } from "#lib/render/renderer.ts";

export interface FocusFraming {
  /** Something else stands out now; null: nothing. The next scene shows what. */
  readonly turn: (focus: string | null) => void;
  readonly scene: (scene: FullScene) => void;
}

/** Brings what stands out into view, and goes back to where the map was looked at from when nothing does any more. */
export function createFocusFraming(renderer: Renderer): FocusFraming {
  let current: string | null = null;
  let pending = false;
  let before: Camera | null = null;
  return {
    turn(focus) {
      if (focus === current) return;
      if (current === null) before = renderer.getCamera();
      current = focus;
      pending = true;
    },
    scene({ nodes, strings }) {
      if (!pending) return;
      pending = false;
      if (current === null) {
        if (before !== null) renderer.flyTo(before);
        before = null;
        return;
      }
      renderer.fitTo(strings.nodeIds.filter((_, at) => ((nodes.bits[at] ?? 0) & NODE_BITS.dimmed) === 0));
    },
  };
}
