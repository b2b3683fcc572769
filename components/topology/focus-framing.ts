import { NODE_BITS } from "#lib/layout/scene.ts";
import type { Camera } from "#lib/render/camera.ts";
import type { FullScene } from "#lib/render/hit.ts";
import type { Renderer } from "#lib/render/renderer.ts";

export interface FocusFraming {
  /** Something else stands out now; null: nothing. The next scene shows what. */
  readonly turn: (focus: string | null) => void;
  readonly scene: (scene: FullScene) => void;
}

/** From where the map was looked at before something stood out; kept with what does, so that another visit doesn't take it. */
export interface Kept {
  readonly focus: string;
  readonly camera: Camera;
}

/** Where that survives a reload. */
export interface Memory {
  readonly read: () => Kept | null;
  readonly write: (kept: Kept | null) => void;
}

const KEY = "topology:before-focus";

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  const { focus, camera } = value as { focus?: unknown; camera?: Partial<Record<keyof Camera, unknown>> };
  if (typeof focus !== "string" || typeof camera !== "object" || camera === null) return false;
  return Number.isFinite(camera.x) && Number.isFinite(camera.y) && Number.isFinite(camera.k) && Number(camera.k) > 0;
}

/** This tab's own; a browser that keeps nothing forgets with the page. */
export const tabMemory: Memory = {
  read() {
    try {
      const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
      return isKept(value) ? value : null;
    } catch {
      return null;
    }
  },
  write(kept) {
    try {
      if (kept === null) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Then the whole map is shown after a reload.
    }
  },
};

/**
 * Brings what stands out into view, and goes back to where the map was looked at from when nothing does any more; to the
 * whole of it where that isn't known, as on a page that was opened with something standing out. `given`: a link says where the
 * first scene is looked at from.
 */
export function createFocusFraming(
  renderer: Pick<Renderer, "getCamera" | "getSight" | "flyTo" | "fit" | "fitTo">,
  memory: Memory,
  given = false,
): FocusFraming {
  let opening = given;
  let current: string | null = null;
  let pending = false;
  let drawn = false;
  let before: Camera | null = null;
  const known = (focus: string): Camera | null => {
    const kept = memory.read();
    return kept?.focus === focus ? kept.camera : null;
  };
  return {
    turn(focus) {
      if (focus === current) return;
      // Before anything is drawn the camera looks nowhere.
      if (current === null && focus !== null) before = drawn ? renderer.getCamera() : known(focus);
      current = focus;
      pending = true;
      memory.write(focus === null || before === null ? null : { focus, camera: before });
    },
    scene({ nodes, strings }) {
      drawn = true;
      // A link that looks past everything says nothing of where to look.
      const looked = opening && renderer.getSight() !== null;
      opening = false;
      if (!pending) return;
      pending = false;
      if (looked) return;
      if (current === null) {
        if (before === null) renderer.fit();
        else renderer.flyTo(before);
        before = null;
        return;
      }
      renderer.fitTo(strings.nodeIds.filter((_, at) => ((nodes.bits[at] ?? 0) & NODE_BITS.dimmed) === 0));
    },
  };
}
