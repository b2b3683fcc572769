/**
 * Where a map is looked at from, as text that fits an address: `x,y,k`, the world point in the middle of the view and the
 * zoom, so that it says the same on a screen of another size. What is read is anybody's text. Pure.
 */

export interface Sight {
  /** World units. */
  readonly x: number;
  readonly y: number;
  /** Zoom: CSS pixels of a world unit. */
  readonly k: number;
}

/** Beyond this no drawing reaches. */
const FARTHEST = 1_000_000;
/** No screen zooms further in or out. */
const ZOOM = { least: 0.001, most: 100 };

const NUMBER = /^-?\d{1,7}(?:\.\d{1,9})?$/;

/** To a hundredth of a pixel and finer; what shall look the same to the last bit is drawn from what is read again. */
export function writeSight({ x, y, k }: Sight): string {
  const text = [Number(x.toFixed(4)), Number(y.toFixed(4)), Number(k.toFixed(8))].join(",");
  return readSight(text) === null ? "" : text;
}

/** null where it is none. */
export function readSight(text: string): Sight | null {
  const parts = text.split(",");
  if (parts.length !== 3 || !parts.every((part) => NUMBER.test(part))) return null;
  const [x = 0, y = 0, k = 0] = parts.map(Number);
  if (Math.abs(x) > FARTHEST || Math.abs(y) > FARTHEST || k < ZOOM.least || k > ZOOM.most) return null;
  return { x, y, k };
}
