/** Where the map is looked at from. Pure: screen = world × k + (x, y), in CSS pixels. */

export interface Camera {
  readonly x: number;
  readonly y: number;
  /** Zoom: 1 draws a world unit as a CSS pixel. */
  readonly k: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const MIN_ZOOM = 0.02;
/** WCAG 1.4.4 asks for 200 %, the map offers 400 %. */
export const MAX_ZOOM = 4;
/** A small graph isn't blown up to fill the screen. */
const MAX_FIT = 1.15;

const clampZoom = (k: number) => Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, k));

export const same = (a: Camera, b: Camera): boolean => a.x === b.x && a.y === b.y && a.k === b.k;

export function toScreen(camera: Camera, point: Point): Point {
  return { x: point.x * camera.k + camera.x, y: point.y * camera.k + camera.y };
}

export function toWorld(camera: Camera, point: Point): Point {
  return { x: (point.x - camera.x) / camera.k, y: (point.y - camera.y) / camera.k };
}

/** Zooms by a factor while what is under `at` (screen) stays there. */
export function zoomAt(camera: Camera, at: Point, factor: number): Camera {
  const k = clampZoom(camera.k * factor);
  const world = toWorld(camera, at);
  return { k, x: at.x - world.x * k, y: at.y - world.y * k };
}

export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { k: camera.k, x: camera.x + dx, y: camera.y + dy };
}

/**
 * Shows `bounds` whole and in the middle, with `padding` pixels around, at a zoom of `most` at most. Nothing to show or no
 * room: zoom 1 at the origin.
 */
export function fitCamera(bounds: Bounds, size: Size, padding: number, most = MAX_FIT): Camera {
  const width = bounds.right - bounds.left;
  const height = bounds.bottom - bounds.top;
  if (!(width > 0 && height > 0 && size.width > 0 && size.height > 0)) return { x: 0, y: 0, k: 1 };
  const room = (side: number) => Math.max(side * 0.5, side - 2 * padding);
  const k = clampZoom(Math.min(room(size.width) / width, room(size.height) / height, most));
  return {
    k,
    x: size.width / 2 - ((bounds.left + bounds.right) / 2) * k,
    y: size.height / 2 - ((bounds.top + bounds.bottom) / 2) * k,
  };
}

/** The same under a strip of `covered` pixels at the top, which is left at most half of the height. */
export function fitBelow(bounds: Bounds, size: Size, padding: number, covered: number): Camera {
  const strip = Math.max(0, Math.min(covered, size.height / 2));
  return panBy(fitCamera(bounds, { width: size.width, height: size.height - strip }, padding), 0, strip);
}

/** Puts a world point in the middle at zoom `k`. */
export function centreOn(point: Point, size: Size, k: number): Camera {
  const zoom = clampZoom(k);
  return { k: zoom, x: size.width / 2 - point.x * zoom, y: size.height / 2 - point.y * zoom };
}

/** Whether anything of an area is on the screen. */
export function sees(camera: Camera, size: Size, area: Bounds): boolean {
  const from = toScreen(camera, { x: area.left, y: area.top });
  const to = toScreen(camera, { x: area.right, y: area.bottom });
  return from.x < size.width && from.y < size.height && to.x > 0 && to.y > 0;
}

/** Pixels that nobody sees. */
const UNSEEN = 0.01;

/** The world point in the middle of a view, and its zoom; null where it is the one that shows everything, `whole`. */
export function sightOf(camera: Camera, size: Size, whole: Camera): (Point & { readonly k: number }) | null {
  const same =
    Math.abs(camera.x - whole.x) < UNSEEN &&
    Math.abs(camera.y - whole.y) < UNSEEN &&
    Math.abs(camera.k / whole.k - 1) < UNSEEN / 100;
  return same ? null : { ...toWorld(camera, { x: size.width / 2, y: size.height / 2 }), k: camera.k };
}

/** A step of a flight from `a` (0) to `b` (1): zoom changes evenly to the eye, and the middle of the view moves straight. */
export function between(a: Camera, b: Camera, share: number, size: Size): Camera {
  if (share <= 0) return a;
  if (share >= 1) return b;
  const eased = share * share * (3 - 2 * share);
  const k = a.k * (b.k / a.k) ** eased;
  const middle = { x: size.width / 2, y: size.height / 2 };
  const from = toWorld(a, middle);
  const to = toWorld(b, middle);
  // Measured in screen pixels of the moment, so that the target doesn't race while zoomed out.
  const moved = Math.abs(b.k - a.k) < 1e-9 ? eased : (1 / a.k - 1 / k) / (1 / a.k - 1 / b.k);
  return centreOn({ x: from.x + (to.x - from.x) * moved, y: from.y + (to.y - from.y) * moved }, size, k);
}
