import { toScreen } from "#lib/render/camera.ts";
import type { Renderer } from "#lib/render/renderer.ts";

/** Under this zoom names can't be read: a link to one thing then shows that thing, not the whole. */
const READABLE = 0.6;
/** A panel opens in the moment in which something is focused, and takes some of the room. */
const SETTLING_MS = 800;
/** Pixels from the rim within which a mark counts as hidden. */
const RIM = 24;

export interface Framing {
  /** Brings something to the middle; null shows everything. */
  readonly focus: (id: string | null) => void;
  /** Brings something to the middle only if it lies outside the view: for steps that shouldn't move the map. */
  readonly reveal: (id: string) => void;
  /** The map is looked at as somebody chose: it is no longer kept whole, nor on one thing. */
  readonly leave: () => void;
  /** So many pixels at the top are covered by what is said there. */
  readonly cover: (pixels: number) => void;
  /** The first frame of a view, with what the address has selected. What was asked for before it was there is brought now. */
  readonly begin: (id: string | null) => void;
  readonly close: () => void;
}

/**
 * Keeps in view what a person looks at when the room changes: everything, as long as nobody has moved the map, else
 * what was focused last. It never takes the map out of somebody's hand. `given`: a link says where the first frame is looked
 * at from, which is as somebody chose.
 */
export function createFraming(
  canvas: HTMLCanvasElement,
  renderer: Renderer,
  placeOf: (id: string) => { readonly x: number; readonly y: number } | null,
  given = false,
): Framing {
  let whole = !given;
  let opened = !given;
  let focused: { readonly id: string; readonly at: number } | null = null;
  let awaited: string | null = null;
  const room = () => ({ width: canvas.clientWidth, height: canvas.clientHeight });
  let had = room();
  let covered = 0;

  const focus = (id: string | null) => {
    whole = id === null;
    awaited = id !== null && placeOf(id) === null ? id : null;
    focused = id === null ? null : { id, at: performance.now() };
    if (id === null) renderer.fit();
    else renderer.focus(id);
  };
  const hidden = (id: string): boolean => {
    const place = placeOf(id);
    if (place === null) return false;
    const { x, y } = toScreen(renderer.getCamera(), place);
    return x < RIM || y < RIM + covered || x > canvas.clientWidth - RIM || y > canvas.clientHeight - RIM;
  };
  const leave = () => {
    whole = false;
    focused = null;
    awaited = null;
  };
  const moved = (event: Event) => {
    if (event.type !== "pointermove" || (event as PointerEvent).buttons !== 0) leave();
  };
  const resized = () => {
    const before = had;
    had = room();
    if (before.width === 0 || (had.width === before.width && had.height === before.height)) return;
    if (whole) renderer.fit();
    else if (focused !== null && (performance.now() - focused.at < SETTLING_MS || hidden(focused.id))) {
      renderer.focus(focused.id);
    }
  };
  const observer = new ResizeObserver(resized);
  observer.observe(canvas);
  canvas.addEventListener("wheel", moved, { passive: true });
  canvas.addEventListener("pointermove", moved, { passive: true });

  return {
    focus,
    reveal(id) {
      if (hidden(id)) focus(id);
    },
    leave,
    cover(pixels) {
      if (pixels === covered) return;
      covered = pixels;
      renderer.setCovered(pixels);
      if (whole) renderer.fit();
    },
    begin(id) {
      if (!opened) {
        opened = true;
        // A link that looks past everything shows all of it, as the plain page does, and keeps it whole.
        whole = renderer.getSize().width > 0 && renderer.getSight() === null;
        if (!whole) return;
      }
      if (id !== null && (id === awaited || renderer.getCamera().k < READABLE)) focus(id);
    },
    close() {
      observer.disconnect();
      canvas.removeEventListener("wheel", moved);
      canvas.removeEventListener("pointermove", moved);
    },
  };
}
