/** Walking over a graph of calls by arrow keys, and how large it is drawn. Pure. */

const AXES: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** The nearest node in an arrow's direction, where what lies aside counts as farther; null: there is none. */
export function nodeToward({ x, y }: Places, from: number, key: string): number | null {
  const [ax, ay] = AXES[key] ?? [0, 0];
  let best: { readonly at: number; readonly cost: number } | null = null;
  for (let at = 0; at < x.length; at++) {
    const [dx, dy] = [(x[at] ?? 0) - (x[from] ?? 0), (y[at] ?? 0) - (y[from] ?? 0)];
    const along = dx * ax + dy * ay;
    const aside = Math.abs(dx * ay) + Math.abs(dy * ax);
    const cost = along + 2 * aside;
    if (at !== from && along > 0 && aside <= 2 * along && (best === null || cost < best.cost)) best = { at, cost };
  }
  return best?.at ?? null;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const LEAST_ZOOM = 0.2;
const MOST_ZOOM = 2;

/** All of it in a field, never larger than its texts are meant to be. */
export function fitting(drawing: Size, field: Size): number {
  if (field.width <= 0 || field.height <= 0) return 1;
  return held(Math.min(1, field.width / drawing.width, field.height / drawing.height));
}

export const held = (zoom: number): number => Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));
