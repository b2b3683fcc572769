/** A free place for something new among things that stay where they are. */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Gap {
  readonly x: number;
  readonly y: number;
}

/** Whether two rectangles come closer than `gap`. */
export function tooClose(a: Rect, b: Rect, gap: Gap): boolean {
  return (
    a.x < b.x + b.width + gap.x &&
    b.x < a.x + a.width + gap.x &&
    a.y < b.y + b.height + gap.y &&
    b.y < a.y + a.height + gap.y
  );
}

const within = (rect: Rect, area: Rect) =>
  rect.x >= area.x &&
  rect.y >= area.y &&
  rect.x + rect.width <= area.x + area.width &&
  rect.y + rect.height <= area.y + area.height;

/** So many neighbours of the wanted place span the grid of places that are tried first. */
const NEAR = 16;

/**
 * The free place in `area` nearest to `wanted` (which carries the size), or null. Places beside, above, below and in line
 * with what is there are tried; ties go to the leftmost, then the topmost. O(k log k + tries × k).
 */
export function freePlace(wanted: Rect, area: Rect, taken: readonly Rect[], gap: Gap): Rect | null {
  const { width, height } = wanted;
  const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
  const home = {
    x: clamp(wanted.x, area.x, area.x + area.width - width),
    y: clamp(wanted.y, area.y, area.y + area.height - height),
  };
  const square = (x: number, y: number) => (x - wanted.x) * (x - wanted.x) + (y - wanted.y) * (y - wanted.y);
  const near = [...taken].sort((a, b) => square(a.x, a.y) - square(b.x, b.y) || a.x - b.x || a.y - b.y);
  const xs = new Set([home.x, area.x]);
  const ys = new Set([home.y, area.y]);
  for (const rect of near.slice(0, NEAR)) {
    xs.add(rect.x)
      .add(rect.x + rect.width + gap.x)
      .add(rect.x - gap.x - width);
    ys.add(rect.y)
      .add(rect.y + rect.height + gap.y)
      .add(rect.y - gap.y - height);
  }
  const first: Rect[] = [];
  for (const x of xs) for (const y of ys) first.push({ x, y, width, height });
  const everywhere = () =>
    near.flatMap(({ x, y, width: w, height: h }) => [
      { x, y: y + h + gap.y, width, height },
      { x, y: y - gap.y - height, width, height },
      { x: x + w + gap.x, y, width, height },
      { x: x - gap.x - width, y, width, height },
    ]);
  for (const places of [first, everywhere()]) {
    places.sort((a, b) => square(a.x, a.y) - square(b.x, b.y) || a.x - b.x || a.y - b.y);
    for (const place of places) {
      if (within(place, area) && !near.some((rect) => tooClose(place, rect, gap))) return place;
    }
  }
  return null;
}
